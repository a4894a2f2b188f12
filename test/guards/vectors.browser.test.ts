import { expect, onTestFinished, test, vi } from 'vitest';
import { servePages } from '../browser/pages.js';
import { sessionOf, testPool } from '../support/browserSession.js';
import { tempFolder } from '../support/io.js';
import { type Attack, attackHosts } from './attack.js';
import { unguardedTo, VECTOR_NAMES } from './vectors.js';

async function attacks(hosts: readonly string[], guarded: boolean): Promise<[string, Attack][]> {
  const all: [string, Attack][] = [];
  await attackHosts(hosts, guarded, (host, attack) => all.push([host, attack]));
  return all;
}

test('A51 no way that a page has reaches a hidden address, whatever it is written like', { timeout: 240_000 }, async () => {
  expect(VECTOR_NAMES.length).toBeGreaterThan(65);
  const hosts = [
    '127.0.0.1',
    '169.254.169.254.nip.io',
    '[::ffff:10.1.2.3]',
    '\uff11\uff12\uff17.1',
    'localhost',
    '0xa9fea9fe',
    '[fd00::1]',
  ];
  const all = await attacks(hosts, true);
  expect(all).toEqual(hosts.map((host) => [host, { through: [], happened: true }]));
});

test.each([
  ['and is reached only where it is allowed', {}],
  [
    'also when the environment asks the browser library to leave loopback alone',
    { PLAYWRIGHT_DISABLE_FORCED_CHROMIUM_PROXIED_LOOPBACK: '1' },
  ],
])('A51 a server that really listens on this machine is not reached past the proxy, %s', async (_, env) => {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  const hidden = await servePages({ '/x': 'x' });
  const site = await servePages({
    '/': `<script>fetch('${hidden.origin}/x', { mode: 'no-cors' }).catch(() => {}).then(() => fetch('/ended'))</script>`,
    '/ended': 'ended',
  });
  const pool = testPool();
  onTestFinished(() => pool.close());
  for (const allowed of [[site.origin], [site.origin, hidden.origin]]) {
    const { page, close } = await pool.open(sessionOf(tempFolder(), allowed));
    const before = site.asked.length;
    await page.perform({ kind: 'goto', url: `${site.origin}/` });
    await expect.poll(() => site.asked.slice(before).includes('/ended'), { timeout: 30_000 }).toBe(true);
    await close();
    expect(hidden.asked).toEqual(allowed.includes(hidden.origin) ? ['/x'] : []);
  }
});

test('with the guard off every one of them does: the test above can fail', { timeout: 240_000 }, async () => {
  const all = await attacks(['127.0.0.1', 'localhost', '10.1.2.3.nip.io'], false);
  for (const [host, { through }] of all) expect(through, host).toEqual([...unguardedTo(host)].sort());
});

test('A51 nothing but addresses of the web is opened, whoever asks for it', async () => {
  const site = await servePages({ '/': '<title>Here</title>' });
  const pool = testPool();
  onTestFinished(() => pool.close());
  const { page } = await pool.open(sessionOf(tempFolder(), [site.origin]));
  await page.perform({ kind: 'goto', url: `${site.origin}/` }); // the twin
  for (const url of [
    'file:///etc/passwd',
    'view-source:file:///etc/passwd',
    'chrome://version',
    'devtools://devtools/',
    'data:text/html,x',
    'about:blank',
    'javascript:1',
    'blob:x',
  ])
    await expect(page.perform({ kind: 'goto', url }), url).rejects.toThrow('only http and https addresses are opened');
  expect([page.url(), await page.title()]).toEqual([`${site.origin}/`, 'Here']);
});
