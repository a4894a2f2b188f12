/** From how a run ended to the exit code of the command that watched it. */
import { type ExitName, exitCode } from '../errors.js';
import { isEnded } from '../protocol/status.js';

/** The code of a result whose run completed with an output that is not what was asked for: told as a completed run, and then why. */
export const NOT_MET = 'not_met';

const VERDICTS: Readonly<Record<string, ExitName>> = {
  completed: 'ok',
  failed: 'runFailed',
  terminated: 'runTerminated',
  canceled: 'runCanceled',
  timed_out: 'runTimedOut',
};

/** `stillRunning` for a run that is not over, one that will be tried again included. */
export function verdictOf(run: { readonly status: string; readonly retry_pending?: boolean }): ExitName {
  return (isEnded(run) && VERDICTS[run.status]) || 'stillRunning';
}

/**
 * Several runs, one exit code: the first of this list that any of them has.
 *
 * A signal comes first, then what needs a person to repair something, then how runs ended, worst first, then what is merely
 * not over; `ok` only when every run is.
 */
export const SEVERITY: readonly ExitName[] = [
  ...(['interrupted', 'terminated', 'hangup'] as const),
  ...(['bug', 'integrity', 'localFault', 'usage', 'auth', 'notFound', 'refused', 'startUnknown', 'network', 'rateLimited'] as const),
  ...(['runFailed', 'runTimedOut', 'runTerminated', 'runCanceled', 'notMet'] as const),
  ...(['needsPerson', 'timeout', 'stillRunning', 'ok'] as const),
];

const SEVERITY_OF: ReadonlyMap<number, number> = new Map(SEVERITY.map((name, index) => [exitCode(name), index]));

/** The highest-severity code of several; `ok` for none. */
export const worstExit = <Code extends number>(codes: readonly Code[]): Code | 0 =>
  codes.reduce<Code | 0>((worst, code) => ((SEVERITY_OF.get(code) ?? 0) < (SEVERITY_OF.get(worst) ?? 0) ? code : worst), 0);
