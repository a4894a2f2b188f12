import type { Command } from 'commander';
import { exitCode, SkyvernError, Verdict } from '../../errors.js';
import { isMachineMode } from '../../render/errors.js';
import { printable } from '../../render/sanitize.js';
import { worstExit } from '../../runs/exit.js';
import { CHECKS, type Finding, lookSafely } from '../checks.js';
import type { CliContext } from '../context.js';
import { wantsJson, write, writeJson } from '../output.js';
import { settingFlags } from '../settings.js';

export function define(command: Command, ctx: CliContext, handler = doctor): void {
  command
    .description('Look at everything that can be in the way: one line a check, with what to type when it is red. Exits by the worst one.')
    .addHelpText('after', '\nExamples:\n  $ skyvern doctor\n  $ skyvern doctor --json | jq \'.[] | select(.status != "ok")\'')
    .action(() => handler(ctx, command));
}

const MARKS: Readonly<Record<Finding['status'], string>> = { ok: 'ok      ', warning: 'warning ', failed: 'FAILED  ' };

export async function doctor(ctx: CliContext, command: Command): Promise<void> {
  const { stdout } = ctx.io;
  const json = wantsJsonAnyway(ctx, command);
  const found: ({ readonly check: string; readonly exit_code: number } & Omit<Finding, 'exit'>)[] = [];
  for (const check of CHECKS) {
    const { exit, ...finding } = await lookSafely(check, ctx, command);
    found.push({ check: check.name, ...finding, exit_code: exitCode(exit) });
    if (json) continue;
    await write(stdout, `${MARKS[finding.status]}${check.name.padEnd(16)} ${printable(finding.detail)}\n`);
    if (finding.hint !== '') await write(stdout, `${' '.repeat(25)}${printable(finding.hint)}\n`);
  }
  if (json) await writeJson(stdout, found);
  const code = worstExit(found.map((each) => each.exit_code));
  if (code !== 0) throw new Verdict(code as ReturnType<typeof exitCode>);
}

/** Settings that cannot be read are a finding, not the end. */
function wantsJsonAnyway(ctx: CliContext, command: Command): boolean {
  try {
    return wantsJson(ctx, command);
  } catch (error) {
    if (!(error instanceof SkyvernError)) throw error;
    return isMachineMode(settingFlags(command).output ?? 'auto');
  }
}
