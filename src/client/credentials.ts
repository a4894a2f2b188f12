import {
  type Credential,
  type CredentialRequest,
  decodeCredential,
  decodeTotpCode,
  type TotpCode,
  type TotpPush,
} from '../protocol/credential.js';
import { decodeList } from '../protocol/decode.js';
import type { CallOptions, Http } from './http.js';

const path = (credentialId: string) => `/v1/credentials/${encodeURIComponent(credentialId)}`;

export interface CredentialListQuery {
  readonly page?: number;
  readonly pageSize?: number;
  readonly credentialType?: string;
  readonly vaultType?: string;
  readonly search?: string;
}

/** `/v1/credentials`. */
export class CredentialsApi {
  readonly #http: Http;
  constructor(http: Http) {
    this.#http = http;
  }

  /** `GET /v1/credentials`: one page, newest first. */
  list(query: CredentialListQuery = {}, call?: CallOptions): Promise<Credential[]> {
    const { page, pageSize, credentialType, vaultType, search } = query;
    return this.#http.get('/v1/credentials', decodeList(decodeCredential), {
      query: { page, page_size: pageSize, credential_type: credentialType, vault_type: vaultType, search },
      call,
    });
  }

  /** `POST /v1/credentials`. */
  create(body: CredentialRequest, call?: CallOptions): Promise<Credential> {
    return this.#http.post('/v1/credentials', body, decodeCredential, call);
  }

  /** `GET /v1/credentials/{id}`: without its secrets. */
  get(credentialId: string, call?: CallOptions): Promise<Credential> {
    return this.#http.get(path(credentialId), decodeCredential, { call });
  }

  /** `POST /v1/credentials/{id}/update`: replaces it whole. */
  update(credentialId: string, body: CredentialRequest, call?: CallOptions): Promise<Credential> {
    return this.#http.post(`${path(credentialId)}/update`, body, decodeCredential, call);
  }

  /** `POST /v1/credentials/{id}/delete`. */
  delete(credentialId: string, call?: CallOptions): Promise<void> {
    return this.#http.post(`${path(credentialId)}/delete`, undefined, () => undefined, call);
  }

  /** `POST /v1/credentials/totp`: gives a run the one-time code that it waits for. */
  pushTotp(body: TotpPush, call?: CallOptions): Promise<TotpCode> {
    return this.#http.post('/v1/credentials/totp', body, decodeTotpCode, call);
  }
}
