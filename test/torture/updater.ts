// One of many processes that change one file: `updater.ts FOLDER NAME TIMES`. Run by a test.
import { systemClock } from '../../src/clock.js';
import { Store } from '../../src/config/store.js';
import { systemRandom } from '../../src/random.js';

const [folder = '', name = '', times = '0'] = process.argv.slice(2);
interface Counts {
  readonly counts: Readonly<Record<string, number>>;
}
const store = new Store<Counts>(`${folder}/counts.json`, process, { counts: {} }, (value) => value as Counts);
for (let count = 0; count < Number(times); count++) {
  await store.update({ owner: process, clock: systemClock, random: systemRandom }, ({ counts }) => ({
    counts: { ...counts, [name]: (counts[name] ?? 0) + 1 },
  }));
}
