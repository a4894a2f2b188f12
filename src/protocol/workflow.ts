import { asObject, asString, optionalNumber, optionalString, type Wire } from './decode.js';
import type { RunStatus } from './status.js';

/** One version of a workflow (reference: Skyvern API, workflow). Its definition is not one to post: ids and times are in it. */
export interface Workflow extends Wire {
  /** Of this version, `w_...`. */
  readonly workflow_id: string;
  /** `wpid_...`: what runs and schedules name. */
  readonly workflow_permanent_id: string;
  readonly title: string;
  readonly version: number;
  /** `published`, `draft`, `auto_generated`, ... */
  readonly status: string | null;
  readonly description: string | null;
  readonly folder_id: string | null;
  readonly workflow_definition: Wire;
  readonly created_at: string | null;
  readonly modified_at: string | null;
}

export function decodeWorkflow(value: unknown, path = ''): Workflow {
  const wire = asObject(value, path);
  return {
    ...wire,
    workflow_id: asString(wire['workflow_id'], `${path}.workflow_id`),
    workflow_permanent_id: asString(wire['workflow_permanent_id'], `${path}.workflow_permanent_id`),
    title: asString(wire['title'], `${path}.title`),
    version: optionalNumber(wire['version']) ?? 1,
    status: optionalString(wire['status']),
    description: optionalString(wire['description']),
    folder_id: optionalString(wire['folder_id']),
    workflow_definition: asObject(wire['workflow_definition'] ?? {}, `${path}.workflow_definition`),
    created_at: optionalString(wire['created_at']),
    modified_at: optionalString(wire['modified_at']),
  };
}

/** Body of create and update: the whole definition, as object or as YAML text. With both, YAML wins. */
export interface WorkflowBody {
  readonly json_definition?: Wire | null;
  readonly yaml_definition?: string | null;
}

/** A row of the lists of workflow runs: another shape than a run. */
export interface WorkflowRunItem extends Wire {
  readonly workflow_run_id: string;
  readonly workflow_permanent_id: string;
  readonly status: RunStatus;
  readonly workflow_title: string | null;
  readonly failure_reason: string | null;
  readonly created_at: string | null;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly retry_pending: boolean;
}

export function decodeWorkflowRunItem(value: unknown, path = ''): WorkflowRunItem {
  const wire = asObject(value, path);
  return {
    ...wire,
    workflow_run_id: asString(wire['workflow_run_id'], `${path}.workflow_run_id`),
    workflow_permanent_id: asString(wire['workflow_permanent_id'], `${path}.workflow_permanent_id`),
    status: asString(wire['status'], `${path}.status`),
    workflow_title: optionalString(wire['workflow_title']),
    failure_reason: optionalString(wire['failure_reason']),
    created_at: optionalString(wire['created_at']),
    started_at: optionalString(wire['started_at']),
    finished_at: optionalString(wire['finished_at']),
    retry_pending: wire['retry_pending'] === true,
  };
}
