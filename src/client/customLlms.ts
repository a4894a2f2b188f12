import { type CustomLlm, type CustomLlmConfig, decodeCustomLlm } from '../protocol/customLlm.js';
import { asObject, listOf } from '../protocol/decode.js';
import type { CallOptions, Http } from './http.js';

const path = (id: string) => `/v1/custom-llms/${encodeURIComponent(id)}`;
const wrapped = (value: unknown) => decodeCustomLlm(asObject(value)['custom_llm'], 'custom_llm');

/** `/v1/custom-llms`: models of one's own. */
export class CustomLlmsApi {
  readonly #http: Http;
  constructor(http: Http) {
    this.#http = http;
  }

  /** `GET /v1/custom-llms`: all of them. */
  list(call?: CallOptions): Promise<CustomLlm[]> {
    const decode = (value: unknown) => listOf(asObject(value)['custom_llms'], 'custom_llms', decodeCustomLlm);
    return this.#http.get('/v1/custom-llms', decode, { call });
  }

  /** `POST /v1/custom-llms`. */
  create(config: CustomLlmConfig, call?: CallOptions): Promise<CustomLlm> {
    return this.#http.post('/v1/custom-llms', { config }, wrapped, call);
  }

  /** `PUT /v1/custom-llms/{id}`: the whole configuration. */
  update(id: string, config: CustomLlmConfig, call?: CallOptions): Promise<CustomLlm> {
    return this.#http.change({ method: 'PUT', path: path(id), body: { config } }, wrapped, call);
  }

  /** `DELETE /v1/custom-llms/{id}`. */
  delete(id: string, call?: CallOptions): Promise<void> {
    return this.#http.change({ method: 'DELETE', path: path(id) }, () => undefined, call);
  }
}
