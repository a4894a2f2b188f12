import { asObject, asString, listOf, optionalNumber, optionalString, type Wire } from './decode.js';

/** When a workflow runs by itself: by cron, by interval, or once (reference: Skyvern API, schedules). */
export interface Schedule extends Wire {
  readonly workflow_schedule_id: string;
  readonly workflow_permanent_id: string;
  readonly cron_expression: string | null;
  /** Seconds. */
  readonly interval_seconds: number | null;
  /** UTC, ends in `Z`. */
  readonly run_at: string | null;
  /** IANA name. */
  readonly timezone: string;
  readonly enabled: boolean;
  readonly parameters: Wire | null;
  readonly name: string | null;
  readonly description: string | null;
  /** Of one that runs once: `pending`, `fired`, `canceled`, `failed`. */
  readonly dispatch_status: string | null;
  readonly modified_at: string | null;
}

export function decodeSchedule(value: unknown, path = ''): Schedule {
  const wire = asObject(value, path);
  return {
    ...wire,
    workflow_schedule_id: asString(wire['workflow_schedule_id'], `${path}.workflow_schedule_id`),
    workflow_permanent_id: asString(wire['workflow_permanent_id'], `${path}.workflow_permanent_id`),
    cron_expression: optionalString(wire['cron_expression']),
    interval_seconds: optionalNumber(wire['interval_seconds']),
    run_at: optionalString(wire['run_at']),
    timezone: asString(wire['timezone'], `${path}.timezone`),
    enabled: wire['enabled'] === true,
    parameters: wire['parameters'] ? asObject(wire['parameters'], `${path}.parameters`) : null,
    name: optionalString(wire['name']),
    description: optionalString(wire['description']),
    dispatch_status: optionalString(wire['dispatch_status']),
    modified_at: optionalString(wire['modified_at']),
  };
}

/** A schedule and when it fires next: five times in UTC, also of one that is disabled. */
export interface ScheduleAnswer extends Wire {
  readonly schedule: Schedule;
  readonly next_runs: readonly string[];
}

export function decodeScheduleAnswer(value: unknown): ScheduleAnswer {
  const wire = asObject(value);
  return { ...wire, schedule: decodeSchedule(wire['schedule'], 'schedule'), next_runs: listOf(wire['next_runs'], 'next_runs', asString) };
}

/** A page of the schedules of all workflows. */
export interface SchedulePage extends Wire {
  readonly schedules: readonly (Schedule & { readonly workflow_title: string | null; readonly next_run: string | null })[];
  readonly total_count: number;
}

export function decodeSchedulePage(value: unknown): SchedulePage {
  const wire = asObject(value);
  const schedules = listOf(wire['schedules'], 'schedules', (each, path) => ({
    ...decodeSchedule(each, path),
    workflow_title: optionalString(asObject(each)['workflow_title']),
    next_run: optionalString(asObject(each)['next_run']),
  }));
  return { ...wire, schedules, total_count: optionalNumber(wire['total_count']) ?? schedules.length };
}

/** Body of create and update: exactly one of `cron_expression`, `interval_seconds` and `run_at`. An update replaces it all. */
export interface ScheduleBody {
  readonly cron_expression?: string | null;
  /** At least 300. */
  readonly interval_seconds?: number | null;
  readonly first_fire_at?: string | null;
  /** At least a minute ahead. */
  readonly run_at?: string | null;
  /** IANA name. */
  readonly timezone: string;
  readonly enabled?: boolean | null;
  readonly parameters?: Wire | null;
  readonly name?: string | null;
  readonly description?: string | null;
}
