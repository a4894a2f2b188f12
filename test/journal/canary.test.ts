/** Secrets of a start, through every fault: none is in an error, a log, what is shown, or on the disk. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ApiClient } from '../../src/client/client.js';
import type { Exchanged } from '../../src/client/http.js';
import { SkyvernError } from '../../src/errors.js';
import { startTask } from '../../src/journal/startTask.js';
import { parseBaseUrl } from '../../src/origin.js';
import type { TaskRunRequest } from '../../src/protocol/task.js';
import { type Fault, page } from '../support/faultServer.js';
import { bench } from './bench.js';

const canary = (name: string) => `cnry-${name}-5e1f0a97c3d24b`;
const KEY = `eyJ${canary('key')}.eyJzdWIi.c2ln`;
const QUOTED = `"${canary('quoted')}\\ü"`;
const BODY: TaskRunRequest = {
  prompt: 'Log in',
  url: 'https://x.example',
  extra_http_headers: { authorization: canary('header'), 'x-quoted': QUOTED },
  cdp_connect_headers: { 'x-cdp': canary('cdp') },
  totp_identifier: canary('totp'),
  totp_url: `https://totp.example/${canary('totpurl')}`,
  browser_address: `wss://cdp.example/?token=${canary('cdptoken')}`,
  secrets: { PASSWORD: canary('password') },
};
const SECRETS = [KEY, QUOTED, ...['header', 'cdp', 'totp', 'totpurl', 'cdptoken', 'password'].map(canary)];

/** A secret as it is and as programs write it. */
const forms = (secret: string): string[] => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  encodeURIComponent(secret),
  Buffer.from(secret).toString('base64').slice(0, -4),
  Buffer.from(secret).toString('hex'),
  [...secret].reverse().join(''),
];

const echo = JSON.stringify({ detail: [{ loc: ['body', 'url'], msg: `no: ${SECRETS.join(' ')}`, input: BODY }] });
const FAULTS: readonly Fault[] = [
  { kind: 'ok' },
  { kind: 'reset', made: true },
  { kind: 'cut', bytes: 400 },
  { kind: 'answer', made: false, status: 422, body: echo, headers: { 'x-request-id': KEY } },
  { kind: 'answer', made: false, status: 400, body: JSON.stringify({ detail: SECRETS }) },
  { kind: 'answer', made: false, status: 403, body: KEY },
  { kind: 'answer', made: true, status: 500, body: JSON.stringify({ error: SECRETS.join() }) },
  { kind: 'answer', made: true, status: 502, body: page(SECRETS.join(' ')), headers: { 'content-type': 'text/html' } },
  { kind: 'answer', made: true, status: 200, body: `"${SECRETS.join()}` },
  { kind: 'answer', made: true, status: 200, body: JSON.stringify({ run_id: KEY }) },
  { kind: 'answer', made: false, status: 307, body: '', headers: { location: `http://${canary('host')}.example/?key=${KEY}` } },
];

const textOf = (folder: string): string =>
  (readdirSync(folder, { recursive: true }) as string[])
    .map((name) => join(folder, name))
    .map((path) => `${path}\n${statSync(path).isFile() ? readFileSync(path, 'utf8') : ''}`)
    .join('\n');

const sightings = (text: string): string[] => SECRETS.filter((secret) => forms(secret).some((form) => text.includes(form)));

test.each(FAULTS.map((fault, index) => [index, fault] as const))('A28 fault %d: no secret is seen anywhere', async (_index, fault) => {
  const { server, deps, progress, io } = await bench();
  const log: Exchanged[] = [];
  const options = { baseUrl: parseBaseUrl(server.url), clock: deps.clock, random: deps.random };
  const client = new ApiClient({ ...options, apiKey: KEY, onExchange: (exchange) => log.push(exchange) });
  server.plan(fault);
  const outcome: unknown = await startTask({ ...deps, client }, BODY).then(
    ({ op, adopted }) => ({ op, adopted }),
    (error) => error,
  );
  const shown = outcome instanceof SkyvernError ? { ...outcome, message: outcome.message, hint: outcome.hint } : outcome;
  expect(log.length).toBeGreaterThan(0);
  expect(sightings(JSON.stringify([log, progress, shown]))).toEqual([]);
  expect(sightings(textOf(io.home))).toEqual([]);
});

test('a secret would be seen', () => {
  for (const secret of SECRETS) for (const form of forms(secret)) expect(sightings(`a ${form} b`)).toContain(secret);
});
