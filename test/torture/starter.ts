// A process that starts one task: `starter.ts URL STATE`. Run, and killed, by a test.
import { ApiClient } from '../../src/client/client.js';
import { systemClock } from '../../src/clock.js';
import { Journal } from '../../src/journal/journal.js';
import { startTask } from '../../src/journal/startTask.js';
import { parseBaseUrl } from '../../src/origin.js';
import { systemRandom } from '../../src/random.js';

const [url = '', state = ''] = process.argv.slice(2);
const shared = { clock: systemClock, random: systemRandom, owner: process, paths: { state } };
const baseUrl = parseBaseUrl(url);
const client = new ApiClient({ ...shared, baseUrl, apiKey: 'key-1' });
const { run } = await startTask(
  {
    ...shared,
    client,
    journal: new Journal(shared),
    signal: new AbortController().signal,
    server: { baseUrl, profile: 'default', local: false, replays: false },
    cwd: '/',
  },
  { prompt: 'Get the title', url: 'https://example.com' },
);
process.stdout.write(`${run.run_id}\n`);
