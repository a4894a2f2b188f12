/** What a run did: blocks, actions, thoughts and steps (reference: Skyvern API, timeline and task progress). */
import { asObject, asString, listOf, optionalNumber, optionalString, type Wire } from './decode.js';

export interface Action extends Wire {
  readonly action_type: string;
  /** `pending`, `skipped`, `failed`, `completed`, or one not known yet. */
  readonly status: string;
  readonly action_id: string | null;
  readonly task_id: string | null;
  readonly step_id: string | null;
  readonly step_order: number | null;
  readonly action_order: number | null;
  readonly reasoning: string | null;
  readonly intention: string | null;
  readonly description: string | null;
  readonly response: string | null;
  readonly text: string | null;
  /** 0..1. */
  readonly confidence_float: number | null;
  readonly screenshot_artifact_id: string | null;
  readonly output: unknown;
  readonly created_at: string | null;
  readonly modified_at: string | null;
  readonly started_at: string | null;
  readonly finished_at: string | null;
}

export function decodeAction(value: unknown, path = ''): Action {
  const wire = asObject(value, path);
  return {
    ...wire,
    action_type: asString(wire['action_type'], `${path}.action_type`),
    status: optionalString(wire['status']) ?? 'pending',
    action_id: optionalString(wire['action_id']),
    task_id: optionalString(wire['task_id']),
    step_id: optionalString(wire['step_id']),
    step_order: optionalNumber(wire['step_order']),
    action_order: optionalNumber(wire['action_order']),
    reasoning: optionalString(wire['reasoning']),
    intention: optionalString(wire['intention']),
    description: optionalString(wire['description']),
    response: optionalString(wire['response']),
    text: optionalString(wire['text']),
    confidence_float: optionalNumber(wire['confidence_float']),
    screenshot_artifact_id: optionalString(wire['screenshot_artifact_id']),
    output: wire['output'] ?? null,
    created_at: optionalString(wire['created_at']),
    modified_at: optionalString(wire['modified_at']),
    started_at: optionalString(wire['started_at']),
    finished_at: optionalString(wire['finished_at']),
  };
}

/** A step of a task v1. The server leaves out keys with null values here. */
export interface Step extends Wire {
  readonly step_id: string;
  readonly task_id: string | null;
  /** `created`, `running`, `completed`, `failed`, `canceled`, or one not known yet. */
  readonly status: string;
  readonly order: number;
  readonly retry_index: number;
  readonly is_last: boolean;
  readonly created_at: string | null;
  readonly modified_at: string | null;
  readonly input_token_count: number | null;
  readonly output_token_count: number | null;
  /** US dollars. */
  readonly step_cost: number | null;
}

export function decodeStep(value: unknown, path = ''): Step {
  const wire = asObject(value, path);
  return {
    ...wire,
    step_id: asString(wire['step_id'], `${path}.step_id`),
    task_id: optionalString(wire['task_id']),
    status: asString(wire['status'], `${path}.status`),
    order: optionalNumber(wire['order']) ?? 0,
    retry_index: optionalNumber(wire['retry_index']) ?? 0,
    is_last: wire['is_last'] === true,
    created_at: optionalString(wire['created_at']),
    modified_at: optionalString(wire['modified_at']),
    input_token_count: optionalNumber(wire['input_token_count']),
    output_token_count: optionalNumber(wire['output_token_count']),
    step_cost: optionalNumber(wire['step_cost']),
  };
}

export interface Block extends Wire {
  readonly workflow_run_block_id: string;
  readonly block_type: string;
  readonly label: string | null;
  readonly description: string | null;
  /** `running`, `completed`, `failed`, `terminated`, `canceled`, `timed_out`, `skipped`, or one not known yet. */
  readonly status: string | null;
  readonly failure_reason: string | null;
  readonly output: unknown;
  readonly url: string | null;
  /** Seconds; null for blocks that are no task. */
  readonly duration: number | null;
  readonly current_index: number | null;
  readonly current_value: string | null;
  readonly instructions: string | null;
  readonly executed_branch_expression: string | null;
  readonly executed_branch_next_block: string | null;
  readonly attempt_number: number | null;
  /** Newest first, as the server sends them. */
  readonly actions: readonly Action[];
  readonly created_at: string | null;
  readonly modified_at: string | null;
}

export function decodeBlock(value: unknown, path = ''): Block {
  const wire = asObject(value, path);
  return {
    ...wire,
    workflow_run_block_id: asString(wire['workflow_run_block_id'], `${path}.workflow_run_block_id`),
    block_type: asString(wire['block_type'], `${path}.block_type`),
    label: optionalString(wire['label']),
    description: optionalString(wire['description']),
    status: optionalString(wire['status']),
    failure_reason: optionalString(wire['failure_reason']),
    output: wire['output'] ?? null,
    url: optionalString(wire['url']),
    duration: optionalNumber(wire['duration']),
    current_index: optionalNumber(wire['current_index']),
    current_value: optionalString(wire['current_value']),
    instructions: optionalString(wire['instructions']),
    executed_branch_expression: optionalString(wire['executed_branch_expression']),
    executed_branch_next_block: optionalString(wire['executed_branch_next_block']),
    attempt_number: optionalNumber(wire['attempt_number']),
    actions: listOf(wire['actions'], `${path}.actions`, decodeAction),
    created_at: optionalString(wire['created_at']),
    modified_at: optionalString(wire['modified_at']),
  };
}

export interface Thought extends Wire {
  readonly thought_id: string;
  readonly thought_type: string | null;
  readonly thought_scenario: string | null;
  readonly observation: string | null;
  readonly thought: string | null;
  readonly answer: string | null;
  readonly created_at: string | null;
  readonly modified_at: string | null;
}

export function decodeThought(value: unknown, path = ''): Thought {
  const wire = asObject(value, path);
  return {
    ...wire,
    thought_id: asString(wire['thought_id'], `${path}.thought_id`),
    thought_type: optionalString(wire['thought_type']),
    thought_scenario: optionalString(wire['thought_scenario']),
    observation: optionalString(wire['observation']),
    thought: optionalString(wire['thought']),
    answer: optionalString(wire['answer']),
    created_at: optionalString(wire['created_at']),
    modified_at: optionalString(wire['modified_at']),
  };
}

/** Exactly one of `block` and `thought` is set; both null means a type of item not known yet. Children are newest first. */
export interface TimelineItem {
  readonly type: string;
  readonly block: Block | null;
  readonly thought: Thought | null;
  readonly children: readonly TimelineItem[];
  readonly created_at: string | null;
  readonly modified_at: string | null;
}

export function decodeTimelineItem(value: unknown, path = ''): TimelineItem {
  const wire = asObject(value, path);
  return {
    type: asString(wire['type'], `${path}.type`),
    block: wire['block'] ? decodeBlock(wire['block'], `${path}.block`) : null,
    thought: wire['thought'] ? decodeThought(wire['thought'], `${path}.thought`) : null,
    children: listOf(wire['children'], `${path}.children`, decodeTimelineItem),
    created_at: optionalString(wire['created_at']),
    modified_at: optionalString(wire['modified_at']),
  };
}
