import { open } from 'node:fs/promises';
import type { Command } from 'commander';
import { SkyvernError } from '../../../errors.js';
import { printable } from '../../../render/sanitize.js';
import { StateFolder } from '../../../server/stateFile.js';
import type { CliContext } from '../../context.js';
import { write } from '../../output.js';
import { integer } from '../../parsers.js';

interface Flags {
  readonly follow?: boolean;
  readonly lines: number;
}

/** How often a log that is followed is looked at. */
const LOOK_MS = 250;
const CHUNK_BYTES = 64 * 1024;

export function define(command: Command, ctx: CliContext, handler = localLogs): void {
  command
    .description('Print the log of the embedded server.')
    .option('-f, --follow', 'go on printing what is added, until Ctrl-C')
    .option('-n, --lines <n>', 'at most this many of the last lines', integer, 100)
    .addHelpText('after', '\nExamples:\n  $ skyvern local logs -n 20\n  $ skyvern local logs --follow | grep webhook')
    .action((flags: Flags) => handler(ctx, flags));
}

export async function localLogs(ctx: CliContext, { follow = false, lines }: Flags): Promise<void> {
  const { io, clock, callSignal } = ctx;
  const { logFile } = new StateFolder(io);
  const file = await open(logFile).catch((cause: unknown) => {
    throw new SkyvernError('notFound', 'no_log', 'there is no log yet', { hint: '`skyvern local start` starts the server', cause });
  });
  try {
    let position = 0;
    let rest = '';
    const readNew = async (): Promise<string[]> => {
      const decoder = new TextDecoder();
      if ((await file.stat()).size < position) position = 0; // a new server began a new log
      for (;;) {
        const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, position);
        if (bytesRead === 0) break;
        position += bytesRead;
        rest += decoder.decode(buffer.subarray(0, bytesRead), { stream: true });
      }
      const complete = rest.split('\n');
      rest = complete.pop() as string;
      return complete;
    };
    const tell = (texts: readonly string[]) => write(io.stdout, texts.map((text) => `${printable(text)}\n`).join(''));
    await tell((await readNew()).slice(-lines));
    while (follow) {
      await clock.sleep(LOOK_MS, callSignal);
      await tell(await readNew());
    }
  } finally {
    await file.close();
  }
}
