import { createSocket } from 'node:dgram';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { createBrowserPool } from '../../src/browser/pool.js';
import { systemClock } from '../../src/clock.js';
import { type Answer, servePages } from './pages.js';

const pool = createBrowserPool(process, { clock: systemClock, cacheDir: join(tmpdir(), 'skyvern-test-cache'), sandbox: true, places: [] });
afterAll(() => pool.close());

/** Each asks the canary for a path of its own name, in one of the ways that a page has. `CANARY` and `HERE` are host and port. */
const VECTORS: Readonly<Record<string, string>> = {
  image: '<img src="http://CANARY/image">',
  fetch: '<script>fetch("http://CANARY/fetch", { mode: "no-cors" }).catch(() => {})</script>',
  frame: '<iframe src="http://CANARY/frame"></iframe>',
  script: '<script src="http://CANARY/script"></script>',
  style: '<style>@import "http://CANARY/style";</style>',
  worker: '<script>new Worker(URL.createObjectURL(new Blob([`fetch("http://CANARY/worker", { mode: "no-cors" })`])))</script>',
  beacon: '<script>navigator.sendBeacon("http://CANARY/beacon", "x")</script>',
  socket: '<script>new WebSocket("ws://CANARY/socket")</script>',
  events: '<script>new EventSource("http://CANARY/events")</script>',
  popup: '<script>window.open("http://CANARY/popup")</script>',
  'redirected-image': '<img src="http://HERE/redirect?to=redirected-image">',
  'redirected-fetch': '<script>fetch("http://HERE/redirect?to=redirected-fetch", { mode: "no-cors" }).catch(() => {})</script>',
  'redirected-frame': '<iframe src="http://HERE/redirect?to=redirected-frame"></iframe>',
  refresh: `<iframe srcdoc='<meta http-equiv="refresh" content="0;url=http://CANARY/refresh">'></iframe>`,
  form: '<form action="http://CANARY/form" target="out"></form><iframe name="out"></iframe><script>document.forms[0].submit()</script>',
};

/** Paths of the canary that a page reached with every vector, and then by a redirect of its own. */
async function attack(guarded: boolean): Promise<string[]> {
  const canary = await servePages({});
  const host = new URL(canary.origin).host;
  const redirect: Answer = (request, response) =>
    response.writeHead(302, { location: `http://${host}/${new URL(request.url ?? '', 'http://x').searchParams.get('to')}` }).end();
  const html = Object.values(VECTORS).join('\n');
  const page: Answer = (request, response) =>
    response
      .writeHead(200, { 'content-type': 'text/html' })
      .end(html.replaceAll('CANARY', host).replaceAll('HERE', request.headers.host ?? ''));
  const site = await servePages({ '/': page, '/redirect': redirect, '/end': 'end' });
  const session = await pool.open({
    headed: false,
    path: null,
    address: null,
    cdpHeaders: {},
    extraHttpHeaders: {},
    allowedUrls: guarded ? [site.origin] : [site.origin, canary.origin],
    downloadsDir: join(tmpdir(), 'skyvern-test-downloads'),
  });
  onTestFinished(() => session.close());
  // The window that it opens may lead nowhere, which is told.
  await session.page.perform({ kind: 'goto', url: `${site.origin}/` }).catch(() => {});
  await session.page.perform({ kind: 'goto', url: `${site.origin}/redirect?to=redirected-page` }).catch(() => {});
  // All of a page's requests are out by the time that one more round trip is done.
  await session.page.perform({ kind: 'goto', url: `${site.origin}/end` });
  return canary.asked.map((path) => path.slice(1));
}

test('no way that a page has reaches a loopback address that was not typed', async () => {
  expect(await attack(true)).toEqual([]);
});

test('with the address typed every one of them does: the test above can fail', async () => {
  expect([...new Set(await attack(false))].sort()).toEqual([...Object.keys(VECTORS), 'redirected-page'].sort());
});

test('WebRTC sends no datagram and tells no address', async () => {
  const udp = createSocket('udp4');
  let datagrams = 0;
  udp.on('message', () => datagrams++);
  await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve));
  onTestFinished(() => void udp.close());
  const site = await servePages({
    '/': `<body><script>
      const peer = new RTCPeerConnection({ iceServers: [{ urls: 'stun:127.0.0.1:${udp.address().port}' }] });
      const seen = [];
      peer.createDataChannel('x');
      peer.onicecandidate = ({ candidate }) => { if (candidate?.candidate) seen.push(candidate.candidate); };
      peer.onicegatheringstatechange = () => { if (peer.iceGatheringState === 'complete') document.title = 'gathered ' + seen.length; };
      peer.createOffer().then((offer) => peer.setLocalDescription(offer));
    </script>`,
  });
  const session = await pool.open({
    headed: false,
    path: null,
    address: null,
    cdpHeaders: {},
    extraHttpHeaders: {},
    allowedUrls: [site.origin],
    downloadsDir: join(tmpdir(), 'skyvern-test-downloads'),
  });
  onTestFinished(() => session.close());
  await session.page.perform({ kind: 'goto', url: `${site.origin}/` });
  await expect.poll(() => session.page.title(), { timeout: 15_000 }).toBe('gathered 0');
  expect(datagrams).toBe(0);
});
