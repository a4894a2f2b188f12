import { asObject, decodeList, type Wire } from '../protocol/decode.js';
import { decodeFolder, type Folder, type FolderRequest } from '../protocol/folder.js';
import type { CallOptions, Http } from './http.js';

const path = (folderId: string) => `/v1/folders/${encodeURIComponent(folderId)}`;

export interface FolderListQuery {
  readonly page?: number;
  /** At most 500. */
  readonly pageSize?: number;
  readonly search?: string;
}

/** `/v1/folders`. */
export class FoldersApi {
  readonly #http: Http;
  constructor(http: Http) {
    this.#http = http;
  }

  /** `GET /v1/folders`: one page. */
  list({ page, pageSize, search }: FolderListQuery = {}, call?: CallOptions): Promise<Folder[]> {
    return this.#http.get('/v1/folders', decodeList(decodeFolder), { query: { page, page_size: pageSize, search }, call });
  }

  /** `POST /v1/folders`. */
  create(body: FolderRequest, call?: CallOptions): Promise<Folder> {
    return this.#http.post('/v1/folders', body, decodeFolder, call);
  }

  /** `GET /v1/folders/{id}`. */
  get(folderId: string, call?: CallOptions): Promise<Folder> {
    return this.#http.get(path(folderId), decodeFolder, { call });
  }

  /** `PUT /v1/folders/{id}`. */
  update(folderId: string, body: Partial<FolderRequest>, call?: CallOptions): Promise<Folder> {
    return this.#http.change({ method: 'PUT', path: path(folderId), body }, decodeFolder, call);
  }

  /** `DELETE /v1/folders/{id}`. @param withWorkflows deletes what is in it, too */
  delete(folderId: string, withWorkflows = false, call?: CallOptions): Promise<Wire> {
    const query = { delete_workflows: String(withWorkflows) };
    return this.#http.change({ method: 'DELETE', path: path(folderId), query }, asObject, call);
  }
}
