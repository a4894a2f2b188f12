import { parseServerTime } from '../protocol/time.js';
import { cronFault, isTimezone } from './cron.js';
import { type Fault, invalid, refusal } from './httpError.js';
import { isRequired, runParameters } from './workflowParameters.js';
import type { WorkflowRow } from './workflowStore.js';

/** A checked body of a schedule: exactly one of the three ways to say when. Times are epoch milliseconds, of whole seconds. */
export interface ScheduleRequest {
  readonly cron: string | null;
  readonly intervalSeconds: number | null;
  readonly firstFireAt: number | null;
  readonly runAt: number | null;
  readonly timezone: string;
  /** Null: left out. */
  readonly enabled: boolean | null;
  readonly parameters: Readonly<Record<string, unknown>> | null;
  readonly name: string | null;
  readonly description: string | null;
}

const MIN_INTERVAL_SECONDS = 300;
/** One that runs once lies at least this far ahead, in milliseconds. */
const MIN_AHEAD_MS = 60_000;

/** The body, but for what depends on the workflow. @throws HttpError 422, 400 (cron, zone) */
export function checkSchedule(body: Record<string, unknown>, nowMs: number): ScheduleRequest {
  const faults: Fault[] = [];
  const given = (name: string): unknown => (Object.hasOwn(body, name) ? (body[name] ?? null) : null);
  const typed = <T>(name: string, type: string, what: string, fits: (value: unknown) => boolean): T | null => {
    const value = given(name);
    if (value === null || fits(value)) return value as T | null;
    faults.push({ type, loc: ['body', name], msg: `Input should be a valid ${what}`, input: value });
    return null;
  };
  const text = (name: string) => typed<string>(name, 'string_type', 'string', (value) => typeof value === 'string');
  const time = (name: string): number | null => {
    const at = typed<string>(name, 'datetime_parsing', 'datetime', (value) => parseServerTime(value) !== null);
    return at === null ? null : Math.floor(parseServerTime(at)! / 1000) * 1000;
  };
  const cron = text('cron_expression');
  const intervalSeconds = typed<number>('interval_seconds', 'int_type', 'integer', Number.isInteger);
  const firstFireAt = time('first_fire_at');
  const runAt = time('run_at');
  if (!Object.hasOwn(body, 'timezone')) faults.push({ type: 'missing', loc: ['body', 'timezone'], msg: 'Field required', input: body });
  else if (typeof body['timezone'] !== 'string') {
    faults.push({ type: 'string_type', loc: ['body', 'timezone'], msg: 'Input should be a valid string', input: body['timezone'] });
  }
  const enabled = typed<boolean>('enabled', 'bool_type', 'boolean', (value) => typeof value === 'boolean');
  const isObject = (value: unknown) => typeof value === 'object' && !Array.isArray(value);
  const parameters = typed<Record<string, unknown>>('parameters', 'dict_type', 'dictionary', isObject);
  const name = text('name');
  const description = text('description');
  if (intervalSeconds !== null && intervalSeconds < MIN_INTERVAL_SECONDS) {
    const msg = `Input should be greater than or equal to ${MIN_INTERVAL_SECONDS}`;
    faults.push({ type: 'greater_than_equal', loc: ['body', 'interval_seconds'], msg, input: intervalSeconds, ctx: { ge: 300 } });
  }
  if (faults.length > 0) throw invalid(faults);
  if ([cron, intervalSeconds, runAt].filter((way) => way !== null).length !== 1) {
    const msg = 'Value error, Set exactly one of cron_expression, interval_seconds or run_at';
    throw invalid([{ type: 'value_error', loc: ['body'], msg, input: body, ctx: { error: {} } }]);
  }
  if (firstFireAt !== null && intervalSeconds === null) {
    const msg = 'Value error, first_fire_at goes with interval_seconds only';
    throw invalid([{ type: 'value_error', loc: ['body'], msg, input: body, ctx: { error: {} } }]);
  }
  if (runAt !== null && runAt < nowMs + MIN_AHEAD_MS) {
    const msg = 'run_at must be at least 60 seconds in the future';
    const input = new Date(runAt).toISOString().replace(/\.000Z$/, '+00:00');
    throw invalid([{ type: 'value_error', loc: ['body', 'run_at'], msg, input }]);
  }
  const fault = cron === null ? null : cronFault(cron, nowMs);
  if (fault !== null) throw refusal(400, fault);
  const timezone = body['timezone'] as string;
  if (!isTimezone(timezone)) throw refusal(400, `Invalid timezone '${timezone}'`);
  // A null means the default at the time of the run, so it is not kept.
  const kept = parameters && Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== null));
  return { cron, intervalSeconds, firstFireAt, runAt, timezone, enabled, parameters: kept, name, description };
}

/** Whether the workflow takes these parameters; types are not checked, as upstream does not. @throws HttpError 400 */
export function checkScheduleParameters(parameters: ScheduleRequest['parameters'], workflow: WorkflowRow): void {
  const known = runParameters(workflow);
  const of = `for workflow ${workflow.workflow_permanent_id}`;
  const unknown = Object.keys(parameters ?? {}).filter((key) => !known.some((parameter) => parameter.key === key));
  if (unknown.length > 0) throw refusal(400, `Unknown schedule parameters ${of}: ${unknown.sort().join(', ')}`);
  const missing = known.filter((parameter) => isRequired(parameter) && !Object.hasOwn(parameters ?? {}, parameter.key));
  if (missing.length === 0) return;
  const keys = missing.map(({ key }) => key).sort();
  throw refusal(400, `Missing schedule parameters ${of}: ${keys.join(', ')}`);
}
