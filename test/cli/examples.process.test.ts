/** Examples that `--help` shows and that take a shell: typed into bash, with the built program on the PATH. `npm test` builds first. */
import { spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tempFolder } from '../support/io.js';
import { skyvern } from '../support/skyvern.js';
import { examples, exampleWorld, needsShell, prepare } from './examples.js';

const PROGRAM = join(import.meta.dirname, '../../bin/skyvern.js');
const LINES = (await examples()).filter(({ line }) => needsShell(line)).map(({ line }) => line);

/** Not typed, by a part of the line, and why. */
const UNTYPED: Readonly<Record<string, string>> = {
  'skyvern demo': 'starts the embedded server and a browser: the main job does',
  'skyvern local env': 'starts the embedded server: test/server/daemon.test.ts does',
  'curl -H': 'is for the embedded server: test/server/daemon.test.ts does',
  'local logs --follow': 'goes on until Ctrl-C',
  'local status --json': 'says by its exit code that no server runs',
  'eval "$(skyvern completion zsh)"': 'is for another shell',
  './deploy.sh': 'is a program of the reader: test/cli/simulate.test.ts has one',
  Invoke: 'is for another shell',
  'oathtool ': 'needs a tool that makes codes',
};
const isTyped = (line: string) => !Object.keys(UNTYPED).some((part) => line.includes(part));

test('every exception is needed', () => {
  expect(Object.keys(UNTYPED).filter((part) => !LINES.some((line) => line.includes(part)))).toEqual([]);
});

const hasShell = spawnSync('bash', ['-c', 'command -v jq']).status === 0;

describe.runIf(hasShell)('in bash', () => {
  test.each(LINES.filter(isTyped))('%s', async (line) => {
    const world = await exampleWorld();
    const { api, home, env } = world;
    prepare(world, line);
    const bin = tempFolder();
    writeFileSync(join(bin, 'skyvern'), `#!/bin/sh\nexec "${process.execPath}" "${PROGRAM}" "$@"\n`);
    chmodSync(join(bin, 'skyvern'), 0o755);
    const child = spawn('bash', ['-euo', 'pipefail', '-c', line], {
      cwd: home,
      env: {
        ...env,
        PATH: `${bin}${delimiter}${process.env['PATH']}`,
        HOME: home,
        SKYVERN_HOME: home,
        SKYVERN_BASE_URL: api.url,
        SKYVERN_API_KEY: api.apiKey,
        // What the reader has in hand.
        last_id: (await skyvern(api, 'run tail tsk_123 --json', { home })).io.stdout.json()[0].id,
        sig: createHmac('sha256', api.apiKey)
          .update(readFileSync(join(home, 'body.json')))
          .digest('hex'),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said: string[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => void said.push(String(chunk)));
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code, said.join('')).toBe(0);
  });
});
