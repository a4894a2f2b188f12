/**
 * 25 secrets through every command, in every output mode with and without `SKYVERN_DEBUG=http`, at a server that gives back whatever
 * it is sent: none is on stdout or stderr, or in a file other than the key file. What children get is in `canary.process.test.ts`.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands/index.js';
import { isGroup } from '../../src/cli/commandTree.js';
import type { CommandNode } from '../../src/cli/context.js';
import { skyvern } from '../support/skyvern.js';
import {
  type EchoServer,
  ENVIRONMENT,
  FAULTS,
  filesOf,
  homeFor,
  LINES,
  NEEDLES,
  NEVER_SENT,
  openEchoServer,
  SECRETS,
  sightings,
  VALUES,
} from './canaries.js';

let echoes: EchoServer;
beforeAll(async () => {
  echoes = await openEchoServer();
});
afterAll(() => echoes.close());

const paths = (nodes: readonly CommandNode[], above = ''): string[] =>
  nodes.flatMap((node) => (isGroup(node) ? paths(node.commands, `${above}${node.name} `) : [`${above}${node.name}`]));

test('every command has a row', () => {
  expect(Object.keys(LINES).sort(), 'the rows are in canaries.ts').toEqual(paths(COMMANDS).sort());
});

test('there are 25 secrets, and each would be seen in each form', () => {
  expect(VALUES).toHaveLength(25);
  for (const [secret, form] of NEEDLES) expect(sightings(`a ${form} b`)).toContain(secret);
});

/** Commands that ask no server, or none that is not there. */
const LOCAL = /^(?:config|local|auth logout|run recover|webhook|workflow validate)\b/;

interface Mode {
  readonly name: string;
  readonly flags: readonly string[];
  readonly tty?: 'output';
  readonly env?: Readonly<Record<string, string | undefined>>;
}
const QUIETLY = { SKYVERN_DEBUG: undefined };
const MODES: readonly Mode[] = [
  ...['plain', 'json', 'ndjson', 'quiet'].map((mode) => ({ name: `--output ${mode}, debugged`, flags: ['--output', mode] })),
  { name: 'on a terminal', flags: [], tty: 'output', env: QUIETLY },
  { name: 'in a pipe', flags: [], env: QUIETLY },
];

describe.each(Object.entries(LINES).filter((row): row is [string, (url: string) => readonly string[]] => typeof row[1] === 'function'))(
  'A28 %s',
  (command, line) => {
    test.each(MODES)(
      '$name',
      async ({ flags, tty, env }) => {
        const { url } = echoes;
        const before = echoes.requests;
        for (const [name, answer] of FAULTS) {
          echoes.answer = answer;
          const home = homeFor(url);
          const argv = [...command.split(' '), ...line(url), ...flags, '--no-input'];
          const { io, code } = await skyvern({ url, apiKey: SECRETS.key }, argv, {
            home,
            // Without a key in the environment the stored one is used.
            env: { ...ENVIRONMENT, ...env, ...(name === '403' && { SKYVERN_API_KEY: undefined }) },
            ...(tty && { tty }),
            timeouts: { startMs: 500, headersMs: 500 },
          });
          const seen = `${io.stdout.text()}\n${io.stderr.text()}`;
          expect(sightings(io.stderr.text()), `${name}: ${seen}`).toEqual([]);
          // What a server gives back with success is the result; the key is not even in that.
          const isResult = name === 'all is well' && /run_request/.test(io.stdout.text());
          if (command === 'api') expect(name === 'all is well' ? sightings(io.stdout.text()) : []).toEqual([]);
          else
            expect(
              sightings(io.stdout.text()).filter((secret) => !isResult || secret === SECRETS.key),
              `${name}: ${seen}`,
            ).toEqual([]);
          expect(sightings(filesOf(home)), name).toEqual([]);
          expect(code, seen).not.toBe(1);
        }
        if (!LOCAL.test(command)) expect(echoes.requests - before).toBeGreaterThanOrEqual(FAULTS.length);
      },
      30_000,
    );
  },
);

test('every secret that a server gets was given back by it', () => {
  expect(VALUES.filter((secret) => !echoes.sent.has(secret))).toEqual(NEVER_SENT);
});
