/**
 * Requests as the official SDK takes them: fields have the names of the wire, and a body may stand flat or under `body`.
 */
/** Both shapes of a request with a body. */
export type Shape<Body extends object, More extends object = object> = (Body & More) | ({ readonly body: Body } & More);

/** Beside the body of a start. */
export interface StartExtras {
  /** Resolve when the run has ended, however it did: look at its `status`. */
  readonly waitForCompletion?: boolean | undefined;
  /** Seconds to wait, 1800 when left out; then `WaitTimeoutError`, and the run goes on. */
  readonly timeout?: number | undefined;
  /** Who calls: it sets the run's trigger type. */
  readonly 'x-user-agent'?: string | undefined;
}

export interface WorkflowStartExtras extends StartExtras {
  /** Run a global template. */
  readonly template?: boolean | undefined;
  readonly 'x-max-steps-override'?: number | undefined;
}

const EXTRAS = ['waitForCompletion', 'timeout', 'x-user-agent', 'x-max-steps-override', 'x-api-key', 'template', 'body'] as const;

/** A start's body, and what stood beside it. */
export function unpackStart<Body extends object>(
  request: Shape<Body, WorkflowStartExtras>,
): { readonly body: Body; readonly extras: WorkflowStartExtras } {
  const extras = request as WorkflowStartExtras & { readonly body?: Body };
  return { body: extras.body ?? without<Body>(request, EXTRAS), extras };
}

/** The body of any other request. `beside`: fields that are not of the body, where it stands flat. */
export function unpack<Body extends object>(request: Shape<Body>, beside: readonly string[] = []): Body {
  const { body } = request as { readonly body?: Body };
  return body ?? without<Body>(request, beside);
}

function without<T extends object>(request: object, names: readonly string[]): T {
  return Object.fromEntries(Object.entries(request).filter(([name]) => !names.includes(name))) as T;
}

/** Query of `GET /v1/runs`. */
export interface GetRunsRequest {
  readonly page?: number;
  readonly page_size?: number;
  readonly status?: string | readonly string[];
  readonly run_type?: string | readonly string[];
  readonly workflow_permanent_id?: string | readonly string[];
  readonly search_key?: string;
  readonly tags?: string | readonly string[];
  readonly failure_category?: string;
}

/** Query of `GET /v1/workflows`. */
export interface GetWorkflowsRequest {
  readonly page?: number;
  readonly page_size?: number;
  readonly only_saved_tasks?: boolean;
  readonly only_workflows?: boolean;
  readonly only_templates?: boolean;
  readonly search_key?: string;
  readonly title?: string;
  readonly folder_id?: string;
  readonly status?: string | readonly string[];
  readonly tags?: string | readonly string[];
  readonly template?: boolean;
}

/** Query of `GET /v1/workflows/runs`. */
export interface GetWorkflowRunsRequest {
  readonly page?: number;
  readonly page_size?: number;
  readonly status?: string | readonly string[];
  readonly search_key?: string;
  readonly error_code?: string;
}

/** Query of `GET /v1/workflows/{wpid}/runs`. */
export interface GetWorkflowRunsByIdRequest extends GetWorkflowRunsRequest {
  readonly created_at_start?: string | Date;
  readonly created_at_end?: string | Date;
  readonly tags?: string | readonly string[];
  readonly include_child_runs?: boolean;
}

/** Query of `GET /v1/{workflows|runs}/{id}/tags/history`. */
export interface TagHistoryRequest {
  readonly limit?: number;
  readonly since?: string | Date;
  readonly key?: string;
}

export interface Page {
  readonly page?: number;
  readonly page_size?: number;
}
