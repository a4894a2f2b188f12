import { text as readAll } from 'node:stream/consumers';
import { type Command, InvalidArgumentError } from 'commander';
import { parseSize } from '../../../config/schema.js';
import { UsageError } from '../../../errors.js';
import { byteSize, plural } from '../../../render/words.js';
import type { Pruned } from '../../../server/retention.js';
import { confirm } from '../../ask.js';
import type { CliContext } from '../../context.js';
import { wantsJson, write, writeJson } from '../../output.js';
import { moment } from '../../parsers.js';
import { connectLocal } from '../../target.js';

interface Flags {
  readonly endedBefore?: (now: number) => number;
  readonly keep?: number;
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

export function define(command: Command, ctx: CliContext, handler = localPrune): void {
  command
    .description(
      'Remove screenshots, recordings, logs and downloads of ended runs of the embedded server. The runs themselves, their steps and output stay. Asks on a terminal. `local.keep-days` and `local.keep-size` of `skyvern config set` do the same by themselves.',
    )
    .option('--ended-before <time>', 'those of runs that ended before this: 7d (ago), 12h, 2026-01-31', moment)
    .option('--keep <size>', 'of the rest at most this much, the newest: 500MB, 2GB', sizeOf)
    .option('--all', 'those of every ended run')
    .option('--dry-run', 'only say what would go')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', '\nExamples:\n  $ skyvern local prune --ended-before 7d --dry-run\n  $ skyvern local prune --keep 2GB --yes')
    .action((flags: Flags) => handler(ctx, command, flags));
}

export async function localPrune(ctx: CliContext, command: Command, { endedBefore, keep, all, dryRun, yes }: Flags): Promise<void> {
  if (endedBefore === undefined && keep === undefined && !all) {
    throw new UsageError('nothing says what may go', { hint: 'add --ended-before 7d, --keep 2GB or --all' });
  }
  const { client, call } = await connectLocal(ctx, command);
  const prune = async (dry: boolean): Promise<Pruned> => {
    const body = { ended_before: endedBefore?.(ctx.clock.now()) ?? null, keep_bytes: all ? 0 : (keep ?? null), dry_run: dry };
    const answer = await client.raw.request({ method: 'POST', path: '/v1/local/prune', body }, call);
    return JSON.parse(await readAll(answer.body)) as Pruned;
  };
  const found = await prune(true);
  if (!dryRun && found.artifacts > 0) await confirm(ctx, command, `this removes ${inWords(found)}`, yes);
  const gone = dryRun ? found : await prune(false);
  if (wantsJson(ctx, command)) return writeJson(ctx.io.stdout, { ...gone, dry_run: dryRun === true });
  await write(ctx.io.stdout, `${dryRun ? 'would remove' : 'removed'} ${inWords(gone)}\n`);
}

const inWords = ({ runs, artifacts, bytes }: Pruned): string =>
  `${plural(artifacts, 'file')} of ${plural(runs, 'run')} (${byteSize(bytes)})`;

function sizeOf(text: string): number {
  try {
    return parseSize('--keep', text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}
