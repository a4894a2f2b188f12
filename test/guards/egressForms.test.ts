import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type EgressOptions, startEgress } from '../../src/browser/egress.js';
import { type CanaryOptions, openCanary } from './canary.js';
import { formsOf, hiddenForms } from './urlForms.js';

const PORT = 8080;

interface Proxy {
  /** Status of a GET by an absolute address. */
  get(url: string): Promise<number>;
  /** Status of CONNECT to `target` as it is written. */
  connect(target: string): Promise<number>;
}

async function proxy(options: EgressOptions): Promise<Proxy> {
  const egress = await startEgress(options);
  const { hostname, port } = new URL(egress.url);
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  onTestFinished(async () => {
    agent.destroy();
    await egress.close();
  });
  return {
    get: (path) =>
      new Promise((resolve, reject) => {
        const sent = request({ agent, host: hostname, port, path, headers: { host: new URL(path).host } }, (answer) => {
          answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
        });
        sent.on('error', reject).end();
      }),
    connect: (target) =>
      new Promise((resolve, reject) => {
        const socket = connect(Number(port), hostname, () => socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`));
        socket.once('data', (data) => {
          resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(data.toString())?.[1]));
          socket.destroy();
        });
        socket.once('error', reject);
      }),
  };
}

async function canaryNetwork(options: CanaryOptions = {}) {
  const canary = await openCanary(options);
  onTestFinished(canary.close);
  return canary;
}

const forms = hiddenForms(PORT);

test('there are more than 500 forms, and each is a URL to a browser', () => {
  expect(forms.length).toBeGreaterThan(500);
  expect(forms.filter(({ url }) => !URL.canParse(url))).toEqual([]);
});

test('A52 no form of a hidden address is connected to, by a request or by a tunnel', async () => {
  const canary = await canaryNetwork();
  const { get, connect } = await proxy({ allowedUrls: ['http://typed.test/'], network: canary.network });
  for (const { url, how, target } of forms) {
    const { href, host } = new URL(url);
    expect(await get(href), `${how} of ${target}`).toBe(403);
    expect(await connect(host), `tunnel to ${how} of ${target}`).toBe(403);
    // As written, too: what a browser would have tidied up.
    const written = /^http:\/\/([\x21-\x7e]+?)\/$/.exec(url)?.[1];
    if (written) expect([400, 403], `${how} of ${target} as written`).toContain(await connect(written));
  }
  expect(canary.reached).toEqual([]);
  expect(canary.asked).toEqual([]);
});

test('with the guard off each of them arrives: the test above can fail', async () => {
  const canary = await canaryNetwork({ guarded: false });
  const { get, connect } = await proxy({ allowedUrls: [], network: canary.network });
  const missed: string[] = [];
  for (const { url, how, target } of forms) {
    const before = canary.reached.length;
    if ((await get(new URL(url).href)) !== 404 || (await connect(new URL(url).host)) !== 200) missed.push(`${how} of ${target}`);
    if (canary.reached.length === before) missed.push(`${how} of ${target}: no connection`);
  }
  expect(missed).toEqual([]);
});

test('a public address is reached in every writing: the guard reads, and does not guess', async () => {
  const canary = await canaryNetwork();
  const { get } = await proxy({ allowedUrls: [], network: canary.network });
  for (const { url, how } of formsOf('93.184.216.34', PORT)) expect(await get(new URL(url).href), how).toBe(404);
  expect(new Set(canary.reached.map(({ host }) => host))).toEqual(new Set(['93.184.216.34']));
});

test('a typed origin is open at its own port, in every writing of it, and nowhere else', async () => {
  const canary = await canaryNetwork();
  const { get } = await proxy({ allowedUrls: [`http://10.1.2.3:${PORT}`], network: canary.network });
  expect(await get(`http://10.1.2.3:${PORT}/`)).toBe(404);
  expect(await get(`http://0xa010203:${PORT}/`.replace('0xa010203', new URL('http://0xa010203').hostname))).toBe(404);
  for (const other of [
    'http://10.1.2.3/',
    `http://10.1.2.4:${PORT}/`,
    `http://[::ffff:10.1.2.3]:${PORT}/`,
    `http://10.1.2.3.nip.io:${PORT}/`,
  ]) {
    expect(await get(new URL(other).href), other).toBe(403);
  }
  expect(new Set(canary.reached.map(({ host }) => host))).toEqual(new Set(['10.1.2.3']));
});

/** Each look-up of the attacker's name gives the next of these, the last one for ever. */
const answering = (...answers: readonly (readonly string[])[]) => {
  let count = 0;
  return async () => answers[Math.min(count++, answers.length - 1)] as readonly string[];
};

test.each([
  { how: 'moved to loopback after its page came', answers: [['93.184.216.34'], ['127.0.0.1']], statuses: [200, 403, 403] },
  { how: 'on a public and a loopback address at once', answers: [['93.184.216.34', '127.0.0.1']], statuses: [200, 200, 200] },
  { how: 'of the own network', answers: [['10.0.0.7']], statuses: [200, 200, 200] },
  { how: 'of the own network, then moved to loopback', answers: [['10.0.0.7'], ['127.0.0.1']], statuses: [200, 403, 403] },
])('A52 a typed name $how', async ({ answers, statuses }) => {
  const canary = await canaryNetwork({ lookup: answering(...answers) });
  const { connect } = await proxy({ allowedUrls: [`http://typed.test:${PORT}/`], network: canary.network });
  const seen: number[] = [];
  for (const _ of statuses) seen.push(await connect(`typed.test:${PORT}`));
  expect(seen).toEqual(statuses);
  expect(canary.reached.map(({ host }) => host)).not.toContain('127.0.0.1');
});
