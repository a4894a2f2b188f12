/** When a thing happened, as its server says: an event's own `at` is when we saw it, which for a run that has ended is all at once. */
import { parseServerTime } from '../protocol/time.js';
import type { RunEvent } from '../runs/events.js';

/** Epoch ms; when we saw it where the server says nothing. */
export const happenedAt = (event: RunEvent): number => serverTimeOf(event) ?? event.at;

function serverTimeOf(event: RunEvent): number | null {
  switch (event.type) {
    case 'run':
      return parseServerTime(event.run.created_at);
    case 'status':
      return event.since;
    case 'block':
      return parseServerTime(event.block.finished_at) ?? parseServerTime(event.block.modified_at);
    case 'step':
      return parseServerTime(event.step.modified_at);
    case 'action':
      return parseServerTime(event.action.finished_at) ?? parseServerTime(event.action.modified_at);
    case 'thought':
      return parseServerTime(event.thought.modified_at);
    case 'result':
      return event.error === null ? parseServerTime(event.run?.finished_at) : null;
    default:
      return null;
  }
}
