/** `GROUP get ID`: one thing of the server, read and printed. */
import type { Command } from 'commander';
import type { CliContext } from './context.js';
import { describe, type Field } from './describe.js';
import { wantsJson, write, writeJson } from './output.js';
import { connect, type Target } from './target.js';

/** Prints what `read` gives: whole as JSON, else the fields that are of use to people. */
export async function showOne<T>(
  ctx: CliContext,
  command: Command,
  read: (target: Pick<Target, 'client' | 'call'>) => Promise<T>,
  fields: (thing: T) => readonly Field[],
): Promise<void> {
  const thing = await read(await connect(ctx, command));
  if (wantsJson(ctx, command)) return writeJson(ctx.io.stdout, thing);
  await write(ctx.io.stdout, describe(ctx.io.stdout, fields(thing)));
}
