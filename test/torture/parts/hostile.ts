import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import type { HostileTally } from '../../render/hostileTexts.js';
import { type Outcome, type Part, type PartOptions, shareOutTo } from '../part.js';

/** As the published program is bundled: production React. @returns its file */
async function bundled(folder: string): Promise<string> {
  const bundle = await rolldown({
    input: { program: new URL('../hostileProgram.ts', import.meta.url).pathname },
    platform: 'node',
    transform: { define: { 'process.env.NODE_ENV': '"production"', __VERSION__: '"0.0.0-test"' } },
    external: ['react-devtools-core', /^@napi-rs/],
    logLevel: 'silent',
  });
  await bundle.write({ dir: folder, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' });
  await bundle.close();
  return join(folder, 'program.mjs');
}

/** Packets, until there are as many texts as were asked for. */
async function packets(what: string, { count, seed, jobs }: PartOptions): Promise<HostileTally> {
  const folder = mkdtempSync(join(tmpdir(), 'skyvern-hostile-'));
  try {
    const program = await bundled(folder);
    const sum: HostileTally = { texts: 0, drawn: 0, bytes: 0, broken: [] };
    const [probe] = await shareOutTo<HostileTally>([program, what], seed, 1, 1);
    const needed = Math.ceil(count / (probe as HostileTally).texts);
    for (const tally of await shareOutTo<HostileTally>([program, what], seed, needed, jobs)) {
      for (const field of ['texts', 'drawn', 'bytes'] as const) sum[field] += tally[field];
      sum.broken.push(...tally.broken);
    }
    return sum;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const outcome = (figures: readonly string[], { broken }: HostileTally): Outcome => ({
  figures,
  broken: broken.map(({ seed, how }) => `seed ${seed}: ${how}`),
});

export const hostile: Part = {
  title: 'Hostile texts',
  about:
    'Texts made of control characters, pieces of escape sequences, whole attacks and any character there is, in every field of every event, through everything that shows text to people: log, live view, board, tables, descriptions, errors, outputs. No control character comes out but our own.',
  count: 10_000_000,
  async run(options) {
    const tally = await packets('texts', options);
    const { texts, drawn, bytes } = tally;
    return outcome([`${texts} texts, ${drawn} of them drawn by the live view as well, ${(bytes / 1e9).toFixed(1)} GB read`], tally);
  },
};

export const emulator: Part = {
  title: 'Hostile texts read by a terminal',
  about:
    'The same texts, what comes out read by a terminal emulator. No title, no reply, no bell, no clipboard, no mode, no other screen, no line that we did not write.',
  count: 200_000,
  async run(options) {
    const tally = await packets('emulator', options);
    return outcome([`${tally.texts} texts, each in the log, in the live view, and in tables, errors and outputs`], tally);
  },
};
