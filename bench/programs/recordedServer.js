// Answers as a real server did, from test/recorded/: a run that has ended, one that never does, and lists of 100 runs and of 100 workflows.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { START_MS } from './startTime.js';

const recorded = (name) => JSON.parse(readFileSync(new URL(`../../test/recorded/${name}.json`, import.meta.url), 'utf8')).response.body;
const ended = recorded('task-run-final');
const running = { ...recorded('task-run-running'), run_id: 'tsk_900000000000000001' };
const rows = recorded('runs');
const runs = Array.from({ length: 100 }, (_, index) => ({
  ...rows[index % rows.length],
  run_id: `tsk_${600000000000000000n + BigInt(index)}`,
}));

const definitions = recorded('workflow-list');
const workflows = Array.from({ length: 100 }, (_, index) => ({
  ...definitions[index % definitions.length],
  workflow_permanent_id: `wpid_${600000000000000000n + BigInt(index)}`,
}));

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  const answer = (body) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(body));
  };
  if (request.method === 'POST') return setTimeout(() => answer(recorded('task-start')), START_MS);
  if (pathname === '/v1/runs') return answer(runs);
  if (/^\/v1\/(?:workflows|agents)$/.test(pathname)) return answer(workflows);
  if (/\/(?:steps|actions|artifacts)$/.test(pathname)) return answer([]);
  answer(pathname.endsWith(running.run_id) ? running : ended);
});
server.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${server.address().port}` }));
