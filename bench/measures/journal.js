import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { START_MS } from '../programs/startTime.js';
import { median, quantile, ratio } from '../timing.js';

export const title = 'A start that is written down first';

export async function measure({ quick, folder, results, recordedServer }) {
  const home = join(folder, 'journal');
  mkdirSync(home);
  const { journalled, bare, fsyncs } = await results('journal.js', home, await recordedServer(), quick ? 30 : 150);
  return {
    note: `\`startTask()\` with a journal on disk, every write fsynced, against the POST alone. The server takes ${START_MS} ms to answer, the shortest time that Skyvern 1.0.56 was seen to take, on loopback and idle; a longer answer makes the ratio smaller.`,
    rows: [
      ratio('journalled start', journalled, bare, 1.2, {
        why: 'a start waits for six fsyncs, one after the other, so it is as quick as the disk is then; see below what one took meanwhile.',
      }),
      {
        what: 'one fsync of a small file, meanwhile',
        value: median(fsyncs),
        limit: null,
        unit: 'ms',
        n: fsyncs.length,
        detail: `95 % below ${quantile(fsyncs, 0.95).toFixed(2)} ms`,
      },
    ],
  };
}
