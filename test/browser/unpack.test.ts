import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { pack } from 'tar-fs';
import { expect, onTestFinished, test } from 'vitest';
import { findBrowser } from '../../src/browser/find.js';
import { unpackChromium } from '../../src/browser/unpack.js';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'skyvern-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A package of the same make, some bytes large. */
async function smallPackage(): Promise<string> {
  const root = temporaryFolder();
  const bin = join(root, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'chromium.br'), brotliCompressSync('#!/bin/sh\necho chromium\n'));
  for (const [name, file] of [
    ['al2023', 'lib/libnss3.so'],
    ['swiftshader', 'libEGL.so'],
    ['fonts', 'fonts/Sans.ttf'],
  ] as const) {
    const tree = join(root, name);
    mkdirSync(join(tree, file, '..'), { recursive: true });
    writeFileSync(join(tree, file), name);
    const chunks: Buffer[] = [];
    for await (const chunk of pack(tree) as unknown as AsyncIterable<Buffer>) chunks.push(chunk);
    writeFileSync(join(bin, `${name}.tar.br`), brotliCompressSync(Buffer.concat(chunks)));
  }
  return bin;
}

test('the package is unpacked once, readable by everybody, and progress ends at its whole size', async () => {
  const bin = await smallPackage();
  const target = join(temporaryFolder(), 'deep', 'chromium-1');
  const progress: number[][] = [];
  const at = await unpackChromium(bin, target, (done, total) => progress.push([done, total]));
  expect(spawnSync(at.program).stdout.toString()).toBe('chromium\n');
  expect(statSync(at.program).mode & 0o777).toBe(0o755);
  expect(statSync(target).mode & 0o777).toBe(0o755);
  expect(readdirSync(target)).toEqual(expect.arrayContaining(['chromium', 'fonts.conf', 'lib', 'libEGL.so', 'typefaces']));
  expect(readFileSync(at.fontSettings, 'utf8')).toContain(join(target, 'typefaces'));
  const [done, total] = progress.at(-1) ?? [];
  expect(done).toBe(total);
  const again: number[] = [];
  await unpackChromium(bin, target, (bytes) => again.push(bytes));
  expect(again).toEqual([]);
});

test('two that unpack at the same time both get a whole folder, and no draft is left', async () => {
  const bin = await smallPackage();
  const cache = temporaryFolder();
  const both = await Promise.all([unpackChromium(bin, join(cache, 'chromium-1')), unpackChromium(bin, join(cache, 'chromium-1'))]);
  for (const at of both) expect(spawnSync(at.program).stdout.toString()).toBe('chromium\n');
  expect(readdirSync(cache)).toEqual(['chromium-1']);
});

test('a folder that was cut short is not used but replaced', async () => {
  const bin = await smallPackage();
  const target = join(temporaryFolder(), 'chromium-1');
  await unpackChromium(bin, target);
  writeFileSync(join(target, 'chromium'), '#!/bin');
  const at = await unpackChromium(bin, target);
  expect(spawnSync(at.program).stdout.toString()).toBe('chromium\n');
});

test('a broken package leaves nothing behind', async () => {
  const bin = await smallPackage();
  writeFileSync(join(bin, 'fonts.tar.br'), 'not brotli');
  const cache = temporaryFolder();
  await expect(unpackChromium(bin, join(cache, 'chromium-1'))).rejects.toThrow();
  expect(readdirSync(cache)).toEqual([]);
});

const host = { env: {}, platform: 'linux', arch: 'arm64' } as const;
const find = { path: null, headed: false, cacheDir: '/nowhere', places: [] };

test('without any browser the error names each way to get one', async () => {
  await expect(findBrowser(host, find)).rejects.toMatchObject({
    code: 'browser_missing',
    exit: 'localFault',
    hint: expect.stringMatching(/Chrome.*npm install @sparticuz\/chromium.*--browser-path.*SKYVERN_BROWSER_PATH/),
  });
});

test('a window is not asked of a browser that has none', async () => {
  await expect(findBrowser({ ...host, arch: 'x64' }, { ...find, headed: true })).rejects.toMatchObject({
    code: 'browser_missing',
    message: expect.stringContaining('window'),
  });
});

test('the named browser comes first and has to be a program', async () => {
  const folder = temporaryFolder();
  const [good, bad] = [join(folder, 'good'), join(folder, 'bad')];
  writeFileSync(good, '');
  chmodSync(good, 0o755);
  writeFileSync(bad, '', { mode: 0o644 });
  const env = { SKYVERN_BROWSER_PATH: good };
  expect(await findBrowser({ ...host, env }, { ...find, places: ['/bin/sh'] })).toMatchObject({ path: good });
  await expect(findBrowser({ ...host, env }, { ...find, path: bad })).rejects.toMatchObject({ code: 'browser_path' });
  await expect(findBrowser(host, { ...find, path: folder })).rejects.toMatchObject({ code: 'browser_path' });
});

test('an installed browser is taken, a script that starts a snap is not', async () => {
  const folder = temporaryFolder();
  const [snap, real] = [join(folder, 'chromium-browser'), join(folder, 'chrome')];
  writeFileSync(snap, '#!/bin/sh\nexec /snap/bin/chromium "$@"\n', { mode: 0o755 });
  writeFileSync(real, '#!/bin/sh\n', { mode: 0o755 });
  expect(await findBrowser(host, { ...find, places: ['/nowhere/chrome', snap, real] })).toMatchObject({ path: real, headlessOnly: false });
});
