/** What a user installs, and what a reader of the README is told. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

test('README.md and docs/commands.md say what the program takes', () => {
  const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts/readme.js'), '--check'], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
});

test('the published package has no install script, names only what is outside the bundle, and brings the licences of the rest', () => {
  const folder = mkdtempSync(join(tmpdir(), 'skyvern-pack-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['package.json', 'scripts']) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  execFileSync(process.execPath, [join(folder, 'scripts/pack.js')]);
  const published = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  expect(published.scripts).toBeUndefined();
  expect(Object.keys(published.dependencies)).toEqual(['playwright-core']);
  expect(Object.keys(published.optionalDependencies)).toEqual(['@napi-rs/keyring']);
  const notices = readFileSync(join(folder, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
  for (const name of ['commander', 'ink', 'react', 'undici', 'yoga-layout', 'hono'])
    expect(notices).toMatch(new RegExp(`^${name} \\d`, 'm'));
  execFileSync(process.execPath, [join(folder, 'scripts/pack.js'), 'post']);
  expect(readFileSync(join(folder, 'package.json'), 'utf8')).toBe(readFileSync(join(ROOT, 'package.json'), 'utf8'));
});

test('CommonJS may require the library, by its own name', () => {
  const program = "const { Skyvern, SkyvernApi } = require('skyvern-cli'); console.log(typeof Skyvern, SkyvernApi.NotFoundError.name);";
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=commonjs', '-e', program], { cwd: ROOT, encoding: 'utf8' });
  expect([stdout, stderr]).toEqual(['function NotFoundError\n', '']);
});

/** A Node of this machine that is too old for us, when there is one. */
const oldNode = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'node'))
  .find((node) => Number(/^v(\d+)/.exec(spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout ?? '')?.[1] ?? 99) < 22);

test.runIf(oldNode !== undefined)('an older Node hands over to the one of the clone, or says in one sentence what is needed', () => {
  const handedOver = spawnSync(oldNode as string, [join(ROOT, 'bin/skyvern.js'), '--version'], { encoding: 'utf8' });
  expect([handedOver.status, handedOver.stdout]).toEqual([0, expect.stringMatching(/^skyvern \d/)]);
  const folder = mkdtempSync(join(tmpdir(), 'skyvern-old-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(ROOT, 'bin'), join(folder, 'bin'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  const alone = spawnSync(oldNode as string, [join(folder, 'bin/skyvern.js'), 'demo'], { encoding: 'utf8' });
  expect([alone.status, alone.stdout]).toEqual([17, '']);
  expect(alone.stderr).toMatch(/^error: skyvern needs Node 22\.19 or newer, and this is .*\nhint: .*\n$/);
});
