/** Results on stdout: which form was asked for, and writing that waits for a slow reader. */
import { once } from 'node:events';
import type { Command } from 'commander';
import type { Io, Out } from '../io.js';
import { isMachineMode } from '../render/errors.js';
import type { OutputMode } from '../render/pick.js';
import { outputText } from '../render/result.js';
import { safeJson } from '../render/sanitize.js';
import type { CliContext } from './context.js';
import { inActions } from './github/workflow.js';
import { settingsOf } from './settings.js';
import { shapeOf } from './shape.js';

export const outputMode = (ctx: CliContext, command: Command): OutputMode => settingsOf(ctx, command).output.value;

export const wantsJson = (ctx: CliContext, command: Command): boolean => isMachineMode(outputMode(ctx, command));

/** Resolves when the reader took it, so that a large result never piles up in memory. */
export async function write(out: Out, text: string): Promise<void> {
  if (!out.write(text)) await once(out, 'drain');
}

/** One JSON document, or what `--query` makes of it: indented for eyes, one line for pipes. */
export const writeJson = (out: Out, value: unknown): Promise<void> =>
  write(out, `${safeJson(queried(out, value), out.isTTY ? 2 : undefined)}\n`);

/** The part of a document that was asked for; null where there is none. */
export function queried(out: Out, value: unknown): unknown {
  const { query } = shapeOf(out);
  return query ? (query(value) ?? null) : value;
}

/** The output of a run: a text as it is, all else as JSON, nothing for none. */
export const writeOutput = (io: Io, output: unknown): Promise<void> =>
  write(io.stdout, outputText(output, io.stdout.isTTY === true, inActions(io)));
