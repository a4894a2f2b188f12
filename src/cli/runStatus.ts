/** `--status` of commands that choose runs. */
import { InvalidArgumentError, Option } from 'commander';
import { RUN_STATUSES } from '../protocol/status.js';
import { closest } from '../workflow/words.js';

/** Other words for the same, by other tools and in other spellings. */
const SAID: Readonly<Record<string, string>> = {
  cancelled: 'canceled',
  done: 'completed',
  success: 'completed',
  succeeded: 'completed',
  finished: 'completed',
  error: 'failed',
  pending: 'queued',
  waiting: 'paused',
  timeout: 'timed_out',
  active: 'running',
};

/**
 * @param what what runs are chosen
 * @returns an option that takes several words, with spaces or commas between them
 */
export const runStatusOption = (what: string): Option =>
  new Option('-s, --status <status...>', `${what}: ${RUN_STATUSES.join(', ')}`).argParser(runStatuses);

/** A word that is no status would select nothing, and nothing that is wrong would be seen: servers of today refuse it, too. */
function runStatuses(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...text.split(',').map((word) => knownStatus(word.trim()))];
}

function knownStatus(word: string): string {
  if (RUN_STATUSES.some((status) => status === word)) return word;
  const meant = SAID[word.toLowerCase()] ?? closest(word.toLowerCase(), RUN_STATUSES);
  const guess = meant === null ? '' : ` Did you mean ${meant}?`;
  throw new InvalidArgumentError(
    `It is not a status that this version knows: ${RUN_STATUSES.join(', ')}.${guess} A newer server's word goes by \`skyvern api GET /v1/runs -f status=WORD\`.`,
  );
}
