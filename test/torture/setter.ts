// A process that changes one setting: `setter.ts FOLDER VALUE`. Run, and killed, by a test.
import { systemClock } from '../../src/clock.js';
import { setSetting } from '../../src/config/edit.js';
import { systemRandom } from '../../src/random.js';

const [config = '', value = ''] = process.argv.slice(2);
await setSetting({ paths: { config }, owner: process, clock: systemClock, random: systemRandom }, 'default', 'output', value);
