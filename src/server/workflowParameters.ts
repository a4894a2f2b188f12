import { refusal } from './httpError.js';
import type { WorkflowRow } from './workflowStore.js';

interface Shown {
  readonly parameter_type: string;
  readonly key: string;
  readonly workflow_parameter_type: string;
  readonly default_value: unknown;
}

/** The parameters that a run of the workflow takes. */
export function runParameters(row: WorkflowRow): Shown[] {
  const { workflow_definition } = JSON.parse(row.shown) as { workflow_definition: { parameters: Shown[] } };
  return workflow_definition.parameters.filter(({ parameter_type }) => parameter_type === 'workflow');
}

/** Whether a run cannot begin without a value. */
export const isRequired = ({ default_value, workflow_parameter_type }: Shown): boolean =>
  default_value === null && workflow_parameter_type !== 'credential_id';

/** With defaults and in their types, as a run has them. @throws as `checkParameters` */
export function convertedParameters(row: WorkflowRow, given: Record<string, unknown>): Record<string, unknown> {
  checkParameters(row, given);
  return Object.fromEntries(
    runParameters(row).map(({ key, workflow_parameter_type: type, default_value }) => {
      const value = (Object.hasOwn(given, key) ? given[key] : null) ?? default_value ?? null;
      return [key, value === null || !CONVERTS[type]!(value) ? value : converted(type, value)];
    }),
  );
}

function converted(type: string, value: unknown): unknown {
  if (type === 'string') return typeof value === 'object' ? JSON.stringify(value) : String(value);
  if (type === 'integer') return Math.trunc(Number(value));
  if (type === 'float') return Number(value);
  if (type === 'boolean') return value === true || /^(?:true|1)$/i.test(String(value));
  return type === 'json' && typeof value === 'string' ? JSON.parse(value) : value;
}

/** @throws HttpError 400 for values that are missing or of the wrong type; unknown keys are ignored, as upstream does */
export function checkParameters(row: WorkflowRow, given: Record<string, unknown>): void {
  const value = (key: string): unknown => (Object.hasOwn(given, key) ? (given[key] ?? null) : null);
  const parameters = runParameters(row);
  for (const { key, workflow_parameter_type: type } of parameters) {
    const sent = value(key);
    if (sent === null || CONVERTS[type]!(sent)) continue;
    if (type === 'credential_id') throw refusal(400, `Invalid credential ID: ${shownValue(sent)}`);
    throw refusal(400, `Invalid workflow parameter. Expected parameter type: ${type}. Value: ${shownValue(sent)}.`);
  }
  const missing = parameters.filter((parameter) => isRequired(parameter) && value(parameter.key) === null).map(({ key }) => key);
  if (missing.length > 0) {
    throw refusal(400, `Missing value for parameter ${missing.join(', ')} in workflow ${row.workflow_permanent_id}`);
  }
}

const shownValue = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 200);

/** Whether upstream can make a value of the type out of what was sent. */
const CONVERTS: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: () => true,
  integer: (value) => typeof value === 'boolean' || Number.isFinite(value) || isText(value, /^\s*[+-]?\d+\s*$/),
  float: (value) => typeof value === 'boolean' || Number.isFinite(value) || isText(value, /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i),
  boolean: (value) => typeof value === 'boolean' || isText(value, /^(true|false|1|0)$/i),
  json: (value) => typeof value === 'object' || isJson(value),
  file_url: (value) => typeof value === 'string' || typeof value === 'object',
  credential_id: (value) => isText(value, /^cred_/),
};

const isText = (value: unknown, pattern: RegExp): boolean => typeof value === 'string' && pattern.test(value);

function isJson(value: unknown): boolean {
  try {
    JSON.parse(String(value));
    return true;
  } catch {
    return false;
  }
}
