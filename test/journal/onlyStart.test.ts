import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const src = new URL('../../src/', import.meta.url).pathname;
const sources = (readdirSync(src, { recursive: true }) as string[])
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => ({ name: name.replaceAll('\\', '/'), text: readFileSync(join(src, name), 'utf8') }));

/** Calls of a method that starts a run, and the routes of starts. */
const STARTS = [/\.starts\s*\.\s*(?:task|workflow|login|downloadFiles|retry)\(/, /[`'"]\/v1\/run\//];
/** The journal's starts, and the server, which answers these routes. */
const mayStart = (name: string) => /^(?:journal\/start[A-Z]\w*\.ts$|server\/)/.test(name);
const offenders = (files: readonly { name: string; text: string }[]) =>
  files.filter(({ name, text }) => STARTS.some((pattern) => pattern.test(text)) && !mayStart(name)).map(({ name }) => name);

test('runs are started through the journal and nowhere else', () => {
  expect(offenders(sources)).toEqual(['client/starts.ts']);
  // The one place that knows the routes sends each once, by the method that never repeats.
  const client = sources.find(({ name }) => name === 'client/starts.ts')?.text ?? '';
  expect(client.match(/#http\.\w+/g)).toEqual(['#http.once']);
});

test('a start anywhere else would be seen', () => {
  for (const text of [
    'await ctx.client().starts.task(body, { idempotencyKey })',
    "http.post('/v1/run/tasks', body)",
    "once({ method: 'POST', path: `/v1/run/workflows` })",
  ]) {
    expect(offenders([{ name: 'cli/commands/taskRun.ts', text }])).toEqual(['cli/commands/taskRun.ts']);
  }
});
