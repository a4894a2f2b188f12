import { decodeList } from '../protocol/decode.js';
import { decodeWorkflow, decodeWorkflowRunItem, type Workflow, type WorkflowBody, type WorkflowRunItem } from '../protocol/workflow.js';
import type { CallOptions, Http } from './http.js';

const path = (workflowId: string) => `/v1/workflows/${encodeURIComponent(workflowId)}`;

/** Query of `GET /v1/workflows`. */
export interface WorkflowListQuery {
  readonly page?: number;
  /** 10 when left out. */
  readonly pageSize?: number;
  readonly searchKey?: string;
  /** `published` and `draft` when left out. */
  readonly status?: readonly string[];
  readonly folderId?: string;
  readonly tags?: readonly string[];
  /** Leave out tasks that were kept as workflows. */
  readonly onlyWorkflows?: boolean;
}

/** Query of the lists of workflow runs. */
export interface WorkflowRunsQuery {
  readonly page?: number;
  readonly pageSize?: number;
  readonly status?: readonly string[];
  readonly searchKey?: string;
  readonly errorCode?: string;
}

/** `/v1/workflows`: the form that every server knows; newer ones call them agents as well. */
export class WorkflowsApi {
  readonly #http: Http;
  constructor(http: Http) {
    this.#http = http;
  }

  /** `GET /v1/workflows`: one page of the latest versions, newest first. */
  list(
    { page, pageSize, searchKey, status, folderId, tags, onlyWorkflows }: WorkflowListQuery = {},
    call?: CallOptions,
  ): Promise<Workflow[]> {
    const query = {
      ...{ page, page_size: pageSize, search_key: searchKey, status, folder_id: folderId, tags },
      only_workflows: onlyWorkflows ? 'true' : undefined,
    };
    return this.#http.get('/v1/workflows', decodeList(decodeWorkflow), { query, call });
  }

  /** `GET /v1/workflows/{wpid}`: the latest version, or the one named. @param template a global template */
  get(workflowId: string, version?: number, call?: CallOptions, template?: boolean): Promise<Workflow> {
    const query = { version, template: template === undefined ? undefined : String(template) };
    return this.#http.get(path(workflowId), decodeWorkflow, { query, call });
  }

  /** `GET /v1/workflows/{wpid}/versions`: newest first; `[]` for an unknown id. */
  versions(workflowId: string, call?: CallOptions): Promise<Workflow[]> {
    return this.#http.get(`${path(workflowId)}/versions`, decodeList(decodeWorkflow), { call });
  }

  /**
   * `POST /v1/workflows`.
   * @param options.idempotencyKey a repeat with the same key gives the workflow of the first, whatever the body is
   */
  create(
    body: WorkflowBody,
    options: { readonly folderId?: string | undefined; readonly idempotencyKey?: string | undefined } = {},
    call?: CallOptions,
  ): Promise<Workflow> {
    const headers: Record<string, string> = options.idempotencyKey === undefined ? {} : { 'idempotency-key': options.idempotencyKey };
    return this.#http.change(
      {
        method: 'POST',
        path: '/v1/workflows',
        query: { folder_id: options.folderId },
        body,
        headers,
        repeatable: options.idempotencyKey !== undefined,
      },
      decodeWorkflow,
      call,
    );
  }

  /** `POST /v1/workflows/{wpid}`: a new version. The whole definition; what is left out goes back to its default. */
  update(workflowId: string, body: WorkflowBody, call?: CallOptions): Promise<Workflow> {
    return this.#http.post(path(workflowId), body, decodeWorkflow, call);
  }

  /** `POST /v1/workflows/{wpid}/delete`, with its schedules. Fine also for an unknown id. */
  delete(workflowId: string, call?: CallOptions): Promise<void> {
    return this.#http.post(`${path(workflowId)}/delete`, undefined, () => undefined, call);
  }

  /** `PUT /v1/workflows/{wpid}/folder`: null takes it out of its folder. */
  move(workflowId: string, folderId: string | null, call?: CallOptions): Promise<Workflow> {
    return this.#http.change({ method: 'PUT', path: `${path(workflowId)}/folder`, body: { folder_id: folderId } }, decodeWorkflow, call);
  }

  /** `POST /v1/workflows/{wpid}/browser_session/reset_profile`: drops the browser profile that it keeps. */
  resetProfile(workflowId: string, call?: CallOptions): Promise<void> {
    return this.#http.post(`${path(workflowId)}/browser_session/reset_profile`, undefined, () => undefined, call);
  }

  /** `GET /v1/workflows/runs`: one page of the runs of all workflows, newest first. */
  allRuns(query: WorkflowRunsQuery = {}, call?: CallOptions): Promise<WorkflowRunItem[]> {
    return this.#http.get('/v1/workflows/runs', decodeList(decodeWorkflowRunItem), { query: runsQuery(query), call });
  }

  /** `GET /v1/workflows/{wpid}/runs`: one page, newest first; `[]` for an unknown id. */
  runs(workflowId: string, query: WorkflowRunsQuery = {}, call?: CallOptions): Promise<WorkflowRunItem[]> {
    return this.#http.get(`${path(workflowId)}/runs`, decodeList(decodeWorkflowRunItem), { query: runsQuery(query), call });
  }
}

const runsQuery = ({ page, pageSize, status, searchKey, errorCode }: WorkflowRunsQuery) => ({
  page,
  page_size: pageSize,
  status,
  search_key: searchKey,
  error_code: errorCode,
});
