/** A page of a real browser, as the engine sees it: the newest tab, read as an accessibility tree, acted on by reference. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserContext, CDPSession, Dialog, Download, ElementHandle, Frame, Locator, Page, Request } from 'playwright-core';
import type { Clock } from '../clock.js';
import { placesThatShow } from './echo.js';
import { PROXY_STATUS } from './egress.js';
import type { Capture } from './evidence/capture.js';
import { DOWNLOAD_LIMITS, type DownloadLimits, DownloadQuota } from './evidence/downloadQuota.js';
import { iconsOn } from './icons.js';
import { safeName } from './names.js';
import { TOO_LONG } from './pipeGuard.js';
import { printed } from './print.js';
import { parseSnapshot, withNodes } from './snapshot.js';
import { targetOf } from './target.js';
import {
  type ActionTarget,
  type BrowserPage,
  type ClickHow,
  COVERED,
  type DialogAnswer,
  type ElementFacts,
  type PageAction,
  type PageDialog,
  type PageDownload,
  PageError,
  type PageEvent,
  type PageFile,
  type PageTab,
  type PrintOptions,
  type SnapshotNode,
  WrongOrigin,
} from './types.js';

/** Longest wait for one action or one navigation. */
const ACTION_TIMEOUT_MS = 30_000;
/** Longest wait for the requests that an action set off: pages that poll for ever never come to rest. */
const SETTLE_TIMEOUT_MS = 3_000;
const POPUP_TIMEOUT_MS = 5_000;
const DOWNLOAD_START_TIMEOUT_MS = 10_000;
const DOWNLOAD_NEWS_TIMEOUT_MS = 300;
const SCREENSHOT_TIMEOUT_MS = 5_000;
const ECHO_TIMEOUT_MS = 2_000;
const PRINT_TIMEOUT_MS = 60_000;
const FRAME_TIMEOUT_MS = 2_000;
/** Actions that give a field its value. */
const SETTING: readonly PageAction['kind'][] = ['fill', 'select', 'selectMany', 'check', 'upload'];
const NEXT_FRAME = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))';
const TITLE_TIMEOUT_MS = 500;
const UPLOAD_ASK_TIMEOUT_MS = 5_000;
/** More than these are closed, or dropped, unseen: no honest page needs them in one run. */
const MAX_TABS = 20;
const MAX_DOWNLOADS = 100;
const MAX_EVENTS = 100;
/**
 * Keys that give a page what lies in the clipboard. The browser has one for all its runs, and with a window it is the user's own: what a
 * page or a run put there, a secret perhaps, would come to any other.
 */
const PASTES = /(?:(?:control|meta)\w*\+(?:\w+\+)*(?:key)?v|shift\w*\+(?:\w+\+)*insert)$/i;
const GONE = 'the browser was closed or crashed';
const CRASHED = 'the page crashed';
const ALL_CLOSED = 'every tab was closed';

export interface PageOptions {
  readonly capture?: Capture | null;
  readonly limits?: DownloadLimits;
  /** Why a page that crashed just now did; null: for a reason of its own. */
  readonly blame?: () => string | null;
  /** Why the browser as a whole was ended; null: it was not, as far as is known. */
  readonly ended?: () => string | null;
  /** For one file, from the click to its last byte; null: as long as the page is open. */
  readonly downloadTimeoutMs?: number | null;
}

export class PlaywrightPage implements BrowserPage {
  readonly #context: BrowserContext;
  readonly #clock: Clock;
  readonly #downloadsDir: string;
  /** Open tabs, the current one last. */
  #pages: Page[] = [];
  /** Open tabs, the oldest first. */
  #tabs: Page[] = [];
  readonly #events: PageEvent[] = [];
  /** Requests under way that may change the page: documents and what scripts fetch. */
  readonly #pending = new Set<Request>();
  /** Windows that were announced and are not here yet. */
  #openings = 0;
  /** Tabs whose document is the answer to something that was sent. */
  readonly #posted = new WeakSet<Page>();
  readonly #sessions = new Map<Page, CDPSession>();
  readonly #downloads = new Set<Promise<void>>();
  #downloadCount = 0;
  /** A navigation ended without a document: the answer may have become a download, which is told a moment later. */
  #aborted = false;
  /** Why the newest navigation led nowhere. */
  #deadEnd: string | null = null;
  /** Why there is no tab, when there is none. */
  #noTab = ALL_CLOSED;
  /** Visible fields that hold a secret: covered in screenshots. */
  readonly #covered = new Set<Locator>();
  /** Secrets that pages got, and may show anywhere. */
  readonly #secrets = new Set<string>();
  /** What the next dialog is answered; null: it is dismissed. */
  #answer: DialogAnswer | null = null;
  #dialogs: PageDialog[] = [];
  readonly #waiters = new Set<() => void>();
  readonly #capture: Capture | null;
  readonly #quota: DownloadQuota;
  readonly #blame: () => string | null;
  readonly #ended: () => string | null;
  readonly #downloadTimeoutMs: number | null;

  private constructor(context: BrowserContext, clock: Clock, downloadsDir: string, options: Required<PageOptions>) {
    const { capture, limits, blame, ended, downloadTimeoutMs } = options;
    this.#context = context;
    this.#clock = clock;
    this.#downloadsDir = downloadsDir;
    this.#capture = capture;
    this.#blame = blame;
    this.#ended = ended;
    this.#downloadTimeoutMs = downloadTimeoutMs;
    this.#quota = new DownloadQuota(limits, (url, reason) => this.#note({ type: 'refused', host: hostOf(url), reason }));
  }

  /** Opens the first tab of `context`. */
  static async open(
    context: BrowserContext,
    clock: Clock,
    downloadsDir: string,
    { capture = null, limits = DOWNLOAD_LIMITS, blame = () => null, ended = () => null, downloadTimeoutMs = null }: PageOptions = {},
  ): Promise<PlaywrightPage> {
    const self = new PlaywrightPage(context, clock, downloadsDir, { capture, limits, blame, ended, downloadTimeoutMs });
    context.setDefaultTimeout(ACTION_TIMEOUT_MS);
    context.on('page', (page) => self.#opened(page));
    context.on('request', (request) => self.#requestStarted(request));
    context.on('requestfinished', (request) => self.#requestEnded(request));
    context.on('requestfailed', (request) => {
      if (request.isNavigationRequest() && request.failure()?.errorText === 'net::ERR_ABORTED') self.#aborted = true;
      self.#requestEnded(request);
    });
    context.on('response', (response) => {
      if (!response.request().isNavigationRequest() || frameOf(response.request())?.parentFrame()) return;
      // A page that comes through a tunnel writes its headers itself.
      const status = response.url().startsWith('http:') ? response.headers()[PROXY_STATUS] : undefined;
      if (status?.startsWith('skyvern;')) self.#deadEnd = /details="(.*)"/.exec(status)?.[1] ?? 'no answer';
    });
    context.on('dialog', (dialog) => self.#dialogOpened(dialog));
    await context.newPage();
    return self;
  }

  url(): string {
    return this.#current().url();
  }

  title(): Promise<string> {
    return this.#told(async () => this.#current().title());
  }

  async tabs(): Promise<readonly PageTab[]> {
    const current = this.#pages.at(-1);
    // A page that is busy has no title to tell: its address has to do.
    const titles = await Promise.all(
      this.#tabs.map((page) =>
        withinTime(
          this.#clock,
          TITLE_TIMEOUT_MS,
          page.title().catch(() => ''),
          '',
        ),
      ),
    );
    return this.#tabs.map((page, index) => ({ url: page.url(), title: titles[index] ?? '', current: page === current }));
  }

  html(): Promise<string | null> {
    return this.#told(() =>
      withinTime(
        this.#clock,
        SCREENSHOT_TIMEOUT_MS,
        this.#current()
          .content()
          .catch(() => null),
        null,
      ),
    );
  }

  snapshot({ boxes = false }: { readonly boxes?: boolean } = {}): Promise<SnapshotNode> {
    return this.#told(async () => {
      for (;;) {
        await this.#settle();
        const page = this.#current();
        const tree = parseSnapshot(await page.ariaSnapshotJSON({ mode: 'ai', boxes, timeout: ACTION_TIMEOUT_MS }));
        const clean = await withoutPasswords(page, tree);
        // A tab that opened meanwhile is the one to look at.
        if (this.#openings === 0 && page === this.#current()) return clean;
      }
    });
  }

  inspect(ref: string): Promise<ElementFacts | null> {
    return this.#told(() => withinTime(this.#clock, SCREENSHOT_TIMEOUT_MS, factsOf(this.#current().getByRef(ref)), null));
  }

  isPointer(text: string): Promise<boolean> {
    return this.#told(async () => {
      const found = textOn(this.#current(), text);
      return (await found.count()) === 1 && (await isPointer(found));
    });
  }

  screenshot(): Promise<Uint8Array | null> {
    return this.#told(async () => {
      const page = this.#current();
      const photograph = () => this.#photograph(page);
      // Of a page that has just gone elsewhere there is now and then no picture yet.
      const taken = photograph()
        .catch(photograph)
        .catch((error: unknown) => {
          if (page.isClosed()) throw error;
          return null;
        });
      const picture = await withinTime(this.#clock, SCREENSHOT_TIMEOUT_MS, taken, null);
      if (picture) this.#capture?.picture(page, picture);
      return picture;
    });
  }

  print(options: PrintOptions): Promise<Uint8Array> {
    return this.#told(async () => {
      const page = this.#current();
      const echoes = await this.#echoes(page);
      if (echoes === null) throw new PageError('the page does not tell in time where it shows a secret');
      const made = await withinTime(this.#clock, PRINT_TIMEOUT_MS, printed(page, [...this.#covered, ...echoes], options), null);
      if (made === null) throw new PageError(`the page was not printed within ${PRINT_TIMEOUT_MS / 1000} s`);
      return made;
    });
  }

  /** Null when it cannot be told what is to be covered. */
  async #photograph(page: Page): Promise<Buffer | null> {
    const echoes = await this.#echoes(page);
    if (echoes === null) return null;
    const mask = [...this.#covered, ...echoes];
    const session = this.#sessions.get(page);
    if (mask.length > 0 || !session) return page.screenshot({ type: 'png', timeout: SCREENSHOT_TIMEOUT_MS, mask });
    // Chromium's own call: Playwright's asks more of the page, and packs the picture as small as it can, for twice the processor.
    const { data } = await session.send('Page.captureScreenshot', { format: 'png', optimizeForSpeed: true });
    return Buffer.from(data, 'base64');
  }

  /** Places that show a secret that was typed; null when that cannot be told, and no picture may be taken. */
  async #echoes(page: Page): Promise<readonly Locator[] | null> {
    if (this.#secrets.size === 0) return [];
    const looking = placesThatShow(page, this.#secrets).catch(() => null);
    return withinTime(this.#clock, ECHO_TIMEOUT_MS, looking, null);
  }

  target(action: PageAction): Promise<ActionTarget | null> {
    return this.#told(() => targetOf(this.#current(), action));
  }

  countIcons(name: string, within: readonly string[]): Promise<number> {
    return this.#told(async () => (await iconsOn(this.#current(), name, within)).length);
  }

  dialogs(): readonly PageDialog[] {
    return this.#dialogs;
  }

  perform(action: PageAction, answer: DialogAnswer | null = null): Promise<{ readonly secretField: boolean }> {
    return this.#told(async () => {
      this.#deadEnd = null;
      this.#answer = answer;
      this.#dialogs = [];
      const secretField = await this.#do(this.#current(), action);
      if (SETTING.includes(action.kind)) await this.#nextFrame();
      await this.#settle();
      // Scripts may fill the page until it has loaded; a picture that never comes does not hold it up for long.
      await this.#current()
        .waitForLoadState('load', { timeout: SETTLE_TIMEOUT_MS })
        .catch(() => {});
      if (this.#deadEnd) throw new PageError(this.#deadEnd);
      if (this.url().startsWith('chrome-error:')) throw new PageError('the page that it led to does not answer');
      return { secretField };
    });
  }

  async takeEvents(waitMs: number): Promise<readonly PageEvent[]> {
    if (waitMs > 0) await this.#until(() => this.#downloads.size === 0, waitMs);
    return this.#events.splice(0);
  }

  /** For what the session around the page learns: addresses that were refused. */
  note(event: PageEvent): void {
    this.#note(event);
  }

  /** Ends the processes that draw the pages: for pages too busy to close. Does not wait. */
  crash(): void {
    for (const session of this.#sessions.values()) void session.send('Page.crash').catch(() => {});
  }

  #dialogOpened(dialog: Dialog): void {
    const kind = dialog.type();
    const given = this.#answer;
    // Staying is never wanted when a page asks whether to be left; nothing else is agreed to without being told.
    const leaves = kind === 'beforeunload';
    const accepted = leaves || (given?.accept === true && (given.text === null || kind === 'prompt'));
    if (!leaves) this.#answer = null;
    const shown: PageDialog = { kind, message: dialog.message().slice(0, 500), accepted };
    if (!leaves && this.#dialogs.length < MAX_EVENTS) this.#dialogs.push(shown);
    this.#note({ type: 'dialog', ...shown });
    void (accepted ? dialog.accept(leaves ? undefined : (given?.text ?? dialog.defaultValue())) : dialog.dismiss()).catch(() => {});
  }

  #note(event: PageEvent): void {
    if (this.#events.length < MAX_EVENTS) this.#events.push(event);
  }

  /** Runs `work`; what Playwright throws becomes a `PageError` in plain words. */
  async #told<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof PageError || error instanceof WrongOrigin || !(error instanceof Error)) throw error;
      const words = plainWords(error.message);
      throw new PageError(words === GONE ? this.#goneBecause() : words, { cause: error });
    }
  }

  /** The page crashed and its tab is closed, or the browser is gone: which, is told a moment later than that it is. */
  #goneBecause(): string {
    const ended = this.#ended();
    if (ended !== null) return ended;
    if (this.#pages.length === 0 && this.#noTab !== ALL_CLOSED) return this.#noTab;
    return this.#blame() ?? GONE;
  }

  #current(): Page {
    const page = this.#pages.at(-1);
    // The tabs of a browser that ends are told to be closed a moment before it is told to be gone.
    if (!page) throw new PageError(this.#ended() ?? (this.#context.browser()?.isConnected() ? this.#noTab : (this.#blame() ?? GONE)));
    return page;
  }

  #opened(page: Page): void {
    this.#openings = Math.max(0, this.#openings - 1);
    // What a tab had asked for may never be told to have ended.
    page.on('close', () => {
      for (const request of this.#pending) if (frameOf(request)?.page() === page) this.#requestEnded(request);
    });
    if (this.#pages.length >= MAX_TABS) {
      void page.close().catch(() => {});
      return;
    }
    if (this.#pages.length > 0) this.#note({ type: 'opened', url: page.url() });
    this.#pages.push(page);
    this.#tabs.push(page);
    let crashed: string | null = null;
    page.on('close', () => {
      this.#noTab = crashed ?? ALL_CLOSED;
      this.#pages = this.#pages.filter((other) => other !== page);
      this.#tabs = this.#tabs.filter((other) => other !== page);
      this.#sessions.delete(page);
      this.#changed();
    });
    page.on('crash', () => {
      crashed = this.#blame() ?? CRASHED;
      this.#deadEnd = crashed;
      void page.close().catch(() => {});
    });
    page.on('framenavigated', (frame) => this.#navigated(frame));
    page.on('download', (download) => this.#downloadStarted(download));
    void this.#watchOpenings(page);
    this.#changed();
  }

  /** Chromium announces a window before the click that opens it is answered; Playwright's own event comes when it has loaded. */
  async #watchOpenings(page: Page): Promise<void> {
    try {
      const session = await this.#context.newCDPSession(page);
      this.#sessions.set(page, session);
      this.#quota.watch(session);
      session.on('Page.windowOpen', () => {
        this.#openings++;
        this.#changed();
      });
      await session.send('Page.enable');
    } catch {
      // The page is gone already, or a browser of somebody else's does not allow it.
    }
  }

  #requestStarted(request: Request): void {
    if (request.isNavigationRequest() || ['xhr', 'fetch'].includes(request.resourceType())) this.#pending.add(request);
  }

  /** The document is here, though perhaps not all of it. */
  #navigated(frame: Frame): void {
    for (const request of this.#pending) {
      if (!request.isNavigationRequest() || frameOf(request) !== frame) continue;
      if (!frame.parentFrame()) {
        if (request.method() === 'GET') this.#posted.delete(frame.page());
        else this.#posted.add(frame.page());
      }
      this.#requestEnded(request);
    }
  }

  #requestEnded(request: Request): void {
    if (this.#pending.delete(request)) this.#changed();
  }

  #changed(): void {
    this.#capture?.follow(this.#pages.at(-1) ?? null);
    for (const wake of this.#waiters) wake();
  }

  async #do(page: Page, action: PageAction): Promise<boolean> {
    switch (action.kind) {
      case 'goto':
        if (!/^https?:/i.test(action.url) || !URL.canParse(action.url)) throw new PageError('only http and https addresses are opened');
        await page.goto(action.url, { waitUntil: 'domcontentloaded' });
        break;
      case 'click':
        if (action.download) await this.#clickForDownload(page, action.ref);
        else await clickOn(page.getByRef(action.ref), action.how);
        break;
      case 'clickText':
        await clickText(page, action.text, action.mustBePointer, action.how);
        break;
      case 'clickIcon':
        await clickIcon(page, action);
        break;
      case 'fill':
        return this.#fill(page, action);
      case 'select':
        await page.getByRef(action.ref).selectOption({ label: action.option });
        break;
      case 'selectMany':
        await page.getByRef(action.ref).selectOption(action.options.map((label) => ({ label })));
        break;
      case 'selectText':
        await selectText(page.getByRef(action.ref));
        break;
      case 'check':
        await page.getByRef(action.ref).setChecked(action.checked);
        break;
      case 'press':
        if (PASTES.test(action.key)) throw new PageError('the clipboard is not for pages: it is shared by all runs; type the text instead');
        if (action.ref === undefined) await page.keyboard.press(action.key);
        else await page.getByRef(action.ref).press(action.key);
        break;
      case 'hover':
        await page.getByRef(action.ref).hover();
        break;
      case 'drag':
        await page.getByRef(action.ref).dragTo(page.getByRef(action.to));
        break;
      case 'upload':
        await upload(page, page.getByRef(action.ref), action.files);
        break;
      case 'tab':
        await this.#switchTo(action.index);
        break;
      case 'closeTab':
        if (this.#pages.length < 2) throw new PageError('the last tab stays open');
        await page.close();
        await this.#current().bringToFront();
        break;
      case 'history':
        if (action.to === 'reload') {
          if (this.#posted.has(page)) throw new PageError('the page is the answer to a form, which reloading it would send again');
          await page.reload({ waitUntil: 'domcontentloaded' });
        } else if (!(await (action.to === 'back' ? page.goBack : page.goForward).call(page, { waitUntil: 'domcontentloaded' }))) {
          throw new PageError(`there is no page to go ${action.to} to`);
        }
        break;
      case 'scroll':
        if (action.ref !== undefined) await scrollAround(page.getByRef(action.ref), action.to);
        else
          await page.evaluate((to) => {
            const top = { top: 0, bottom: document.documentElement.scrollHeight, up: scrollY - innerHeight, down: scrollY + innerHeight }[
              to
            ];
            scrollTo({ top, behavior: 'instant' });
          }, action.to);
    }
    return false;
  }

  async #switchTo(index: number): Promise<void> {
    const page = this.#tabs[index];
    if (!page) throw new PageError(`there is no tab ${index}`);
    this.#pages = [...this.#pages.filter((other) => other !== page), page];
    await page.bringToFront();
  }

  /**
   * The handle belongs to one document: when the frame goes elsewhere between the look at its address and the typing, the
   * handle is dead and nothing is typed.
   */
  async #fill(page: Page, action: Extract<PageAction, { kind: 'fill' }>): Promise<boolean> {
    const locator = page.getByRef(action.ref);
    if (action.onlyInto === null) {
      const [secretField] = await Promise.all([isSecretField(locator), locator.fill(action.text)]);
      return secretField;
    }
    const handle = await locator.elementHandle();
    try {
      const address = (await handle?.ownerFrame())?.url() ?? '';
      const origin = URL.canParse(address) ? new URL(address).origin : 'null';
      if (!handle || origin !== action.onlyInto) throw new WrongOrigin(origin === 'null' ? address : origin);
      for (const secret of action.secrets ?? [action.text]) this.#secrets.add(secret);
      this.#capture?.cover();
      const secretField = await isSecretField(locator);
      if (!secretField) this.#covered.add(locator);
      await handle.fill(action.text);
      return secretField;
    } finally {
      await handle?.dispose().catch(() => {});
    }
  }

  async #clickForDownload(page: Page, ref: string): Promise<void> {
    const before = this.#downloadCount;
    const clickedAt = this.#clock.monotonic();
    await page.getByRef(ref).click();
    await this.#until(() => this.#downloadCount > before, this.#downloadTimeoutMs ?? DOWNLOAD_START_TIMEOUT_MS);
    if (this.#downloadCount === before) throw new PageError('no file came');
    if (this.#downloadTimeoutMs === null) await Promise.all(this.#downloads);
    else await this.#until(() => this.#downloads.size === 0, this.#downloadTimeoutMs - (this.#clock.monotonic() - clickedAt));
    if (this.#downloads.size > 0) throw new PageError(`the file did not come within ${(this.#downloadTimeoutMs ?? 0) / 1000} s`);
  }

  #downloadStarted(download: Download): void {
    if (++this.#downloadCount > MAX_DOWNLOADS) {
      void download.cancel().catch(() => {});
      return;
    }
    const saved = save(download, join(this.#downloadsDir, `download-${this.#downloadCount}`))
      .then((file) => this.#note({ type: 'download', file }))
      // Canceled by the page, or the context closed: there is no file to tell of.
      .catch(() => {})
      .finally(() => {
        this.#downloads.delete(saved);
        this.#changed();
      });
    this.#downloads.add(saved);
    this.#changed();
  }

  /** Waits until announced windows are here, navigations have a document, and what scripts fetch has come, each for a bounded time. */
  async #settle(): Promise<void> {
    const opening = () => this.#openings > 0;
    if (opening()) {
      await this.#until(() => !opening(), POPUP_TIMEOUT_MS);
      this.#openings = 0;
    }
    const loading = () => [...this.#pending].some((request) => request.isNavigationRequest() && !frameOf(request)?.parentFrame());
    if (loading()) await this.#until(() => !loading(), ACTION_TIMEOUT_MS);
    await this.#current().waitForLoadState('domcontentloaded', { timeout: ACTION_TIMEOUT_MS });
    if (this.#pending.size > 0) await this.#until(() => this.#pending.size === 0, SETTLE_TIMEOUT_MS);
    if (this.#aborted) {
      this.#aborted = false;
      await this.#until(() => this.#downloads.size > 0, DOWNLOAD_NEWS_TIMEOUT_MS);
    }
  }

  /** After an input the browser holds timers of scripts back until the next frame: only then is there what a page makes of a value. */
  async #nextFrame(): Promise<void> {
    let drawn = false;
    const done = () => {
      drawn = true;
      this.#changed();
    };
    void this.#current().evaluate(NEXT_FRAME).then(done, done);
    await this.#until(() => drawn, FRAME_TIMEOUT_MS);
  }

  async #until(holds: () => boolean, timeoutMs: number): Promise<void> {
    const timeout = new AbortController();
    let wake = () => {};
    const held = new Promise<void>((resolve) => {
      wake = () => {
        if (holds()) resolve();
      };
      this.#waiters.add(wake);
      wake();
    });
    try {
      await Promise.race([held, this.#clock.sleep(timeoutMs, timeout.signal).catch(() => {})]);
    } finally {
      this.#waiters.delete(wake);
      timeout.abort();
    }
  }
}

/** Only the first line of Playwright's messages is used: the log below it repeats what was typed. */
function plainWords(message: string): string {
  if (/has been closed|Target crashed|Browser closed/i.test(message)) return GONE;
  if (/intercepts pointer events/.test(message)) return COVERED;
  if (/element is not enabled/.test(message)) return 'it is disabled';
  const [first = ''] = message.split('\n');
  if (first.includes(TOO_LONG)) return first.slice(first.indexOf(TOO_LONG));
  const net = /net::(ERR_\w+)/.exec(first)?.[1];
  if (net) return `the page does not answer (${net})`;
  const timeout = /Timeout (\d+)ms exceeded/.exec(first)?.[1];
  if (timeout) return `it took longer than ${Number(timeout) / 1000} s`;
  return first.replace(/^[\w.]+: (Error: )?/, '').replace(/\.$/, '');
}

/** What `work` gives, or `otherwise` when it takes longer than `ms`. */
async function withinTime<T>(clock: Clock, ms: number, work: Promise<T>, otherwise: T): Promise<T> {
  const timeout = new AbortController();
  try {
    return await Promise.race([
      work,
      clock.sleep(ms, timeout.signal).then(
        () => otherwise,
        () => otherwise,
      ),
    ]);
  } finally {
    timeout.abort();
  }
}

const clickOn = (target: Locator | ElementHandle<Element>, how: ClickHow | undefined): Promise<void> =>
  how === 'double' ? target.dblclick() : target.click(how === 'right' ? { button: 'right' } : {});

const textOn = (page: Page, text: string): Locator => page.getByText(text, { exact: true }).filter({ visible: true });

const isPointer = (found: Locator | ElementHandle<Element>): Promise<boolean> =>
  (found as Locator).evaluate((element) => getComputedStyle(element).cursor === 'pointer');

async function clickText(page: Page, text: string, mustBePointer: boolean, how: ClickHow | undefined): Promise<void> {
  const found = textOn(page, text);
  const count = await found.count();
  if (count !== 1) throw new PageError(count === 0 ? `"${text}" is no element of its own` : `"${text}" stands on the page ${count} times`);
  if (mustBePointer && !(await isPointer(found))) throw new PageError(`"${text}" is plain text`);
  await clickOn(found, how);
}

/**
 * A class is a weak name: the page must show that the icon works, by the hand that the pointer becomes over it, or by what it changes when it
 * is clicked.
 */
async function clickIcon(page: Page, { name, within, how }: Extract<PageAction, { kind: 'clickIcon' }>): Promise<void> {
  const [icon, ...others] = await iconsOn(page, name, within);
  if (!icon || others.length > 0) throw new PageError(icon ? `more than one icon is called "${name}"` : `no icon is called "${name}"`);
  await icon.hover();
  if (await isPointer(icon)) return clickOn(icon, how);
  const changes = await icon.evaluateHandle((element) => {
    const seen = { any: false };
    const watch = new MutationObserver(() => {
      seen.any = true;
    });
    watch.observe(element.ownerDocument, { subtree: true, childList: true, attributes: true, characterData: true });
    return seen;
  });
  await clickOn(icon, how);
  // A document that is gone has changed.
  const changed = await changes.evaluate((seen) => new Promise((done) => requestAnimationFrame(() => done(seen.any)))).catch(() => true);
  if (!changed) throw new PageError(`the icon "${name}" did nothing when it was clicked`);
}

/** A field takes the files; anything else is clicked and asks for them. */
async function upload(page: Page, target: Locator, files: readonly PageFile[]): Promise<void> {
  // Read here: the browser may run as a user who cannot read our folders.
  const given = await Promise.all(files.map(async ({ name, path }) => ({ name, mimeType: '', buffer: await contentOf(name, path) })));
  if (await target.evaluate((element) => (element as HTMLInputElement).type === 'file')) return target.setInputFiles(given);
  const asked = page.waitForEvent('filechooser', { timeout: UPLOAD_ASK_TIMEOUT_MS }).catch(() => null);
  await target.click();
  const chooser = await asked;
  if (!chooser) throw new PageError('it does not ask for a file');
  await chooser.setFiles(given);
}

/** Where files lie on this machine is nobody's business out there. */
const contentOf = (name: string, path: string): Promise<Buffer> =>
  readFile(path).catch((cause: unknown) => {
    throw new PageError(`the file ${JSON.stringify(name)} is not there any more`, { cause });
  });

/** Null when the element is gone. Asked without waiting for it: it was there a moment ago. */
async function factsOf(target: Locator): Promise<ElementFacts | null> {
  if ((await target.count()) !== 1) return null;
  return target
    .evaluate((element) => {
      const field = element as HTMLInputElement;
      const tag = element.tagName.toLowerCase();
      const isField = ['input', 'textarea', 'select'].includes(tag);
      const editable = (element as HTMLElement).isContentEditable;
      const hides = getComputedStyle(element).getPropertyValue('-webkit-text-security');
      const hidden = field.type === 'password' || (hides !== '' && hides !== 'none');
      const details = tag === 'summary' ? element.closest('details') : null;
      const opens = element.getAttribute('aria-expanded');
      const menu = !['', 'false'].includes(element.getAttribute('aria-haspopup') ?? '');
      const inner = [...(element.closest('li')?.children ?? [])].find((child) => child.matches('ul, ol') && child.children.length > 0);
      const value = isField ? field.value : editable ? (element as HTMLElement).innerText : null;
      return {
        type: tag === 'input' ? field.type : isField ? tag : editable ? 'contenteditable' : null,
        value: hidden ? null : value,
        filled: value !== null && value !== '',
        readOnly: isField && field.readOnly === true,
        chosen: tag === 'select' ? [...(element as HTMLSelectElement).selectedOptions].map((option) => option.label) : [],
        expanded: details ? details.open : opens === null || menu ? null : opens === 'true',
        multiple: isField && field.multiple === true,
        folded: inner !== undefined && !inner.contains(element) && inner.getClientRects().length === 0,
        shown: isField || editable ? null : ((element as HTMLElement).innerText ?? '').slice(0, 10_000),
      };
    })
    .catch(() => null);
}

async function selectText(target: Locator): Promise<void> {
  await target.scrollIntoViewIfNeeded();
  const marked = await target.evaluate((element) => {
    if (element instanceof HTMLTextAreaElement || element instanceof HTMLInputElement) {
      element.focus();
      element.select();
      return element.selectionEnd === element.value.length;
    }
    const selection = getSelection();
    selection?.selectAllChildren(element);
    return selection?.toString().trim() === (element as HTMLElement).innerText.trim();
  });
  if (!marked) throw new PageError('its text cannot be marked');
}

/** Scrolls the nearest box around an element that can be scrolled; the page when there is none. */
const scrollAround = (target: Locator, to: 'top' | 'bottom' | 'up' | 'down'): Promise<void> =>
  target.evaluate((element, to) => {
    let box: Element | null = element;
    while (box && !(box.scrollHeight > box.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(box).overflowY)))
      box = box.parentElement;
    const scrolled = box ?? document.documentElement;
    const page = scrolled.clientHeight * 0.9;
    const top = { top: 0, bottom: scrolled.scrollHeight, up: scrolled.scrollTop - page, down: scrolled.scrollTop + page }[to];
    scrolled.scrollTo({ top, behavior: 'instant' });
  }, to);

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url.slice(0, 100));

/** Null while the window that asks has not opened yet. */
function frameOf(request: Request): Frame | null {
  try {
    return request.frame();
  } catch {
    return null;
  }
}

/** Whether what is typed into the field is not shown. */
const isSecretField = (field: Locator): Promise<boolean> =>
  field.evaluate((element) => {
    const security = getComputedStyle(element).getPropertyValue('-webkit-text-security');
    return (element as HTMLInputElement).type === 'password' || (security !== '' && security !== 'none');
  });

/** Playwright's tree shows what stands in a password field: a field that hides its text loses it here. */
async function withoutPasswords(page: Page, tree: SnapshotNode): Promise<SnapshotNode> {
  const filled: string[] = [];
  withNodes(tree, (node) => {
    if (
      ['textbox', 'searchbox', 'combobox', 'spinbutton'].includes(node.role) &&
      node.ref &&
      node.children.some((child) => typeof child === 'string')
    )
      filled.push(node.ref);
    return node;
  });
  if (filled.length === 0) return tree;
  // A field that is gone by now cannot be asked: it loses its text too.
  const secret = await Promise.all(filled.map((ref) => isSecretField(page.getByRef(ref)).catch(() => true)));
  const hidden = new Set(filled.filter((_, index) => secret[index]));
  return withNodes(tree, (node) => (node.ref && hidden.has(node.ref) ? { ...node, children: [] } : node));
}

async function save(download: Download, path: string): Promise<PageDownload> {
  await download.saveAs(path);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  const { size } = await stat(path);
  return { name: safeName(download.suggestedFilename()), path, sizeBytes: size, checksum: hash.digest('hex'), url: download.url() };
}
