/** One warm browser, one isolated context for each run. */
import { mkdir } from 'node:fs/promises';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import type { Clock } from '../clock.js';
import type { Io } from '../io.js';
import { type EgressOptions, startEgress } from './egress.js';
import { Capture } from './evidence/capture.js';
import { type FindOptions, findBrowser } from './find.js';
import { HangWatch } from './hangWatch.js';
import { type BrowserTrace, browserUsers, connectBrowser, endWithAllOfIt, type LaunchedBrowser, launchBrowser } from './launch.js';
import { type MemoryLimits, MemoryWatch } from './memoryWatch.js';
import { PlaywrightPage } from './page.js';
import { sendRequest } from './request.js';
import type { BrowserPool, BrowserSession, BrowserState, EvidenceFile, Host, SessionOptions } from './types.js';
import { VIEWPORT } from './viewport.js';

/** Where sessions get their browser and their way out. */
export interface PoolOptions
  extends Pick<FindOptions, 'cacheDir' | 'onProgress' | 'places'>,
    Pick<EgressOptions, 'upstream' | 'upstreamNames' | 'network'> {
  readonly clock: Clock;
  /** False only by `--no-browser-sandbox`. */
  readonly sandbox: boolean;
  /** Called with each browser that was started, so that a later process can end it: `endLeftBrowser`. */
  readonly onLaunch?: (trace: BrowserTrace) => void;
  /** What pages may hold of the machine's memory. */
  readonly memory?: MemoryLimits;
  /** How long one message of a browser may be. */
  readonly maxMessageBytes?: number;
}

/** Of recordings: words can be read, and a frame costs a third of what one of the whole size does. */
const FILM = { width: 800, height: 450 };
/** A context that does not close in the first time has its pages ended; if that does not help in the second, its browser is given up. */
const CLOSE_TIMEOUTS_MS = [250, 350] as const;
/** A browser that hangs does not close: it is ended. */
const BROWSER_CLOSE_MS = 5_000;

/** For cookies and stored data of all origins; a page that is at work for ever must not hold up the end of its run. */
const STATE_TIMEOUT_MS = 3_000;
/** A browser that sessions share. One that is given up gets no new session, and ends with its last: a page may hold up no other run. */
interface Shared {
  readonly starting: Promise<LaunchedBrowser>;
  /** Of the browser, once it is there. */
  memory: MemoryWatch | null;
  hang: HangWatch | null;
  sessions: number;
  givenUp: boolean;
}

/** What a session has to say to whoever gave it its browser. */
interface Lender {
  /** Whether the browser is the user's own, elsewhere. */
  readonly isForeign: boolean;
  /** Why a page that crashed just now did; null: for a reason of its own. */
  blame(): string | null;
  /** Why the browser as a whole was ended; null: it was not. */
  ended(): string | null;
  /** It does not close what it is told to close. */
  stuck(): void;
  /** The session is over. */
  done(): Promise<void>;
}

export function createBrowserPool(host: Host & Pick<Io, 'kill'>, options: PoolOptions): BrowserPool {
  // One browser for each program and kind of window that takes new sessions; nearly always there is one.
  const warm = new Map<string, Shared>();
  const all = new Set<Shared>();
  const way = { ...options, users: browserUsers(host) };
  const ended = new AbortController();

  const launch = async ({ path, headed }: SessionOptions): Promise<LaunchedBrowser> => {
    const program = await findBrowser(host, { ...options, path, headed });
    ended.signal.throwIfAborted();
    const launched = await launchBrowser(host, program, { ...options, headed, signal: ended.signal });
    launched.browser.on('disconnected', () => void launched.close());
    if (launched.trace) options.onLaunch?.(launched.trace);
    return launched;
  };
  const kill = ({ trace, close }: LaunchedBrowser): void => {
    if (trace) endWithAllOfIt(host, trace.pid);
    else void close();
  };
  const end = async (shared: Shared): Promise<void> => {
    all.delete(shared);
    await shared.starting
      .then(async (launched) => {
        const closed = launched.close();
        if (!(await within(options.clock, BROWSER_CLOSE_MS, closed))) kill(launched);
        await closed;
      })
      .catch(() => {});
  };
  const giveUp = (key: string, shared: Shared): void => {
    if (warm.get(key) === shared) warm.delete(key);
    shared.givenUp = true;
    if (shared.sessions === 0) void end(shared);
  };
  const sharedFor = (key: string, session: SessionOptions): Shared => {
    const known = warm.get(key);
    if (known) return known;
    const shared: Shared = { starting: launch(session), memory: null, hang: null, sessions: 0, givenUp: false };
    warm.set(key, shared);
    all.add(shared);
    const gone = () => giveUp(key, shared);
    shared.starting.then(({ browser }) => browser.on('disconnected', gone)).catch(gone);
    return shared;
  };
  const openShared = async (key: string, session: SessionOptions): Promise<BrowserSession> => {
    const shared = sharedFor(key, session);
    shared.sessions++;
    const lender: Lender = {
      isForeign: false,
      blame: () => shared.memory?.blame() ?? null,
      ended: () => shared.hang?.blame() ?? null,
      stuck: () => giveUp(key, shared),
      done: async () => {
        if (--shared.sessions > 0) return;
        shared.memory?.stop();
        shared.hang?.stop();
        if (shared.givenUp) await end(shared);
      },
    };
    let isOpening = false;
    try {
      const launched = await shared.starting;
      const { browser } = launched;
      isOpening = true;
      shared.memory ??= new MemoryWatch(browser, host, options.clock, options.memory);
      shared.memory.start();
      shared.hang ??= new HangWatch(browser, options.clock, () => kill(launched));
      shared.hang.start();
      // A fresh browser makes the recording, should this one have crashed.
      return await openSession(browser, session, way, lender, async () => (await sharedFor(key, session).starting).browser);
    } catch (error) {
      if (isOpening) giveUp(key, shared);
      else await lender.done();
      throw error;
    }
  };

  return {
    open: async (session) => {
      if (session.address !== null) {
        const { browser, close } = await connectBrowser(session.address, session.cdpHeaders);
        return openSession(
          browser,
          session,
          way,
          { isForeign: true, blame: () => null, ended: () => null, stuck: () => {}, done: close },
          null,
        );
      }
      const key = JSON.stringify([session.path, session.headed]);
      const before = warm.get(key);
      try {
        return await openShared(key, session);
      } catch (error) {
        // One that was there already may have crashed, or be too busy for another session: a fresh one, once.
        if (before === undefined || ended.signal.aborted) throw error;
        return openShared(key, session);
      }
    },
    request: (asked, signal) =>
      sendRequest(asked, { ...options, allowedUrls: asked.allowedUrls, users: host.getuid ? [host.getuid()] : null }, signal),
    close: async () => {
      ended.abort();
      warm.clear();
      await Promise.all([...all].map(end));
    },
  };
}

/** @param encoder a browser of ours, which makes the recording; null: nothing is recorded */
async function openSession(
  browser: Browser,
  session: SessionOptions,
  { clock, ...way }: PoolOptions & Pick<EgressOptions, 'users'>,
  lender: Lender,
  encoder: (() => Promise<Browser>) | null,
): Promise<BrowserSession> {
  let page: PlaywrightPage | null = null;
  const refused = new Set<string>();
  // A browser of the user's own, elsewhere, has its own way out; ours would not even be reachable from there.
  const egress = lender.isForeign
    ? null
    : await startEgress({
        ...way,
        allowedUrls: session.allowedUrls,
        onRefused: (target, reason) => {
          if (refused.size >= 20 || refused.has(target)) return;
          refused.add(target);
          page?.note({ type: 'refused', host: target, reason });
        },
      });
  const shut = async () => {
    await egress?.close();
    await lender.done();
  };
  try {
    await mkdir(session.downloadsDir, { recursive: true, mode: 0o700 });
    const context = await browser.newContext({
      acceptDownloads: true,
      serviceWorkers: 'block',
      viewport: VIEWPORT,
      extraHTTPHeaders: { ...session.extraHttpHeaders },
      ...(session.state && { storageState: session.state.storage as BrowserContextOptions['storageState'] & object }),
      ...(egress && { proxy: { server: egress.url, bypass: '<-loopback>' } }),
    });
    const capture = session.evidence ? await Capture.begin(session.evidence, context, clock, FILM, encoder !== null) : null;
    page = await PlaywrightPage.open(context, clock, session.downloadsDir, {
      capture,
      blame: lender.blame,
      ended: lender.ended,
      downloadTimeoutMs: session.downloadTimeoutMs ?? null,
    });
    const opened = page;
    let observed = false;
    const close = async () => {
      // Of a session that nobody waited for there is no evidence, and nothing is to be left of it.
      if (!observed) await capture?.discard();
      const closed = context.close().catch(() => {});
      if (!(await within(clock, CLOSE_TIMEOUTS_MS[0], closed))) {
        opened.crash();
        if (!(await within(clock, CLOSE_TIMEOUTS_MS[1], closed))) lender.stuck();
      }
      await shut();
    };
    const evidence = async () => {
      observed = true;
      return (await capture?.end()) ?? [];
    };
    const recording = async (signal: AbortSignal): Promise<EvidenceFile | null> => {
      if (!capture || !encoder) return null;
      // Evidence that cannot be made is missing; the run it is of has ended long before.
      return capture.recording(encoder, signal).catch(() => null);
    };
    const state = async (): Promise<BrowserState | null> => {
      let storage: object | null = null;
      const read = async () => {
        storage = await context.storageState({ indexedDB: true });
      };
      await within(
        clock,
        STATE_TIMEOUT_MS,
        read().catch(() => {}),
      );
      return storage && { url: /^https?:/.test(opened.url()) ? opened.url() : null, storage };
    };
    return { page, state, evidence, recording, close };
  } catch (error) {
    await shut();
    throw error;
  }
}

/** Whether `work`, which does not reject, is done within `ms`. */
async function within(clock: Clock, ms: number, work: Promise<void>): Promise<boolean> {
  const timeout = new AbortController();
  const done = work.then(() => true);
  const late = clock.sleep(ms, timeout.signal).then(
    () => false,
    () => false,
  );
  try {
    return await Promise.race([done, late]);
  } finally {
    timeout.abort();
  }
}
