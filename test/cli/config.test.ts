import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tempFolder } from '../support/io.js';
import { type SkyvernOptions, skyvern } from '../support/skyvern.js';

/** Without server and key in the environment. */
const config = (home: string, line: string | string[], options: SkyvernOptions = {}) =>
  skyvern({ url: '', apiKey: '' }, line, {
    ...options,
    home,
    env: { SKYVERN_BASE_URL: undefined, SKYVERN_API_KEY: undefined, HOME: home, ...options.env },
  });
const out = async (home: string, line: string | string[], options?: SkyvernOptions) => (await config(home, line, options)).io.stdout.text();

test('what is set is kept, listed with where it comes from, and taken back', async () => {
  const home = tempFolder();
  expect(await out(home, 'config set output plain')).toBe('default: output = plain\n');
  expect(await out(home, 'config get output')).toBe('plain\n');
  expect(await out(home, 'config get output', { env: { SKYVERN_OUTPUT: 'quiet' } })).toBe('quiet\n');
  expect((await out(home, 'config list')).split('\n')[1]?.split('\t').slice(0, 3)).toEqual(['output', 'plain', 'profile: profile default']);
  expect(statSync(join(home, 'config/config.json')).mode & 0o777).toBe(0o600);
  expect(await out(home, 'config unset output')).toBe('default: output is no longer set\n');
  expect(await out(home, 'config unset output')).toBe('default: output was not set\n');
  expect(await out(home, 'config get output')).toBe('auto\n');
});

test('every command of it is one JSON document with --json', async () => {
  const home = tempFolder();
  const json = async (line: string) => JSON.parse(await out(home, `${line} --json`));
  expect(await json('config set timeout 90s')).toEqual({ profile: 'default', name: 'timeout', value: '90s' });
  expect(await json('config get timeout')).toMatchObject({ name: 'timeout', value: '90s', source: 'profile', where: 'profile default' });
  expect((await json('config list')).map(({ name }: { name: string }) => name)).toContain('base-url');
  expect(await json('config unset timeout')).toEqual({ profile: 'default', name: 'timeout', changed: true });
  expect(await json('config use')).toEqual([
    { name: 'default', in_use: true },
    { name: 'cloud', in_use: false },
    { name: 'local', in_use: false },
  ]);
  expect(await json('config path')).toMatchObject({ config: join(home, 'config/config.json'), state: join(home, 'state') });
});

test.each([
  ['no setting', 'config set colour red', 'no setting "colour"'],
  ['no value for it', 'config set output loud', 'it takes one of auto, live'],
  ['a base URL that is none', 'config set base-url ftp://x', 'is not an http or https address'],
  ['A21 a base URL that reads as another', 'config set base-url http://127.1:8000', 'is read as "127.0.0.1"'],
  ['no time', 'config set timeout soon', 'a time such as 90'],
  ['a profile name that is none', 'config set output plain --profile ../x', 'no value for profile'],
  ['no such profile', 'config use nobody', 'no profile "nobody"'],
  ['no such profile to read from', 'config get output --profile nobody', 'no profile "nobody"'],
  ['no such setting to read', 'config get key', 'no setting "key"'],
])('%s: 2, and nothing is kept', async (_, line, words) => {
  const home = tempFolder();
  const { code, io } = await config(home, line);
  expect(code).toBe(2);
  expect(io.stderr.text()).toContain(words);
  expect(existsSync(join(home, 'config/config.json'))).toBe(false);
});

test('profiles hold settings of their own; one is in use', async () => {
  const home = tempFolder();
  await config(home, 'config set base-url http://localhost:9000/v1 --profile work');
  expect(await out(home, 'config get base-url')).toBe('https://api.skyvern.com\n');
  expect(await out(home, 'config get base-url --profile work')).toBe('http://localhost:9000\n');
  expect(await out(home, 'config use work')).toBe('default\t\ncloud\t\nlocal\t\nwork\tin use\n');
  expect(await out(home, 'config get base-url')).toBe('http://localhost:9000\n');
  expect(await out(home, 'config get base-url', { env: { SKYVERN_PROFILE: 'cloud' } })).toBe('https://api.skyvern.com\n');
});

test('A18 a project file cannot move the server: it is told, and ignored', async () => {
  const home = tempFolder(); // the current folder of these tests, too
  writeFileSync(join(home, 'skyvern.config.json'), '{"base-url":"https://evil.example","output":"plain"}');
  const { io } = await config(home, 'config path');
  expect(io.stderr.text()).toContain('skyvern.config.json: "base-url" is ignored');
  expect(await out(home, 'config get base-url')).toBe('https://api.skyvern.com\n');
  expect(await out(home, 'config get output')).toBe('plain\n');
});

test('a file that was edited into nonsense is set aside with its name, and never written over', async () => {
  const home = tempFolder();
  await config(home, 'config set output plain');
  const file = join(home, 'config/config.json');
  writeFileSync(file, '{"v":1,\n "use": oops}');
  const { code, io } = await config(home, 'config set output quiet');
  expect(code).toBe(17);
  expect(io.stderr.text()).toContain(`is not JSON (line 2, column 9: Unexpected token 'o'); it was set aside as ${file}.broken-1`);
  expect(readFileSync(`${file}.broken-1`, 'utf8')).toBe('{"v":1,\n "use": oops}');
  expect((await config(home, 'config set output quiet')).code).toBe(0);
  expect(readdirSync(join(home, 'config')).sort()).toEqual(['config.json', 'config.json.broken-1']);
});

test('settings of a newer version are left alone', async () => {
  const home = tempFolder();
  await config(home, 'config set output plain');
  const file = join(home, 'config/config.json');
  writeFileSync(file, '{"v":2}');
  const { code, io } = await config(home, 'config get output');
  expect([code, io.stderr.text().includes('another version of this tool')]).toEqual([17, true]);
  expect((await config(home, 'config set output quiet')).code).toBe(17);
  expect(readFileSync(file, 'utf8')).toBe('{"v":2}');
});
