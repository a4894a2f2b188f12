// One of many processes that change one file: `updater.ts FOLDER NAME TIMES`. Run by a test. Prints how often it was told to try again.
import { systemClock } from '../../src/clock.js';
import { Store } from '../../src/config/store.js';
import { LocalError } from '../../src/errors.js';
import { systemRandom } from '../../src/random.js';

const [folder = '', name = '', times = '0'] = process.argv.slice(2);
interface Counts {
  readonly counts: Readonly<Record<string, number>>;
}
const store = new Store<Counts>(`${folder}/counts.json`, process, { counts: {} }, (value) => value as Counts);
const add = () =>
  store.update({ owner: process, clock: systemClock, random: systemRandom }, ({ counts }) => ({
    counts: { ...counts, [name]: (counts[name] ?? 0) + 1 },
  }));
let refused = 0;
for (let count = 0; count < Number(times); ) {
  try {
    await add();
    count++;
  } catch (error) {
    // Who waited ten seconds for others is told so, and nothing was changed: on a machine that is busy enough that is right.
    if (!(error instanceof LocalError) || error.code !== 'locked') throw error;
    refused++;
  }
}
process.stdout.write(`${refused}\n`);
