import { asObject, decodeList, type Wire } from '../protocol/decode.js';
import { decodeScript, type Script, type ScriptFile, type ScriptRequest } from '../protocol/script.js';
import type { CallOptions, Http } from './http.js';

const path = (scriptId: string) => `/v1/scripts/${encodeURIComponent(scriptId)}`;

/** `/v1/scripts`: code that the server generated, or was given. */
export class ScriptsApi {
  readonly #http: Http;
  constructor(http: Http) {
    this.#http = http;
  }

  /** `GET /v1/scripts`: one page. */
  list({ page, pageSize }: { readonly page?: number; readonly pageSize?: number } = {}, call?: CallOptions): Promise<Script[]> {
    return this.#http.get('/v1/scripts', decodeList(decodeScript), { query: { page, page_size: pageSize }, call });
  }

  /** `POST /v1/scripts`. */
  create(body: ScriptRequest, call?: CallOptions): Promise<Script> {
    return this.#http.post('/v1/scripts', body, decodeScript, call);
  }

  /** `GET /v1/scripts/{id}`. */
  get(scriptId: string, call?: CallOptions): Promise<Script> {
    return this.#http.get(path(scriptId), decodeScript, { call });
  }

  /** `POST /v1/scripts/{id}/deploy`: a new revision with these files. */
  deploy(scriptId: string, files: readonly ScriptFile[], call?: CallOptions): Promise<Script> {
    return this.#http.post(`${path(scriptId)}/deploy`, { files }, decodeScript, call);
  }

  /** `POST /v1/scripts/{id}/run`: servers up to 1.0.56 refuse it, 400. */
  run(scriptId: string, call?: CallOptions): Promise<Wire> {
    return this.#http.post(`${path(scriptId)}/run`, undefined, asObject, call);
  }
}
