import { join } from 'node:path';
import { median } from '../timing.js';

export const title = 'Many events';

const EVENTS = 100_000;
const BURST = 1_000;

export async function measure({ quick, folder, forked }) {
  const send = await forked('manyEvents.js');
  const file = join(folder, 'events.ndjson');
  const [ours, bare] = [[], []];
  for (let round = 0; round < (quick ? 3 : 7); round++) {
    ours.push((await send('ndjson', file, EVENTS)).ms);
    bare.push((await send('bare', file, EVENTS)).ms);
  }
  const { most, frames, fedMs } = await send('burst', BURST);
  return {
    note: `\`--output ndjson\` into a file, one event a line, against a bare \`console.log\` of each; and a burst that the live view draws, in the busiest second.`,
    rows: [
      {
        what: `${EVENTS.toLocaleString('en')} events to a file`,
        value: median(ours),
        limit: 1_000,
        unit: 'ms',
        n: ours.length,
        detail: `${Math.round((EVENTS / median(ours)) * 1000).toLocaleString('en')} a second; bare ${median(bare).toFixed(0)} ms`,
      },
      {
        what: `frames a second while ${BURST.toLocaleString('en')} events come at once`,
        value: most,
        limit: 30,
        unit: '',
        n: 1,
        detail: `${frames} in all, fed in ${fedMs.toFixed(0)} ms`,
      },
    ],
  };
}
