import type { Schedule } from '../../protocol/schedule.js';
import { lengthWords, momentText, timingOf } from '../../schedule/timing.js';

/** `30 6 * * 1-5 (Europe/Berlin)`, `every 6 hours`, `once, 2026-11-25 09:00 +01:00`. */
export function whenText(schedule: Schedule): string {
  const timing = timingOf(schedule);
  switch (timing?.kind) {
    case 'cron':
      return `${timing.expression} (${schedule.timezone})`;
    case 'interval':
      return `every ${lengthWords(timing.seconds)}`;
    case 'once':
      return `once, ${momentText(timing.at, schedule.timezone)}`;
    default:
      return 'unknown';
  }
}

/** `on`, `off`, or what became of one that runs once. */
export const stateText = ({ enabled, dispatch_status: dispatched }: Schedule): string =>
  dispatched !== null && dispatched !== 'pending' ? dispatched : enabled ? 'on' : 'off';
