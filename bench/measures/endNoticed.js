import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { median, quantile } from '../timing.js';

export const title = 'The end of a run is noticed';

export async function measure({ quick, folder, results }) {
  const data = join(folder, 'end-noticed');
  mkdirSync(data);
  const times = await results('endNoticed.js', data, quick ? 100 : 300);
  return {
    note: "From the moment the engine says that it is done, over the embedded server's books and a real socket, until `watchRun()` tells the result. Server and watcher share a process; runs last 20 to 400 ms, at random.",
    rows: [
      {
        what: 'p99',
        value: quantile(times, 0.99),
        limit: 50,
        unit: 'ms',
        n: times.length,
        detail: `median ${median(times).toFixed(1)} ms, longest ${Math.max(...times).toFixed(1)} ms`,
        why: 'the end is on the disk before it is told; the median says what that takes where nothing else is busy, the fsyncs further below what the disk was doing.',
      },
    ],
  };
}
