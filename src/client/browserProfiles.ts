import {
  type BrowserProfile,
  type BrowserProfileRequest,
  type BrowserProfileUpdate,
  decodeBrowserProfile,
} from '../protocol/browserProfile.js';
import { asObject, decodeList, type Wire } from '../protocol/decode.js';
import type { CallOptions, Http } from './http.js';

const path = (profileId: string) => `/v1/browser_profiles/${encodeURIComponent(profileId)}`;

export interface ProfileListQuery {
  readonly page?: number;
  readonly pageSize?: number;
  readonly searchKey?: string;
}

/** `/v1/browser_profiles`. */
export class ProfilesApi {
  readonly #http: Http;
  constructor(http: Http) {
    this.#http = http;
  }

  /** `POST /v1/browser_profiles`. `ApiError` 409 when the name is taken. */
  create(body: BrowserProfileRequest, call?: CallOptions): Promise<BrowserProfile> {
    return this.#http.post('/v1/browser_profiles', body, decodeBrowserProfile, call);
  }

  /** `GET /v1/browser_profiles`: one page, newest first. */
  list({ page, pageSize, searchKey }: ProfileListQuery = {}, call?: CallOptions): Promise<BrowserProfile[]> {
    const query = { page, page_size: pageSize, search_key: searchKey };
    return this.#http.get('/v1/browser_profiles', decodeList(decodeBrowserProfile), { query, call });
  }

  /** `GET /v1/browser_profiles/{id}`. */
  get(profileId: string, call?: CallOptions): Promise<BrowserProfile> {
    return this.#http.get(path(profileId), decodeBrowserProfile, { call });
  }

  /** `PATCH /v1/browser_profiles/{id}`: what is left out stays. `ApiError` 409 when the name is taken. */
  update(profileId: string, body: BrowserProfileUpdate, call?: CallOptions): Promise<BrowserProfile> {
    return this.#http.change({ method: 'PATCH', path: path(profileId), body }, decodeBrowserProfile, call);
  }

  /** `GET /v1/browser_profiles/{id}/usage`: workflows and credentials that use it. */
  usage(profileId: string, call?: CallOptions): Promise<Wire> {
    return this.#http.get(`${path(profileId)}/usage`, asObject, { call });
  }

  /** `DELETE /v1/browser_profiles/{id}`. */
  delete(profileId: string, call?: CallOptions): Promise<void> {
    return this.#http.change({ method: 'DELETE', path: path(profileId) }, () => undefined, call);
  }
}
