/** What upstream says of cron expressions and zones. */
import { checkTimeZone } from '../protocol/timeZone.js';
import { type CronFault, cronFault as faultOf } from '../schedule/cron.js';

const TEXTS: Readonly<Record<CronFault['kind'], string>> = {
  invalid: 'Invalid cron expression',
  never: 'failed to find next date',
  near: 'Cron interval must be at least 5 minutes',
};

/** What upstream says of an expression that it does not take; null when it is fine. */
export function cronFault(expression: string, nowMs: number): string | null {
  const fault = faultOf(expression, nowMs);
  return fault && TEXTS[fault.kind];
}

/** Whether it is the IANA name of a zone. */
export const isTimezone = (name: string): boolean => checkTimeZone(name).known;
