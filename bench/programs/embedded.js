// An embedded server in this process, on a real socket, with a client of it.
import { join } from 'node:path';
import { ApiClient } from '../../src/client/client.ts';
import { systemClock } from '../../src/clock.ts';
import { parseBaseUrl } from '../../src/origin.ts';
import { systemRandom } from '../../src/random.ts';
import { createServer } from '../../src/server/app.ts';
import { openDatabase } from '../../src/server/database.ts';
import { listen } from '../../src/server/listen.ts';

export const clock = systemClock;
export const random = systemRandom;

export async function embedded(folder, runner, concurrency = 2) {
  const { db } = openDatabase(join(folder, 'server.db'), clock.now());
  let address = '';
  const server = createServer({
    db,
    dataFolder: folder,
    runner,
    checkTask: () => null,
    models: { share: ({ name }) => name, refusal: async () => null },
    clock,
    random,
    token: 'key',
    pid: process.pid,
    version: '0.0.0-bench',
    defaultEngine: 'rules',
    concurrency,
    notices: [],
    retention: { ageMs: null, bytes: null },
    address: () => address,
    onStop: () => {},
    log: (line) => console.error(line),
  });
  const listening = await listen(server.handle, 0);
  address = `127.0.0.1:${listening.port}`;
  server.start();
  const client = new ApiClient({ baseUrl: parseBaseUrl(`http://${address}`), apiKey: 'key', clock, random });
  return {
    client,
    url: `http://${address}`,
    async start(body) {
      const { kind, reply } = await client.starts.task(body, { idempotencyKey: crypto.randomUUID() });
      if (kind !== 'answered') throw new Error(`the start was not answered: ${kind}`);
      return reply.value.run_id;
    },
    async close() {
      await client.close();
      await server.stop(0);
      await listening.close(clock);
      db.close();
    },
  };
}
