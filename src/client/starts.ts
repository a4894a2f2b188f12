import type { FilesRunRequest, LoginRunRequest } from '../protocol/readyMade.js';
import type { TaskRunRequest } from '../protocol/task.js';
import type { WorkflowRunRequest } from '../protocol/workflowRun.js';
import type { CallOptions, Http, OnceOutcome, Query } from './http.js';

export interface StartCall extends CallOptions {
  /** Ignored by upstream's servers, enforced by the embedded one. */
  readonly idempotencyKey: string;
}

/**
 * `/v1/run`: the requests that start a run, each made once. Only the journal may call them: a start that is not written down
 * before can be lost, or made twice. They never reject for what happens on the way: they say what came of it, and what the
 * server may have received.
 */
export class StartsApi {
  readonly #http: Http;
  constructor(http: Http) {
    this.#http = http;
  }

  /** `POST /v1/run/tasks`. */
  task(body: TaskRunRequest, call: StartCall): Promise<OnceOutcome> {
    return this.#once('/v1/run/tasks', body, call);
  }

  /** `POST /v1/run/workflows`. @param template a global template instead of a workflow of one's own */
  workflow(body: WorkflowRunRequest, call: StartCall, template?: boolean): Promise<OnceOutcome> {
    return this.#once('/v1/run/workflows', body, call, template === undefined ? {} : { template: String(template) });
  }

  /** `POST /v1/run/tasks/login`. */
  login(body: LoginRunRequest, call: StartCall): Promise<OnceOutcome> {
    return this.#once('/v1/run/tasks/login', body, call);
  }

  /** `POST /v1/run/tasks/download_files`. */
  downloadFiles(body: FilesRunRequest, call: StartCall): Promise<OnceOutcome> {
    return this.#once('/v1/run/tasks/download_files', body, call);
  }

  /** `POST /v1/workflows/runs/{id}/retry`: a new run of the same workflow with the same parameters. */
  retry(runId: string, call: StartCall): Promise<OnceOutcome> {
    return this.#once(`/v1/workflows/runs/${encodeURIComponent(runId)}/retry`, undefined, call);
  }

  #once(path: string, body: object | undefined, { idempotencyKey, ...call }: StartCall, query: Query = {}): Promise<OnceOutcome> {
    return this.#http.once({ method: 'POST', path, query, body, headers: { 'idempotency-key': idempotencyKey } }, call);
  }
}
