/** What the engine knows of a browser. Types only: nothing here needs playwright-core. */
import type { Io } from '../io.js';

/** The part of the outside world that finding and starting a browser needs. */
export type Host = Pick<Io, 'env' | 'platform' | 'arch' | 'getuid'>;

/** One node of the accessibility tree of a page, frames included. All text in it is the page's own: untrusted. */
export interface SnapshotNode {
  readonly role: string;
  /** Accessible name; empty when there is none. */
  readonly name: string;
  /** What `PageAction.ref` takes; null for what cannot be acted on. */
  readonly ref: string | null;
  /** Where a link leads, as written in the page; null for all else. */
  readonly url: string | null;
  readonly level: number | null;
  readonly checked: boolean | 'mixed';
  readonly selected: boolean;
  readonly disabled: boolean;
  /** Whether the mouse pointer becomes a hand over it. */
  readonly pointer: boolean;
  /** Text and elements in document order. A text field's one child is its value. */
  readonly children: readonly (string | SnapshotNode)[];
}

/** Something done to the current page. A `ref` is one of the newest snapshot. */
export type PageAction =
  | { readonly kind: 'goto'; readonly url: string }
  | { readonly kind: 'click'; readonly ref: string; readonly download: boolean }
  /** A click on the one visible element with exactly this text: for what has no ref of its own. With `mustBePointer` only where the pointer becomes a hand. */
  | { readonly kind: 'clickText'; readonly text: string; readonly mustBePointer: boolean }
  /** With `onlyInto`, an origin, nothing is typed into a document of another one: `WrongOrigin`. */
  | { readonly kind: 'fill'; readonly ref: string; readonly text: string; readonly onlyInto: string | null }
  | { readonly kind: 'select'; readonly ref: string; readonly option: string }
  | { readonly kind: 'check'; readonly ref: string; readonly checked: boolean }
  | { readonly kind: 'press'; readonly key: string }
  | { readonly kind: 'history'; readonly to: 'back' | 'forward' | 'reload' }
  | { readonly kind: 'scroll'; readonly to: 'top' | 'bottom' | 'up' | 'down' };

/** A file that a page gave, kept in the run's folder. */
export interface PageDownload {
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
  /** SHA-256, hex. */
  readonly checksum: string;
  readonly url: string;
}

/** What happened to the page besides what was asked. */
export type PageEvent =
  | { readonly type: 'dialog'; readonly kind: string; readonly message: string }
  | { readonly type: 'opened'; readonly url: string }
  | { readonly type: 'refused'; readonly host: string; readonly reason: string }
  | { readonly type: 'download'; readonly file: PageDownload };

/** What the page or the browser would not do. `message` is for people: one sentence without a full stop. */
export class PageError extends Error {}

/** Raised by `fill` with `onlyInto`. */
export class WrongOrigin extends Error {
  readonly origin: string;
  constructor(origin: string) {
    super(`the field is in a document of ${origin}`);
    this.origin = origin;
  }
}

/** The page that a run looks at: the newest tab that it opened. Calls reject with a `PageError` when browser or page do not do it. */
export interface BrowserPage {
  url(): string;
  title(): Promise<string>;
  /** Without the value of any password field. */
  snapshot(): Promise<SnapshotNode>;
  /** PNG of the viewport; null when the page cannot be drawn in time. */
  screenshot(): Promise<Uint8Array | null>;
  /** Resolves when what the action set off has come to rest. `secretField`: the text went into a password field. */
  perform(action: PageAction): Promise<{ readonly secretField: boolean }>;
  /** What happened since the last call; waits as long for files that are still coming. Never rejects. */
  takeEvents(waitMs: number): Promise<readonly PageEvent[]>;
}

export interface BrowserSession {
  readonly page: BrowserPage;
  /** Closes the tabs and forgets cookies, storage and downloads in the browser. Never rejects. */
  close(): Promise<void>;
}

export interface SessionOptions {
  readonly headed: boolean;
  /** Browser to start; null for the one that is found. */
  readonly path: string | null;
  /** CDP address to connect to instead of starting one. */
  readonly address: string | null;
  readonly cdpHeaders: Readonly<Record<string, string>>;
  readonly extraHttpHeaders: Readonly<Record<string, string>>;
  /** Addresses that the user typed: reachable although they are on loopback or private. */
  readonly allowedUrls: readonly string[];
  readonly downloadsDir: string;
}

/** Where sessions come from: one warm browser, one isolated context for each session. */
export interface BrowserPool {
  open(options: SessionOptions): Promise<BrowserSession>;
  close(): Promise<void>;
}
