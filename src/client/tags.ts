import { asArray, asObject, listOf, type Wire } from '../protocol/decode.js';
import { decodeTag, decodeTagged, type Tag, type TagChange, type TaggedThing } from '../protocol/tag.js';
import type { CallOptions, Http } from './http.js';

const segment = encodeURIComponent;

/** What can be tagged. */
export type Taggable = 'workflows' | 'runs';

export interface TagHistoryQuery {
  readonly limit?: number;
  /** Server time. */
  readonly since?: string;
  readonly key?: string;
}

/** Tags of workflows and runs, their keys and their values. `ApiError` 403 where an account has no tags. */
export class TagsApi {
  readonly #http: Http;
  constructor(http: Http) {
    this.#http = http;
  }

  /** `GET /v1/{workflows|runs}/{id}/tags`. */
  get(of: Taggable, id: string, call?: CallOptions): Promise<TaggedThing> {
    return this.#http.get(`/v1/${of}/${segment(id)}/tags`, decodeTagged, { call });
  }

  /** `POST /v1/{workflows|runs}/{id}/tags`: sets some, deletes others. */
  apply(of: Taggable, id: string, change: TagChange, call?: CallOptions): Promise<TaggedThing> {
    return this.#http.post(`/v1/${of}/${segment(id)}/tags`, change, decodeTagged, call);
  }

  /** `DELETE /v1/{workflows|runs}/{id}/tags/{key}`. */
  delete(of: Taggable, id: string, key: string, call?: CallOptions): Promise<TaggedThing> {
    return this.#http.change({ method: 'DELETE', path: `/v1/${of}/${segment(id)}/tags/${segment(key)}` }, decodeTagged, call);
  }

  /** `GET /v1/{workflows|runs}/{id}/tags/history`. */
  history(of: Taggable, id: string, { limit, since, key }: TagHistoryQuery = {}, call?: CallOptions): Promise<Wire> {
    return this.#http.get(`/v1/${of}/${segment(id)}/tags/history`, asObject, { query: { limit, since, key }, call });
  }

  /** `POST /v1/{workflow|run}-tags`: the tags of up to 200 things, by id. */
  async many(of: Taggable, ids: readonly string[], call?: CallOptions): Promise<Readonly<Record<string, readonly Tag[]>>> {
    const [route, field, answer] =
      of === 'runs' ? ['/v1/run-tags', 'workflow_run_ids', 'run_tags'] : ['/v1/workflow-tags', 'workflow_permanent_ids', 'workflow_tags'];
    const decode = (value: unknown) =>
      Object.fromEntries(Object.entries(asObject(asObject(value)[answer], answer)).map(([id, tags]) => [id, listOf(tags, id, decodeTag)]));
    return this.#http.post(route, { [field]: ids }, decode, call);
  }

  /** `GET /v1/run-tag-suggestions`. */
  suggestions(call?: CallOptions): Promise<Wire> {
    return this.#http.get('/v1/run-tag-suggestions', asObject, { call });
  }

  /** `GET /v1/tag-keys`. */
  keys(call?: CallOptions): Promise<Wire[]> {
    return this.#http.get('/v1/tag-keys', objects, { call });
  }

  /** `PATCH /v1/tag-keys/{key}`. */
  updateKey(key: string, body: { readonly description?: string | null }, call?: CallOptions): Promise<Wire> {
    return this.#http.change({ method: 'PATCH', path: `/v1/tag-keys/${segment(key)}`, body }, asObject, call);
  }

  /** `DELETE /v1/tag-keys/{key}`: takes it off everything that has it. */
  deleteKey(key: string, call?: CallOptions): Promise<Wire> {
    return this.#http.change({ method: 'DELETE', path: `/v1/tag-keys/${segment(key)}` }, asObject, call);
  }

  /** `GET /v1/tag-values`. */
  values(key?: string, call?: CallOptions): Promise<Wire[]> {
    return this.#http.get('/v1/tag-values', objects, { query: { key }, call });
  }

  /** `POST /v1/tag-values`. */
  createValue(body: Wire, call?: CallOptions): Promise<Wire> {
    return this.#http.post('/v1/tag-values', body, asObject, call);
  }

  /** `PATCH /v1/tag-values/{key}`. */
  updateValue(key: string, body: Wire, call?: CallOptions): Promise<Wire> {
    return this.#http.change({ method: 'PATCH', path: `/v1/tag-values/${segment(key)}`, body }, asObject, call);
  }

  /** `PATCH /v1/tag-values/{key}/rename`. */
  renameValue(key: string, body: Wire, call?: CallOptions): Promise<Wire> {
    return this.#http.change({ method: 'PATCH', path: `/v1/tag-values/${segment(key)}/rename`, body }, asObject, call);
  }

  /** `DELETE /v1/tag-values/{key}`. */
  deleteValue(key: string, body: Wire, call?: CallOptions): Promise<Wire> {
    return this.#http.change({ method: 'DELETE', path: `/v1/tag-values/${segment(key)}`, body }, asObject, call);
  }
}

const objects = (value: unknown): Wire[] => asArray(value).map((each, index) => asObject(each, `[${index}]`));
