import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const src = new URL('../../src/', import.meta.url).pathname;
const sources = (readdirSync(src, { recursive: true }) as string[])
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => ({ name: name.replaceAll('\\', '/'), text: readFileSync(join(src, name), 'utf8') }));

/** Calls of a method that starts a run, and writes of a start's route. */
const STARTS = [/\.tasks\s*\.start\(/, /\bmethod: 'POST',\s*path: [`'"]\/v1\/run\//, /\.post\(\s*[`'"]\/v1\/run\//];
/** The journal's starts, and the server, which answers these routes. */
const mayStart = (name: string) => /^(?:journal\/start[A-Z]\w*\.ts$|server\/)/.test(name);
const offenders = (files: readonly { name: string; text: string }[]) =>
  files.filter(({ name, text }) => STARTS.some((pattern) => pattern.test(text)) && !mayStart(name)).map(({ name }) => name);

test('runs are started through the journal and nowhere else', () => {
  expect(offenders(sources)).toEqual(['client/client.ts']);
  const client = (sources.find(({ name }) => name === 'client/client.ts')?.text ?? '').replaceAll(/\/\*\*[\s\S]*?\*\//g, '');
  // The one place that knows the route sends it once, by the method that never repeats.
  expect(client.match(/['"`]\/v1\/run\//g)?.length).toBe(
    client.match(/this\.#http\.once\(\s*\{\s*method: 'POST',\s*path: '\/v1\/run\//g)?.length,
  );
});

test('a start anywhere else would be seen', () => {
  for (const text of [
    'await ctx.client().tasks.start(body, { idempotencyKey })',
    "http.post('/v1/run/tasks', body)",
    "once({ method: 'POST', path: `/v1/run/workflows` })",
  ]) {
    expect(offenders([{ name: 'cli/commands/taskRun.ts', text }])).toEqual(['cli/commands/taskRun.ts']);
  }
});
