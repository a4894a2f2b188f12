// GETs of one run at a steady rate, from a process of its own: `serverLoad.js RATE SECONDS URL KEY` sends the latencies in milliseconds.
// A request is timed from the moment when it was due, so that a server that stands still is not asked less.
import { Agent, request } from 'node:http';

const [, , rate, seconds, url, key] = process.argv;
const agent = new Agent({ keepAlive: true, maxSockets: 50 });
const everyMs = 1000 / Number(rate);
const total = Number(rate) * Number(seconds);
const latencies = [];
let failed = 0;

const get = (dueAt, counted) =>
  new Promise((resolve) => {
    const asked = request(url, { agent, headers: { 'x-api-key': key } }, (response) => {
      response.resume();
      response.on('end', () => {
        if (response.statusCode !== 200) failed++;
        else if (counted) latencies.push(performance.now() - dueAt);
        resolve();
      });
    });
    asked.on('error', () => {
      failed++;
      resolve();
    });
    asked.end();
  });

async function steadily(count, counted) {
  const pending = [];
  const startedAt = performance.now();
  for (let sent = 0; sent < count; ) {
    const due = Math.min(count, Math.floor((performance.now() - startedAt) / everyMs));
    for (; sent < due; sent++) pending.push(get(startedAt + sent * everyMs, counted));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(pending);
}

await steadily(total / 4, false);
await steadily(total, true);
process.send({ latencies, failed });
agent.destroy();
