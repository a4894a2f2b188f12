// What is asked under load: `loadedServer.js KIND FOLDER`, KIND one of embedded, http (a bare server with the same answer) and hono (Hono
// that reads a row of node:sqlite). Sends its address once it answers, and its resident megabytes and processor milliseconds when told `used`.
import { createServer } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';

const [, , kind, folder] = process.argv;

process.on('message', (message) => {
  if (message === 'used') process.send({ mb: process.memoryUsage.rss() / 1024 / 1024, cpuMs: cpuMs() });
  if (message === 'end') process.exit(0);
});
const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

if (kind === 'embedded') {
  const { embedded } = await import('./embedded.js');
  const runner = {
    async run(_, recorder) {
      await recorder.acting();
      return { status: 'completed', output: { title: 'A page' } };
    },
    close: async () => {},
  };
  const { start, client, url } = await embedded(folder, runner);
  const runId = await start({ prompt: 'nothing', url: 'http://127.0.0.1:9/', engine: 'rules' });
  let run;
  do run = await client.runs.get(runId);
  while (run.status !== 'completed');
  process.send({ url: `${url}/v1/runs/${runId}`, body: JSON.stringify(run) });
} else {
  process.once('message', ({ body }) => {
    if (kind === 'http') {
      const server = createServer((_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' }).end(body);
      });
      server.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${server.address().port}/v1/runs/1` }));
      return;
    }
    const db = new DatabaseSync(join(folder, 'bare.db'));
    db.exec('PRAGMA journal_mode = WAL; CREATE TABLE runs (id TEXT PRIMARY KEY, body TEXT)');
    db.prepare('INSERT INTO runs VALUES (?, ?)').run('1', body);
    const row = db.prepare('SELECT body FROM runs WHERE id = ?');
    const app = new Hono();
    app.get('/v1/runs/:id', (c) => c.json(JSON.parse(row.get(c.req.param('id')).body)));
    serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => process.send({ url: `http://127.0.0.1:${port}/v1/runs/1` }));
  });
}
