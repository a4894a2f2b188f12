import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type AuthDeps, forgetKey, storedKey, storeKey } from '../../src/config/auth.js';
import { getSetting, listProfiles, listSettings, setSetting, settingsPaths, unsetSetting, useProfile } from '../../src/config/edit.js';
import type { Keychain } from '../../src/config/keychain.js';
import { openKeychain } from '../../src/config/keychain.js';
import { parseDuration, parseSize } from '../../src/config/schema.js';
import { parseEnvFile, readApiKey, resolveSettings, type SettingFlags } from '../../src/config/settings.js';
import { LocalError } from '../../src/errors.js';
import { parseBaseUrl } from '../../src/origin.js';
import { paths } from '../../src/paths.js';
import { manualClock, seededRandom } from '../support/clock.js';
import { tempFolder, testIo } from '../support/io.js';
import { SOURCES } from '../torture/part.js';

const noKeychain = async (): Promise<Keychain> => {
  throw new LocalError('no_keychain', 'there is none');
};

/** A keychain that works, in memory. */
function memoryKeychain() {
  const held = new Map<string, string>();
  const keychain: Keychain = {
    get: async (account) => held.get(account) ?? null,
    set: async (account, value) => void held.set(account, value),
    remove: async (account) => void held.delete(account),
  };
  return { held, open: async () => keychain };
}

function setup(env: Record<string, string | undefined> = {}, { stdin }: { stdin?: string } = {}) {
  const io = testIo(env, stdin === undefined ? {} : { stdin });
  const where = paths(io);
  const deps: AuthDeps = { paths: where, owner: io, clock: manualClock(), random: seededRandom(), keychain: noKeychain };
  const settings = (flags: SettingFlags = {}) => resolveSettings({ io, paths: where, flags });
  const key = (flags: SettingFlags = {}, keychain = deps.keychain) => readApiKey({ io, paths: where, settings: settings(flags), keychain });
  const configFile = join(where.config, 'config.json');
  return { io, paths: where, deps, settings, key, configFile };
}
const outcome = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error) => error,
  );

test('flag beats environment beats project file beats profile beats default, and each says where it came from', async () => {
  const { io, deps, settings } = setup();
  const output = (flags?: SettingFlags) => {
    const { value, source } = settings(flags).output;
    return [value, source];
  };
  expect(output()).toEqual(['auto', 'default']);
  await setSetting(deps, 'default', 'output', 'plain');
  expect(output()).toEqual(['plain', 'profile']);
  writeFileSync(join(io.home, 'skyvern.config.json'), '{"output":"json"}');
  expect(output()).toEqual(['json', 'project']);
  io.env['SKYVERN_OUTPUT'] = 'ndjson';
  expect(output()).toEqual(['ndjson', 'environment']);
  expect(output({ output: 'quiet' })).toEqual(['quiet', 'flag']);
});

test('without anything set it is the cloud, and costs no file', () => {
  const { settings, paths: where } = setup();
  expect(settings()).toMatchObject({
    baseUrl: { value: new URL('https://api.skyvern.com'), source: 'default' },
    profile: { value: 'default' },
    timeoutMs: { value: null },
  });
  expect(() => statSync(where.config)).toThrow();
});

test('A18 a project file cannot set server, key, proxy, profile or model: ignored, and told with the file', () => {
  const { io, settings } = setup();
  const file = join(io.home, 'skyvern.config.json');
  const bad = {
    'base-url': 'https://evil.example',
    baseUrl: 'https://evil.example',
    'api-key': 'k',
    proxy: 'http://evil.example',
    profile: 'x',
    ca: 'x',
    'model.base-url': 'https://evil.example',
  };
  writeFileSync(file, JSON.stringify({ ...bad, timeout: '90s' }));
  const { baseUrl, timeoutMs, model, notices, profile } = settings();
  expect([baseUrl.value.origin, timeoutMs.value, model.baseUrl.value, profile.value]).toEqual([
    'https://api.skyvern.com',
    90_000,
    null,
    'default',
  ]);
  expect(notices).toHaveLength(Object.keys(bad).length);
  expect(notices.every((notice) => notice.includes(file))).toBe(true);
});

test('a project file that is not JSON is told with line and column', () => {
  const { io, settings } = setup();
  writeFileSync(join(io.home, 'skyvern.config.json'), '{\n  "output": "json",\n}');
  expect(() => settings()).toThrow(expect.objectContaining({ exitCode: 2, message: expect.stringContaining('line 3, column 1') }));
});

test.each([
  ['a folder', (path: string) => mkdirSync(path), 'is no file'],
  ['a pipe that nobody writes to', (path: string) => execFileSync('mkfifo', [path]), 'is no file'],
  ['a link to bytes without end', (path: string) => symlinkSync('/dev/zero', path), 'is no file'],
  ['a link to itself', (path: string) => symlinkSync(path, path), 'cannot be read (ELOOP)'],
  ['2 MB', (path: string) => writeFileSync(path, ' '.repeat(2_000_000)), 'is too large to hold settings'],
])('A18 a project file that is %s is refused at once: 2, and neither waited for nor read', (_, make, why) => {
  const { io, settings } = setup();
  const file = join(io.home, 'skyvern.config.json');
  make(file);
  expect(() => settings()).toThrow(
    expect.objectContaining({ exitCode: 2, code: 'settings_file', message: `${file} ${why}`, hint: 'move it out of the way' }),
  );
});

test.each(['constructor', 'toString', 'hasOwnProperty'])('%s is a profile only where somebody made it', async (name) => {
  const { deps, settings, paths: where } = setup();
  await setSetting(deps, 'default', 'output', 'plain');
  await storeKey(deps, { baseUrl: parseBaseUrl('https://a.example'), key: 'k-1' });
  await expect(useProfile(deps, name)).rejects.toMatchObject({ exitCode: 2, code: 'no_profile' });
  expect(settings().profile.value).toBe('default');
  expect([storedKey(deps, name), await forgetKey(deps, name)]).toEqual([null, null]);
  await storeKey(deps, { profile: name, baseUrl: parseBaseUrl('https://b.example'), key: 'k-2' });
  expect(storedKey({ ...deps, paths: where }, name)).toMatchObject({ origin: 'https://b.example' });
});

test('a wrong value says where it stands and what would be right', () => {
  const { settings } = setup({ SKYVERN_OUTPUT: 'yaml' });
  expect(() => settings()).toThrow(
    expect.objectContaining({ exitCode: 2, message: expect.stringMatching(/"yaml".*plain.*SKYVERN_OUTPUT/) }),
  );
});

test('no key for a server elsewhere: 4 with the two next commands; a server here may need none', async () => {
  const { key } = setup();
  expect(await outcome(key())).toMatchObject({ exitCode: 4, code: 'no_key', hint: expect.stringMatching(/skyvern auth login.*--local/) });
  expect(await key({ baseUrl: 'http://localhost:8000' })).toMatchObject({ value: '' });
});

test('A19 a stored key goes only to the server it was stored for; key and address in the environment go together', async () => {
  const { io, deps, key } = setup();
  await storeKey(deps, { baseUrl: parseBaseUrl('https://one.example/v1'), key: 'stored-1' });
  expect(await key({ baseUrl: 'https://one.example' })).toMatchObject({ value: 'stored-1', source: 'profile' });
  const refused = await outcome(key({ baseUrl: 'https://two.example' }));
  expect(refused).toMatchObject({ exitCode: 4, code: 'key_of_other_server' });
  expect(refused.message).toMatch(/one\.example.*two\.example/);
  expect(JSON.stringify([refused.message, refused.hint])).not.toContain('stored-1');
  expect(await key({ baseUrl: 'http://localhost:8000' })).toMatchObject({ value: '' });
  Object.assign(io.env, { SKYVERN_API_KEY: 'from-env', SKYVERN_BASE_URL: 'https://two.example' });
  expect(await key()).toMatchObject({ value: 'from-env', source: 'environment' });
});

test('the Python CLI’s file is read last, and its key goes to its own server only', async () => {
  const home = tempFolder();
  mkdirSync(join(home, '.skyvern'));
  writeFileSync(join(home, '.skyvern', '.env'), 'export SKYVERN_API_KEY="py-key" # mine\nSKYVERN_BASE_URL=http://localhost:8000\n');
  const { key, settings } = setup({ HOME: home });
  expect(settings().baseUrl).toMatchObject({ value: new URL('http://localhost:8000'), source: 'python' });
  expect(await key()).toMatchObject({ value: 'py-key', source: 'python' });
  expect(await outcome(key({ baseUrl: 'https://api.skyvern.com' }))).toMatchObject({ code: 'no_key' });
  expect(parseEnvFile("A='x y'\r\n# B=1\nC = 3 # c\nD=\n E=a#b\n")).toEqual({ A: 'x y', C: '3', D: '', E: 'a#b' });
});

test.each([
  ['\uFEFF  key-1\r\n', 'key-1'],
  ['"key-1"\n', 'key-1'],
  ["'key-1'", 'key-1'],
])('A25 a key given as %j is what was meant', async (stdin, expected) => {
  expect(await setup({}, { stdin }).key({ apiKeyFile: '-' })).toMatchObject({ value: expected, source: 'flag' });
});

test.each(['', '\n', 'two words', 'line\nbreak', 'a\u0000b', 'schlüssel'])('A25 a key %j is refused', async (stdin) => {
  expect(await outcome(setup({}, { stdin }).key({ apiKeyFile: '-' }))).toMatchObject({ exitCode: 4, code: 'bad_key' });
});

test('a key file is read, a missing one is 2', async () => {
  const { io, key } = setup();
  const file = join(io.home, 'key.txt');
  writeFileSync(file, 'key-2\n');
  expect(await key({ apiKeyFile: file })).toMatchObject({ value: 'key-2' });
  expect(await outcome(key({ apiKeyFile: `${file}.no` }))).toMatchObject({ exitCode: 2 });
});

test('settings are checked when they are set, listed with their source, and unset', async () => {
  const { io, paths: where, deps } = setup();
  await expect(setSetting(deps, 'default', 'timeout', 'soon')).rejects.toMatchObject({ exitCode: 2 });
  await expect(setSetting(deps, 'default', 'colour', 'red')).rejects.toMatchObject({ exitCode: 2, code: 'no_setting' });
  await expect(setSetting(deps, '../x', 'timeout', '1m')).rejects.toMatchObject({ exitCode: 2 });
  expect(await setSetting(deps, 'work', 'base-url', 'https://one.example/v1/')).toBe('https://one.example/');
  await useProfile(deps, 'work');
  expect(getSetting({ io, paths: where }, 'base-url')).toMatchObject({
    value: 'https://one.example',
    source: 'profile',
    where: 'profile work',
  });
  expect(listSettings({ io, paths: where }).map(({ name, source }) => [name, source])).toContainEqual(['output', 'default']);
  expect(listProfiles(deps)).toEqual([
    { name: 'default', inUse: false },
    { name: 'cloud', inUse: false },
    { name: 'local', inUse: false },
    { name: 'work', inUse: true },
  ]);
  expect(await unsetSetting(deps, 'work', 'base-url')).toBe(true);
  expect(await unsetSetting(deps, 'work', 'base-url')).toBe(false);
  await expect(useProfile(deps, 'nobody')).rejects.toMatchObject({ exitCode: 2, code: 'no_profile' });
  expect(() => resolveSettings({ io, paths: where, flags: { profile: 'nobody' } })).toThrow(
    expect.objectContaining({ code: 'no_profile' }),
  );
  expect(settingsPaths(deps).config).toBe(join(where.config, 'config.json'));
});

test('default, cloud and local are always there: the latter two mean their server whatever the Python CLI says, unless told otherwise', async () => {
  const { io, paths: where, deps } = setup();
  const home = tempFolder();
  mkdirSync(join(home, '.skyvern'));
  writeFileSync(join(home, '.skyvern', '.env'), 'SKYVERN_BASE_URL=https://python.example\n');
  const at = (profile: string | undefined, env: Record<string, string> = {}) =>
    resolveSettings({ io: { ...io, env: { ...io.env, HOME: home, ...env } }, paths: where, flags: { profile } });
  expect(at(undefined).baseUrl.value.origin).toBe('https://python.example');
  expect(at('cloud').baseUrl).toMatchObject({ value: new URL('https://api.skyvern.com'), where: 'profile cloud' });
  expect([at('default').embedded, at('cloud').embedded, at('local').embedded]).toEqual([false, false, true]);
  expect(at('local', { SKYVERN_BASE_URL: 'http://localhost:8000' }).embedded).toBe(false);
  await useProfile(deps, 'local');
  expect(resolveSettings({ io, paths: where }).embedded).toBe(true);
  expect(getSetting({ io, paths: where }, 'base-url')).toMatchObject({ value: null, where: 'profile local: the embedded server' });
  await setSetting(deps, 'local', 'base-url', 'http://localhost:8000');
  expect(resolveSettings({ io, paths: where }).embedded).toBe(false);
});

test.each([
  ['90', 90_000],
  ['90s', 90_000],
  ['10m', 600_000],
  ['2h', 7_200_000],
  ['0.5', 500],
])('%s is %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});
test.each([
  ['0', 0],
  ['500kB', 500_000],
  ['1.5 gb', 1_500_000_000],
])('%s are %d bytes', (text, bytes) => {
  expect(parseSize('local.keep-size', text)).toBe(bytes);
});
test.each(['', 'x', '-1MB', '5', '1TB', 'MB'])('%j is no size', (text) => {
  expect(() => parseSize('local.keep-size', text)).toThrow(expect.objectContaining({ exitCode: 2 }));
});
test.each(['', '0', '-1', '1d', '1e3', '99999h', 'NaN'])('%j is no time', (text) => {
  expect(() => parseDuration(text)).toThrow(expect.objectContaining({ exitCode: 2 }));
});

test('A27 files are 0600 in a folder 0700 whatever the umask, and loose modes are set right and told', async () => {
  const { deps, settings, configFile, paths: where } = setup();
  const before = process.umask(0);
  try {
    await setSetting(deps, 'default', 'output', 'plain');
    await storeKey(deps, { baseUrl: parseBaseUrl('https://one.example'), key: 'k-1' });
  } finally {
    process.umask(before);
  }
  for (const name of readdirSync(where.config)) expect(statSync(join(where.config, name)).mode & 0o777).toBe(0o600);
  expect(statSync(where.config).mode & 0o777).toBe(0o700);
  chmodSync(configFile, 0o644);
  expect(settings().notices).toEqual([expect.stringContaining(configFile)]);
  expect(statSync(configFile).mode & 0o777).toBe(0o600);
  expect(settings().notices).toEqual([]);
});

test.skipIf(process.getuid?.() !== 0)('A27 a file or folder that leads to another user’s is refused: 17', async () => {
  const { chownSync } = await import('node:fs');
  const foreign = tempFolder();
  writeFileSync(join(foreign, 'config.json'), '{"v":1,"use":"default","profiles":{}}');
  chownSync(foreign, 12345, 12345);
  chownSync(join(foreign, 'config.json'), 12345, 12345);
  const linked = setup();
  mkdirSync(linked.paths.config, { recursive: true });
  symlinkSync(join(foreign, 'config.json'), linked.configFile);
  expect(() => linked.settings()).toThrow(expect.objectContaining({ exitCode: 17, code: 'foreign_file' }));
  const folder = setup();
  symlinkSync(foreign, folder.paths.config);
  await expect(setSetting(folder.deps, 'default', 'output', 'plain')).rejects.toMatchObject({ exitCode: 17, code: 'foreign_file' });
  expect(readdirSync(foreign)).toEqual(['config.json']);
});

test.each([
  '{"v":1,"use":"def',
  '',
  'nonsense',
  '[]',
  '{"v":1,"use":7,"profiles":{}}',
  '{"v":1,"use":"default","profiles":{"default":{"output":1}}}',
])('F37 a file %j is set aside with its name told, never written over', async (text) => {
  const { deps, settings, configFile, paths: where } = setup();
  await setSetting(deps, 'default', 'output', 'plain');
  writeFileSync(configFile, text);
  const aside = `${configFile}.broken-1`;
  expect(() => settings()).toThrow(
    expect.objectContaining({ exitCode: 17, code: 'broken_config', message: expect.stringContaining(aside) }),
  );
  expect(readFileSync(aside, 'utf8')).toBe(text);
  expect(settings().output.source).toBe('default');
  writeFileSync(configFile, text);
  await expect(setSetting(deps, 'default', 'output', 'json')).rejects.toMatchObject({ code: 'broken_config' });
  await setSetting(deps, 'default', 'output', 'json');
  expect(readdirSync(where.config).filter((name) => name.includes('broken'))).toHaveLength(2);
});

test('F37 what cannot be read or moved as the file of settings is a fault with its path, whoever was quicker', async () => {
  const { settings, configFile, paths: where } = setup();
  mkdirSync(configFile, { recursive: true });
  expect(() => settings()).toThrow(expect.objectContaining({ exitCode: 17, code: 'not_a_file', message: `${configFile} is no file` }));
  rmSync(configFile, { recursive: true });
  // Many read the same broken file at once: each is told, and it is set aside once.
  writeFileSync(configFile, 'nonsense');
  const worker = new URL('../torture/reader.ts', import.meta.url).pathname;
  const codes = await Promise.all(
    Array.from({ length: 4 }, () => {
      const child = spawn(process.execPath, [...SOURCES, worker, where.config, '200'], { stdio: ['ignore', 'ignore', 'inherit'] });
      return new Promise((resolve) => child.on('close', resolve));
    }),
  );
  expect(codes).toEqual([0, 0, 0, 0]);
}, 60_000);

test('keys are kept in the keychain when one answers, else in the file, and that is said', async () => {
  const { deps, key, paths: where } = setup();
  const baseUrl = parseBaseUrl('https://one.example');
  const kept = await storeKey(deps, { baseUrl, key: 'k-file' });
  expect(kept).toMatchObject({ store: 'file', where: join(where.config, 'keys.json'), reason: 'there is none' });
  const chain = memoryKeychain();
  expect(await storeKey({ ...deps, keychain: chain.open }, { baseUrl, key: 'k-chain' })).toEqual({
    store: 'keychain',
    where: 'keychain',
    reason: '',
  });
  expect(readFileSync(join(where.config, 'keys.json'), 'utf8')).not.toMatch(/k-chain|k-file/);
  expect(await key({ baseUrl: 'https://one.example' }, chain.open)).toMatchObject({ value: 'k-chain', where: 'keychain' });
  expect(storedKey(deps)).toEqual({ origin: 'https://one.example', store: 'keychain', where: 'keychain' });
  expect(await forgetKey({ ...deps, keychain: chain.open })).toEqual({ origin: 'https://one.example', problem: '' });
  expect(chain.held.size).toBe(0);
  expect(await forgetKey(deps)).toBeNull();
});

const entryThat = (getPassword: () => Promise<string | null>) => async () => ({
  AsyncEntry: class {
    getPassword = getPassword;
    setPassword = async () => {};
    deletePassword = async () => true;
  },
});
test.each([
  ['is not installed', async () => Promise.reject(new Error('Cannot find package'))],
  ['hangs', entryThat(() => new Promise(() => {}))],
  [
    'throws when it is opened',
    async () => ({
      AsyncEntry: class {
        constructor() {
          throw new Error('AccessDenied');
        }
      } as never,
    }),
  ],
  ['forgets what it takes', entryThat(async () => null)],
])('A32 a keychain that %s leads to the file, said openly', async (_name, load) => {
  const { deps } = setup();
  const kept = await storeKey(
    { ...deps, keychain: () => openKeychain(load, 50) },
    { baseUrl: parseBaseUrl('https://one.example'), key: 'k' },
  );
  expect(kept).toMatchObject({ store: 'file', reason: expect.stringMatching(/keychain/) });
});

test('on Linux the keychain is asked for the Secret Service, never for memory', async () => {
  const asked: unknown[] = [];
  const keychain = await openKeychain(async () => ({
    AsyncEntry: class {
      constructor(...args: unknown[]) {
        asked.push(args);
      }
      getPassword = async () => 'k';
      setPassword = async () => {};
      deletePassword = async () => true;
    },
  }));
  expect(await keychain.get('default@https://one.example')).toBe('k');
  expect(asked).toEqual([['skyvern-cli', 'default@https://one.example', { linux: { store: 'secret-service' } }]]);
});
