import { createSocket } from 'node:dgram';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { findBrowser } from '../../src/browser/find.js';
import { servePages } from '../browser/pages.js';
import { sessionOf, testPool } from '../support/browserSession.js';

const cacheDir = join(tmpdir(), 'skyvern-test-cache');
const pool = testPool();
afterAll(() => pool.close());

/** Where datagrams arrive, which go past every proxy. */
async function listener(): Promise<{ port: number; count: () => number }> {
  const udp = createSocket('udp4');
  let count = 0;
  udp.on('message', () => count++);
  await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve));
  onTestFinished(() => void udp.close());
  return { port: udp.address().port, count: () => count };
}

const WAYS: Readonly<Record<string, (port: number) => string>> = {
  WebRTC: (port) => `
    const peer = new RTCPeerConnection({ iceServers: [{ urls: 'stun:127.0.0.1:${port}' }] });
    let seen = 0;
    peer.createDataChannel('x');
    peer.onicecandidate = ({ candidate }) => { if (candidate?.candidate) seen++; };
    peer.onicegatheringstatechange = () => { if (peer.iceGatheringState === 'complete') document.title = 'ended ' + seen; };
    peer.createOffer().then((offer) => peer.setLocalDescription(offer));`,
  WebTransport: (port) => `
    const transport = new WebTransport('https://127.0.0.1:${port}/');
    transport.ready.catch(() => {});
    transport.closed.catch(() => {}).finally(() => { document.title = 'ended 0'; });`,
};

test.each(Object.keys(WAYS))('A51 %s sends no datagram and tells no address', async (way) => {
  const udp = await listener();
  const site = await servePages({ '/': `<body><script>${WAYS[way]?.(udp.port)}</script>` });
  const session = await pool.open(sessionOf(join(tmpdir(), 'skyvern-test-downloads'), [site.origin]));
  onTestFinished(() => session.close());
  await session.page.perform({ kind: 'goto', url: `${site.origin}/` });
  await expect.poll(() => session.page.title(), { timeout: 30_000 }).toBe('ended 0');
  expect(udp.count()).toBe(0);
});

test.each(Object.keys(WAYS))('a browser without the guards sends them by %s: the test above can fail', async (way) => {
  const udp = await listener();
  const site = await servePages({ '/': `<body><script>${WAYS[way]?.(udp.port)}</script>` });
  const { path, env } = await findBrowser(process, { path: null, headed: false, cacheDir, places: [] });
  const browser = await chromium.launch({
    executablePath: path,
    chromiumSandbox: false,
    env: { ...(process.env as Record<string, string>), ...env },
  });
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  await page.goto(`${site.origin}/`);
  await expect.poll(udp.count, { timeout: 30_000 }).toBeGreaterThan(0);
});
