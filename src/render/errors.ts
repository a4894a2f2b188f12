/** How what went wrong is told: two lines for people, one JSON object for programs. */
import { exitCode, SkyvernError } from '../errors.js';
import type { RunEvent } from '../runs/events.js';
import { timelineCommand } from './runCommands.js';
import { printable, safeJson } from './sanitize.js';

export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly exit_code: number;
  readonly run_id?: string;
  readonly request_id?: string;
}

export function problemOf(error: unknown): Problem {
  if (!(error instanceof SkyvernError)) {
    const message = error instanceof Error ? error.message : String(error);
    return { code: 'bug', message, hint: '', exit_code: exitCode('bug') };
  }
  const { code, message, hint, runId, requestId } = error;
  return {
    code,
    message,
    hint,
    exit_code: error.exitCode,
    ...(runId !== undefined && { run_id: runId }),
    ...(requestId !== undefined && { request_id: requestId }),
  };
}

/** How a run ended badly; null when it did not, or when the watch ended before it (the command then throws, and `main()` tells). */
export function problemOfVerdict(event: Extract<RunEvent, { type: 'result' }>): Problem | null {
  const { error, run, status, exit_code, run_id } = event;
  if (error !== null || exit_code === 0) return null;
  const reason = run?.failure_reason ? `: ${run.failure_reason}` : '';
  const message = `run ${run_id} ${status}${reason}`;
  return { code: `run_${status}`, message, hint: `see what it did with \`${timelineCommand(run_id)}\``, exit_code, run_id };
}

/** Ends in a line feed. */
export function formatProblem(problem: Problem, audience: 'human' | 'machine'): string {
  if (audience === 'machine') return `${safeJson(problem)}\n`;
  const hint = problem.hint === '' ? '' : `hint: ${printable(problem.hint)}\n`;
  const label = labelOf(problem);
  return `${label === problem.message ? '' : `${label}: `}${printable(problem.message)}\n${hint}`;
}

/** What somebody ended is no fault; of a run it is said that it goes on. */
function labelOf({ exit_code, message }: Problem): string {
  if (exit_code >= exitCode('hangup')) return message === 'interrupted' ? message : 'detached';
  return exit_code === exitCode('timeout') ? 'timed out' : 'error';
}

/** For `main()`: what a command threw, in the form of its output mode. */
export const formatError = (error: unknown, mode: string): string =>
  formatProblem(problemOf(error), isMachineMode(mode) ? 'machine' : 'human');

export const isMachineMode = (mode: string): boolean => mode === 'json' || mode === 'ndjson';
