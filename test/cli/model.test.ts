/** Naming a language model: what is kept, where its key goes, and what is said when there is none. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isModel, modelOf } from '../../src/cli/model.js';
import { createModels } from '../../src/cli/modelDesk.js';
import { systemClock } from '../../src/clock.js';
import { resolveSettings } from '../../src/config/settings.js';
import { systemRandom } from '../../src/random.js';
import { tempFolder, testIo } from '../support/io.js';
import { PROVIDERS, scriptedModel } from '../support/scriptedModel.js';
import { memoryKeychain, noKeychain, type SkyvernOptions, skyvern } from '../support/skyvern.js';

const NO_SERVER = { url: undefined as unknown as string, apiKey: undefined as unknown as string };
const cli = (line: readonly string[], options: SkyvernOptions = {}) => skyvern(NO_SERVER, line, { clock: systemClock, ...options });
const READY = () => ({ tool: { ready: true } });

const keyFile = (text: string): string => {
  const file = join(tempFolder(), 'key.txt');
  writeFileSync(file, text);
  return file;
};
const textOf = (folder: string): string =>
  (readdirSync(folder, { recursive: true }) as string[])
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');

/** The model that a run would ask, in the world of a folder and variables. */
async function found(home: string, env: Record<string, string> = {}, named: string | null = null, keychain = noKeychain) {
  const io = testIo({ SKYVERN_HOME: home, ...env });
  const paths = { config: join(home, 'config'), state: join(home, 'state'), cache: join(home, 'cache'), data: join(home, 'data') };
  const ctx = { io, paths, clock: systemClock, random: systemRandom, keychain };
  return modelOf(ctx as never, resolveSettings({ io, paths }), named);
}

test.each(PROVIDERS)(
  'login asks the model before it keeps anything, keeps the key apart and uses it from then on: %s',
  async (provider) => {
    const model = await scriptedModel(READY);
    const { baseUrl } = model.access(provider);
    const { kept, keychain } = memoryKeychain();
    const line = [
      'auth',
      'login',
      '--model',
      `${provider}/scripted-1`,
      '--model-base-url',
      baseUrl,
      '--api-key-file',
      keyFile('model-key-1\n'),
    ];
    const { code, io } = await cli(line, { keychain });
    expect([code, io.stderr.text()]).toEqual([0, '']);
    expect(io.stdout.text()).toBe(
      `${provider}/scripted-1 at ${model.origin} answers and is the model of --local (profile default); the key is in keychain\n`,
    );
    expect([...kept.entries()]).toEqual([[`default:model@${model.origin}`, 'model-key-1']]);
    expect(textOf(io.home)).not.toContain('model-key-1');
    expect(model.asked).toMatchObject([{ model: 'scripted-1', key: 'model-key-1' }]);
    expect(await found(io.home, {}, null, keychain)).toMatchObject({ provider, name: 'scripted-1', baseUrl, apiKey: 'model-key-1' });
    const doctor = await cli(['doctor', '--json'], { home: io.home, keychain });
    expect(doctor.io.stdout.text()).toContain(`${provider}/scripted-1 at ${model.origin} answers`);
  },
);

test.each<[string, readonly string[], Parameters<typeof scriptedModel>[0], number, string]>([
  ['a key that is refused', [], () => ({ status: 401, message: 'bad key' }), 4, 'refused the key'],
  ['a model that is not there', [], () => ({ status: 404, message: 'unknown' }), 9, 'there is no model scripted-1'],
])('login keeps nothing of %s', async (_, more, script, code, said) => {
  const model = await scriptedModel(script);
  const line = [
    'auth',
    'login',
    '--model',
    'openai/scripted-1',
    '--model-base-url',
    `${model.origin}/v1`,
    '--api-key-file',
    keyFile('model-key-1'),
    ...more,
  ];
  const ran = await cli(line);
  expect([ran.code, ran.io.stderr.text()]).toEqual([code, expect.stringContaining(said)]);
  expect(ran.io.stderr.text()).not.toContain('model-key-1');
  expect(await found(ran.io.home)).toMatchObject({ missing: 'no language model is configured' });
});

test('flag, environment, profile: the nearest wins, and nobody’s key or address goes to another provider', async () => {
  const model = await scriptedModel(READY);
  const { io } = await cli([
    'auth',
    'login',
    '--model',
    'openai/scripted-1',
    '--model-base-url',
    `${model.origin}/v1`,
    '--api-key-file',
    keyFile('model-key-1'),
  ]);
  await cli(['config', 'set', 'model.price', '3/15'], { home: io.home });
  expect(await found(io.home)).toMatchObject({ baseUrl: `${model.origin}/v1`, apiKey: 'model-key-1', price: { input: 3, output: 15 } });
  // Another model of the same provider: its address and key, not its price.
  expect(await found(io.home, {}, 'other-2')).toMatchObject({
    name: 'other-2',
    baseUrl: `${model.origin}/v1`,
    apiKey: 'model-key-1',
    price: null,
  });
  // Another provider: nothing of the first.
  const other = { provider: 'anthropic', baseUrl: 'https://api.anthropic.com/v1', apiKey: 'own', price: null };
  expect(await found(io.home, { SKYVERN_MODEL: 'anthropic/claude', ANTHROPIC_API_KEY: 'own' })).toMatchObject({ ...other, name: 'claude' });
  expect(await found(io.home, { ANTHROPIC_API_KEY: 'own' }, 'anthropic/claude-2')).toMatchObject({ ...other, name: 'claude-2' });
  expect(await found(io.home, { SKYVERN_MODEL: 'anthropic/claude' })).toMatchObject({
    missing: 'there is no key for https://api.anthropic.com',
  });
  expect(isModel(await found(io.home, { SKYVERN_MODEL: 'ollama/vendor/model' }))).toBe(true);
  expect(await found(io.home, { SKYVERN_MODEL: 'ollama/vendor/model' })).toMatchObject({ name: 'vendor/model', apiKey: null });
});

test('without a model the ways out are told, with the Ollama that answers: offered, never taken', async () => {
  const home = tempFolder();
  const ollama = createServer(
    (request, response) => void response.end(request.url === '/api/tags' ? '{"models":[{"name":"qwen3:8b"}]}' : '{}'),
  );
  await new Promise<void>((resolve) => ollama.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void ollama.close());
  const desk = (env: Record<string, string>) => {
    const io = testIo({ SKYVERN_HOME: home, ...env });
    const paths = { config: join(home, 'config'), state: join(home, 'state'), cache: join(home, 'cache'), data: join(home, 'data') };
    const { signal } = new AbortController();
    return createModels({ io, paths, clock: systemClock, random: systemRandom, keychain: noKeychain, signal } as never);
  };
  const refusal = await desk({ OLLAMA_HOST: '127.0.0.1:9' }).refusal({ name: null, needsPrice: false });
  for (const way of ['auth login --model', 'SKYVERN_MODEL', '--engine rules']) expect(refusal).toContain(way);
  expect(refusal).not.toContain('an Ollama answers');
  const offered = await desk({ OLLAMA_HOST: `127.0.0.1:${(ollama.address() as AddressInfo).port}` }).refusal({
    name: null,
    needsPrice: false,
  });
  expect(offered).toContain('`skyvern auth login --model ollama/qwen3:8b`');
  const unknown = await desk({ SKYVERN_MODEL: 'openai-compatible/x', SKYVERN_MODEL_BASE_URL: 'https://llm.example/v1' }).refusal({
    name: null,
    needsPrice: true,
  });
  expect(unknown).toContain('what openai-compatible/x costs is not known');
  expect(await desk({ SKYVERN_MODEL: 'ollama/x' }).refusal({ name: null, needsPrice: true })).toBeNull();
});
