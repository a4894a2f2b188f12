import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findBrowser } from '../../src/browser/find.js';
import { type BrowserTrace, endLeftBrowser, launchBrowser } from '../../src/browser/launch.js';
import type { PlaywrightPage } from '../../src/browser/page.js';
import { systemClock } from '../../src/clock.js';
import { sessionOf, testPool } from '../support/browserSession.js';
import { servePages } from './pages.js';

const cacheDir = join(tmpdir(), 'skyvern-test-cache');
const program = () => findBrowser(process, { path: null, headed: false, cacheDir, places: [] });

/** Process ids of `pid` and everything below it. */
function treeOf(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [[Number(name), Number(readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]?.split(' ')[1])] as const];
      } catch {
        return [];
      }
    });
  const below = (parent: number): number[] => [parent, ...parents.filter(([, of]) => of === parent).flatMap(([child]) => below(child))];
  return below(pid);
}

const commandLine = (pid: number): string => readFileSync(`/proc/${pid}/cmdline`, 'utf8');

const statusOf = (pid: number, field: string): string =>
  new RegExp(`^${field}:\\s*(\\S+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '';

/** Resolves when nothing of that id runs any more, or only its record does. */
async function gone(pid: number): Promise<boolean> {
  for (let look = 0; look < 100; look++) {
    if (!existsSync(`/proc/${pid}`) || statusOf(pid, 'State') === 'Z') return true;
    await systemClock.sleep(20);
  }
  return false;
}

test('A53 a renderer is no root, filters its system calls, and lives in a user namespace of its own; no port is open', async () => {
  const launched = await launchBrowser(process, await program(), { headed: false, sandbox: true });
  onTestFinished(() => launched.close());
  await launched.browser.newPage();
  const pids = treeOf(launched.trace?.pid ?? 0);
  const renderers = pids.filter((pid) => commandLine(pid).includes('--type=renderer'));
  expect(renderers.length).toBeGreaterThan(0);
  for (const pid of renderers) {
    expect(statusOf(pid, 'Uid')).not.toBe('0');
    expect(statusOf(pid, 'Seccomp')).toBe('2');
    expect(readlinkSync(`/proc/${pid}/ns/user`)).not.toBe(readlinkSync('/proc/self/ns/user'));
  }
  for (const pid of pids) expect(statusOf(pid, 'Uid')).not.toBe('0');
  const listening = new Set(
    ['tcp', 'tcp6'].flatMap((table) =>
      readFileSync(`/proc/net/${table}`, 'utf8')
        .split('\n')
        .map((line) => line.trim().split(/\s+/))
        .filter((columns) => columns[3] === '0A')
        .map((columns) => `socket:[${columns[9]}]`),
    ),
  );
  const open = pids.flatMap((pid) =>
    readdirSync(`/proc/${pid}/fd`).map((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`);
      } catch {
        return '';
      }
    }),
  );
  expect(open.length).toBeGreaterThan(0);
  expect(open.filter((target) => listening.has(target))).toEqual([]);
});

test('without the sandbox the renderer is in our user namespace: the proof above can fail', async () => {
  const launched = await launchBrowser(process, await program(), { headed: false, sandbox: false });
  onTestFinished(() => launched.close());
  await launched.browser.newPage();
  const renderers = treeOf(launched.trace?.pid ?? 0).filter((pid) => commandLine(pid).includes('--type=renderer'));
  expect(renderers.map((pid) => readlinkSync(`/proc/${pid}/ns/user`))).toContain(readlinkSync('/proc/self/ns/user'));
});

test('F52 the browser gets no key of ours, and closing it leaves no process and no folder', async () => {
  const env = { ...process.env, SKYVERN_API_KEY: 'sk-1', SOME_TOKEN: 'sk-2' };
  const launched = await launchBrowser({ ...host(), env }, await program(), { headed: false, sandbox: true });
  const trace = launched.trace as BrowserTrace;
  expect(readFileSync(`/proc/${trace.pid}/environ`, 'utf8')).not.toMatch(/sk-[12]/);
  const pids = treeOf(trace.pid);
  await launched.close();
  for (const pid of pids) expect(await gone(pid)).toBe(true);
  expect(existsSync(trace.folder)).toBe(false);
});

test('F50 a browser that was left behind is ended by its trace; a process that only has its number is not', async () => {
  const launched = await launchBrowser(process, await program(), { headed: false, sandbox: true });
  onTestFinished(() => launched.close());
  const trace = launched.trace as BrowserTrace;
  await endLeftBrowser({ pid: trace.pid, folder: join(tmpdir(), 'skyvern-chromium-other') }, process.kill);
  expect(launched.browser.isConnected()).toBe(true);
  const ended = new Promise((resolve) => launched.browser.on('disconnected', resolve));
  await endLeftBrowser(trace, process.kill);
  await ended;
  expect(await gone(trace.pid)).toBe(true);
  expect(existsSync(trace.folder)).toBe(false);
});

test('where the system refuses a sandbox the error names the way without', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'skyvern-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  const path = join(folder, 'chrome');
  // The words of Chromium 153 on a kernel without user namespaces.
  writeFileSync(
    path,
    '#!/bin/sh\necho "FATAL:zygote_host_impl_linux.cc(128)] No usable sandbox! If you are running on Ubuntu 23.10+" >&2\nexit 1\n',
    { mode: 0o755 },
  );
  await expect(launchBrowser(process, { path, headlessOnly: false, env: {} }, { headed: false, sandbox: true })).rejects.toMatchObject({
    code: 'sandbox_unavailable',
    hint: expect.stringContaining('--no-browser-sandbox'),
  });
  writeFileSync(path, '#!/bin/sh\necho "error while loading shared libraries: libfoo.so" >&2\nexit 127\n');
  await expect(launchBrowser(process, { path, headlessOnly: false, env: {} }, { headed: false, sandbox: true })).rejects.toMatchObject({
    code: 'browser_start',
    message: expect.stringContaining('libfoo.so'),
  });
});

/** Opens sessions of one pool, which ends with the test. */
function sessions(onLaunch: (trace: BrowserTrace) => void, origin: string) {
  const pool = testPool({ onLaunch });
  onTestFinished(() => pool.close());
  return () => pool.open(sessionOf(join(tmpdir(), 'skyvern-test-downloads'), [origin]));
}

test('A56 F52 one warm browser serves sessions that share nothing; after a crash the next session gets a new one', async () => {
  const site = await servePages({ '/': '<script>document.title = document.cookie || "new"; document.cookie = "seen=1"</script>' });
  const traces: BrowserTrace[] = [];
  const open = sessions((trace) => traces.push(trace), site.origin);
  for (let round = 0; round < 2; round++) {
    const session = await open();
    await session.page.perform({ kind: 'goto', url: `${site.origin}/` });
    expect(await session.page.title()).toBe('new');
    await session.close();
  }
  expect(traces).toHaveLength(1);
  const session = await open();
  execFileSync('kill', ['-9', String(traces[0]?.pid)]);
  await expect(session.page.perform({ kind: 'goto', url: `${site.origin}/` })).rejects.toThrow('the browser was closed or crashed');
  await session.close();
  const next = await open();
  await next.page.perform({ kind: 'goto', url: `${site.origin}/` });
  await next.close();
  expect(traces).toHaveLength(2);
});

test('a last tab that crashed between two steps: the next step says so', async () => {
  const site = await servePages({ '/': '' });
  const { page, close } = await sessions(() => {}, site.origin)();
  onTestFinished(close);
  await page.perform({ kind: 'goto', url: `${site.origin}/` });
  (page as PlaywrightPage).crash();
  await expect.poll(() => page.tabs(), { timeout: 20_000 }).toEqual([]);
  await expect(page.snapshot()).rejects.toThrow('the page crashed');
});

const host = () => ({
  env: process.env,
  platform: process.platform,
  arch: process.arch,
  getuid: () => process.getuid?.() ?? -1,
  kill: process.kill,
});
