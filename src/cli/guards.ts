/** Flags that only the embedded server understands, of everything that starts there, and whether somebody is there to be asked. */
import type { Command } from 'commander';
import { UsageError } from '../errors.js';
import type { Io } from '../io.js';
import { RISKS, type Risk, RULES_ENGINE, type TaskRunRequest } from '../protocol/task.js';
import { given } from './given.js';
import { GROUPS } from './help.js';
import { allowedHosts, amount, risks } from './parsers.js';
import type { Target } from './target.js';

export interface GuardFlags {
  readonly allowHost?: readonly string[];
  readonly confirm?: readonly Risk[];
  readonly maxCost?: number;
  readonly headed?: boolean;
  readonly browserPath?: string;
}

/** The fields of a request that they are. */
export type GuardFields = Pick<TaskRunRequest, 'allow_hosts' | 'confirm' | 'max_cost' | 'headed' | 'browser_path'>;

export const addGuardOptions = (command: Command): Command =>
  command
    .optionsGroup(GROUPS.local)
    .option(
      '--allow-host <host...>',
      'let pages reach this host, with or without :PORT, although it is on loopback or private (only --local)',
      allowedHosts,
    )
    .option('--confirm <kinds>', `ask before actions that pay, delete or send: a list of ${RISKS.join(', ')}, or all (only --local)`, risks)
    .option('--max-cost <dollars>', 'end the run before asking the language model costs more (only --local)', amount)
    .option('--headed', 'show the browser (only --local)')
    .option('--browser-path <file>', 'use this browser (only --local)');

export const guardFields = (flags: GuardFlags): GuardFields =>
  given({
    allow_hosts: flags.allowHost,
    confirm: flags.confirm,
    max_cost: flags.maxCost,
    headed: flags.headed,
    browser_path: flags.browserPath,
  });

/** What only the embedded server understands never reaches another one: it would ignore it, or worse, store it. */
export function refuseLocalOnly(target: Target, body: GuardFields & Pick<Partial<TaskRunRequest>, 'engine' | 'secrets'>): void {
  if (target.local) return;
  const asked = [
    body.engine === RULES_ENGINE && '--engine rules',
    body.secrets && '--secret',
    body.allow_hosts && '--allow-host',
    body.confirm && '--confirm',
    body.max_cost !== undefined && '--max-cost',
    body.headed && '--headed',
    body.browser_path && '--browser-path',
  ].find((each) => typeof each === 'string');
  if (asked) throw new UsageError(`${asked} works only on the embedded server`, { hint: 'add --local' });
}

/** Nobody is there to be asked: in CI, without a terminal, and when a pause is to be a failure. */
export const isUnattended = ({ env, stderr }: Pick<Io, 'env' | 'stderr'>, onPause: 'wait' | 'fail' = 'wait'): boolean =>
  Boolean(env['CI']) || !stderr.isTTY || onPause === 'fail';

/** A start on the embedded server says that nobody is there, where a model may ask a person, or an action may want a yes. */
export function withAttendance<Body extends GuardFields & Pick<Partial<TaskRunRequest>, 'engine'>>(
  io: Pick<Io, 'env' | 'stderr'>,
  target: Pick<Target, 'local'>,
  body: Body,
  onPause?: 'wait' | 'fail',
): Body {
  const mayAsk = target.local && (body.confirm !== undefined || body.engine !== RULES_ENGINE);
  return mayAsk && isUnattended(io, onPause) ? { ...body, unattended: true } : body;
}
