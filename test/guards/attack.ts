import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/clock.js';
import { sessionOf, testPool } from '../support/browserSession.js';
import { openPages } from '../support/pageServer.js';
import { openCanary } from './canary.js';
import { PUBLIC_ADDRESS } from './urlForms.js';
import { attackPage, unguardedTo, vectorOf } from './vectors.js';

export interface Attack {
  /** Ways by which a page reached what it may not, sorted. */
  readonly through: readonly string[];
  /** Whether the page itself came to its end: an attack that did not happen proves nothing. */
  readonly happened: boolean;
}

/** Tells when everything in the page was loaded or refused, and workers and idle-time requests had half a second. */
const TAIL = `<script>addEventListener('load', () => setTimeout(() => fetch('/ended'), 500))</script>`;
/** Ten times what it takes. One page in a hundred, with its window beside it, hangs in Chromium and never ends: it is shown again. */
const ENDED_MS = 15_000;
const SHOWN = 4;

/**
 * Shows pages that try every way to hosts that a page may not reach, one page for each host, in one real browser.
 * @param guarded false: the guard refuses nothing
 */
export async function attackHosts(
  hosts: readonly string[],
  guarded: boolean,
  onAttack: (host: string, attack: Attack) => void,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'skyvern-attack-'));
  let ended = Promise.withResolvers<boolean>();
  const site = await openPages({
    '/attack': (request, response) =>
      response
        .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
        .end(`<!doctype html><body>${attackPage(new URL(request.url ?? '', 'http://x').searchParams.get('host') ?? '')}${TAIL}`),
    '/redirect': (request, response) => {
      // Latin-1 is what a header can hold; a browser reads the rest from percent signs.
      const to = new URL(request.url ?? '', 'http://x').searchParams.get('to') ?? '';
      response.writeHead(302, { location: to.replace(/[\t\n]/g, '').replace(/[^\x00-\xff]/gu, (sign) => encodeURIComponent(sign)) }).end();
    },
    '/answered': (request, response) => {
      const asked = new URL(request.url ?? '', 'http://x').searchParams;
      const value = (asked.get('value') ?? '').replace(/[\t\n]/g, '').replace(/[^\x00-\xff]/gu, (sign) => encodeURIComponent(sign));
      response
        .writeHead(200, { 'content-type': 'text/html', [asked.get('header') ?? 'x-none']: value })
        .end(`<!doctype html>${asked.get('body')}`);
    },
    '/ended': (_, response) => {
      response.end();
      ended.resolve(true);
    },
  });
  const canary = await openCanary({ guarded, site: site.origin });
  const pool = testPool({ network: canary.network });
  const session = sessionOf(join(folder, 'downloads'), [site.origin]);
  try {
    for (const host of hosts) {
      const before = canary.reached.length;
      let happened = false;
      const through = () => {
        // A log-in asks the registered name of its site as well, which may be public.
        const reached = canary.reached.slice(before).filter(({ host: to }) => to !== PUBLIC_ADDRESS);
        return [...new Set(reached.map(({ port }) => vectorOf(port)))].sort();
      };
      // What is to arrive may be later than the end of its page on a busy machine.
      const done = () => happened && (guarded || through().length >= unguardedTo(host).length);
      for (let shown = 0; shown < SHOWN && !done(); shown++) {
        ended = Promise.withResolvers();
        const { page, close } = await pool.open(session);
        // What the page opens, downloads or leads to may fail, which is told.
        await page.perform({ kind: 'goto', url: `${site.origin}/attack?host=${encodeURIComponent(host)}` }).catch(() => {});
        const late = systemClock.sleep(ENDED_MS).then(() => false);
        happened = await Promise.race([ended.promise, late]);
        await close();
      }
      onAttack(host, { through: through(), happened });
    }
  } finally {
    await pool.close();
    await canary.close();
    await site.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
