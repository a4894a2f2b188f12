import { type BrowserSession, type BrowserSessionRequest, decodeBrowserSession } from '../protocol/browserSession.js';
import { decodeList } from '../protocol/decode.js';
import type { CallOptions, Http } from './http.js';

const path = (sessionId: string) => `/v1/browser_sessions/${encodeURIComponent(sessionId)}`;

/** `/v1/browser_sessions`. */
export class SessionsApi {
  readonly #http: Http;
  constructor(http: Http) {
    this.#http = http;
  }

  /** `POST /v1/browser_sessions`. */
  create(body: BrowserSessionRequest, call?: CallOptions): Promise<BrowserSession> {
    return this.#http.post('/v1/browser_sessions', body, decodeBrowserSession, call);
  }

  /** `GET /v1/browser_sessions`: those that are open. */
  list(call?: CallOptions): Promise<BrowserSession[]> {
    return this.#http.get('/v1/browser_sessions', decodeList(decodeBrowserSession), { call });
  }

  /** `GET /v1/browser_sessions/{id}`. */
  get(sessionId: string, call?: CallOptions): Promise<BrowserSession> {
    return this.#http.get(path(sessionId), decodeBrowserSession, { call });
  }

  /** `PATCH /v1/browser_sessions/{id}`. `ApiError` 409 when it has ended. */
  update(sessionId: string, body: { readonly generate_browser_profile: boolean }, call?: CallOptions): Promise<BrowserSession> {
    return this.#http.change({ method: 'PATCH', path: path(sessionId), body }, decodeBrowserSession, call);
  }

  /** `POST /v1/browser_sessions/{id}/extend` (servers from 1.0.56). */
  extend(sessionId: string, additionalMinutes: number, call?: CallOptions): Promise<BrowserSession> {
    return this.#http.post(`${path(sessionId)}/extend`, { additional_minutes: additionalMinutes }, decodeBrowserSession, call);
  }

  /** `POST /v1/browser_sessions/{id}/close`: fine also when it is closed already. */
  close(sessionId: string, call?: CallOptions): Promise<void> {
    return this.#http.post(`${path(sessionId)}/close`, undefined, () => undefined, call);
  }
}
