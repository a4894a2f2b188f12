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
  /** Whether the part that it controls is open; null for what opens nothing. */
  readonly expanded?: boolean | null;
  /** Of a toggle button; null for all else. */
  readonly pressed?: boolean | 'mixed' | null;
  /** Whether it has the keyboard's focus. */
  readonly focused?: boolean;
  /** Hint inside of an empty text field. */
  readonly placeholder?: string | null;
  /** Where it is in its frame's viewport, in CSS pixels; only when asked for. */
  readonly box?: Box | null;
  /** Text and elements in document order. A text field's one child is its value. */
  readonly children: readonly (string | SnapshotNode)[];
}

/** A file to give to a page, under this name. */
export interface PageFile {
  readonly name: string;
  readonly path: string;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Something done to the current page. A `ref` is one of the newest snapshot. */
export type PageAction =
  | { readonly kind: 'goto'; readonly url: string }
  | { readonly kind: 'click'; readonly ref: string; readonly download: boolean; readonly how?: ClickHow }
  /** A click on the one visible element with exactly this text: for what has no ref of its own. With `mustBePointer` only where the pointer becomes a hand. */
  | { readonly kind: 'clickText'; readonly text: string; readonly mustBePointer: boolean; readonly how?: ClickHow }
  /** The one icon that has no name but what its classes say, in the elements of these refs, or anywhere when there are none; it must work like a link. */
  | { readonly kind: 'clickIcon'; readonly name: string; readonly within: readonly string[]; readonly how?: ClickHow }
  /**
   * With `onlyInto`, an origin, nothing is typed into a document of another one: `WrongOrigin`. Such text holds `secrets`, or is one: they
   * are covered in pictures from then on.
   */
  | {
      readonly kind: 'fill';
      readonly ref: string;
      readonly text: string;
      readonly onlyInto: string | null;
      readonly secrets?: readonly string[];
    }
  | { readonly kind: 'select'; readonly ref: string; readonly option: string }
  /** Of a list that takes several, these and no others. */
  | { readonly kind: 'selectMany'; readonly ref: string; readonly options: readonly string[] }
  | { readonly kind: 'check'; readonly ref: string; readonly checked: boolean }
  /** Marks what the element shows, as a reader does with the mouse; the selection is then exactly its text. */
  | { readonly kind: 'selectText'; readonly ref: string }
  /** Into the element with `ref`, else into what has the focus. */
  | { readonly kind: 'press'; readonly key: string; readonly ref?: string }
  | { readonly kind: 'hover'; readonly ref: string }
  | { readonly kind: 'drag'; readonly ref: string; readonly to: string }
  /** Gives files to a file field, or to what asks for files when it is clicked. Paths are the caller's to check. */
  | { readonly kind: 'upload'; readonly ref: string; readonly files: readonly PageFile[] }
  /** Makes another open tab the current one; `index` counts from 0 as `tabs()` does. */
  | { readonly kind: 'tab'; readonly index: number }
  | { readonly kind: 'closeTab' }
  | { readonly kind: 'history'; readonly to: 'back' | 'forward' | 'reload' }
  /** The page, or the element with `ref` and what scrolls around it. */
  | { readonly kind: 'scroll'; readonly to: 'top' | 'bottom' | 'up' | 'down'; readonly ref?: string };

/** Other than one click with the main button. */
export type ClickHow = 'double' | 'right';

/** What to say to the first dialog of the browser that an action opens; `text` is for what asks for some. */
export interface DialogAnswer {
  readonly accept: boolean;
  readonly text: string | null;
}

/** A dialog of the browser: an alert, a question, a question for text. */
export interface PageDialog {
  readonly kind: string;
  readonly message: string;
  readonly accepted: boolean;
}

/** What an action would act on. All text is the page's own: untrusted, and cut to a few hundred characters. */
export interface ActionTarget {
  /** What stands on it; of a field its hint. */
  readonly name: string;
  readonly isLink: boolean;
  /** Whether it is a text of several lines, in which Enter need not submit anything. */
  readonly isText: boolean;
  readonly byKey: boolean;
  /** Heading and label of the dialog or part of the page around it; of a dialog its text. */
  readonly context: string;
  /** The form that the action submits, or null. */
  readonly form: {
    readonly method: string;
    readonly submitLabel: string;
    readonly fields: readonly { readonly type: string; readonly name: string; readonly autocomplete: string }[];
  } | null;
}

/** What an element is and holds, where the accessibility tree does not tell. */
export interface ElementFacts {
  /** `textarea`, `select`, `contenteditable` or the type of an input, as `text`, `date`, `range`, `file`; null for what is no field. */
  readonly type: string | null;
  /** Null where there is none, and where the field hides it. */
  readonly value: string | null;
  /** Whether the field holds anything. */
  readonly filled: boolean;
  readonly readOnly: boolean;
  /** Labels of the chosen options of a `select`. */
  readonly chosen: readonly string[];
  /** Whether the part of the page that it controls is open; null for what opens none, or a menu. */
  readonly expanded: boolean | null;
  /** Whether several options, or files, can be chosen. */
  readonly multiple: boolean;
  /** Whether it is an item of a list, or stands in one, that hides a list of its own: a closed folder. */
  readonly folded?: boolean;
  /** What a reader sees of it as one text; null for a field. */
  readonly shown?: string | null;
}

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
  | ({ readonly type: 'dialog' } & PageDialog)
  | { readonly type: 'opened'; readonly url: string }
  | { readonly type: 'refused'; readonly host: string; readonly reason: string }
  | { readonly type: 'download'; readonly file: PageDownload };

/** What the page or the browser would not do. `message` is for people: one sentence without a full stop. */
export class PageError extends Error {}

/** Message of a `PageError`: something lies over what was to be clicked, and nothing was clicked. */
export const COVERED = 'another element covers it';

/** Raised by `fill` with `onlyInto`. */
export class WrongOrigin extends Error {
  readonly origin: string;
  constructor(origin: string) {
    super(`the field is in a document of ${origin}`);
    this.origin = origin;
  }
}

export interface PageTab {
  readonly url: string;
  readonly title: string;
  readonly current: boolean;
}

export interface PrintOptions {
  readonly format: 'A4' | 'Letter' | 'Legal' | 'Tabloid';
  readonly landscape: boolean;
  /** Whether colours and pictures behind the text are printed. */
  readonly background: boolean;
  /** Plain text above and below each page; null: none. */
  readonly head: string | null;
  readonly foot: string | null;
}

/** The page that a run looks at: the newest tab that it opened, or the one that it went to. Calls reject with a `PageError` when browser or page do not do it. */
export interface BrowserPage {
  url(): string;
  title(): Promise<string>;
  /** Without the value of any password field. @param options.boxes whether nodes say where they are */
  snapshot(options?: { readonly boxes?: boolean }): Promise<SnapshotNode>;
  /** Null when the element is no longer there. */
  inspect(ref: string): Promise<ElementFacts | null>;
  /** Whether the pointer becomes a hand over the one visible element with exactly this text. */
  isPointer(text: string): Promise<boolean>;
  /** How many icons without a name `clickIcon` could mean. */
  countIcons(name: string, within: readonly string[]): Promise<number>;
  /** Dialogs of the browser since the newest action began. */
  dialogs(): readonly PageDialog[];
  /** Every open tab, the oldest first. */
  tabs(): Promise<readonly PageTab[]>;
  /** The document as it is now, of the top frame; null when it cannot be had in time. */
  html(): Promise<string | null>;
  /** PNG of the viewport; null when the page cannot be drawn in time. */
  screenshot(): Promise<Uint8Array | null>;
  /** As a PDF, what was typed as a secret left out. */
  print(options: PrintOptions): Promise<Uint8Array>;
  /** What `action` would act on; null when that sets nothing off. */
  target(action: PageAction): Promise<ActionTarget | null>;
  /**
   * Resolves when what the action set off has come to rest. `secretField`: the text went into a password field. Dialogs are dismissed, but
   * for the first one where there is an `answer`, which holds until the next action.
   */
  perform(action: PageAction, answer?: DialogAnswer | null): Promise<{ readonly secretField: boolean }>;
  /** What happened since the last call; waits as long for files that are still coming. Never rejects. */
  takeEvents(waitMs: number): Promise<readonly PageEvent[]>;
}

/** A file of evidence, complete under its name. */
export interface EvidenceFile {
  readonly type: 'browser_console_log' | 'har' | 'recording';
  readonly path: string;
  readonly sizeBytes: number;
  /** SHA-256, hex. */
  readonly checksum: string;
}

/** Takes secrets out of text, and of plain data. */
export interface Clean {
  text(text: string): string;
  deep<T>(value: T): T;
}

export interface EvidenceOptions {
  /** Of this run alone; made when needed. */
  readonly folder: string;
  readonly clean: Clean;
}

/** What of a browser can be had again in another context: `storage` is cookies and stored data of origins, as the browser's library has them. */
export interface BrowserState {
  /** Where the current tab was; null: on no page. */
  readonly url: string | null;
  readonly storage: object;
}

export interface BrowserSession {
  readonly page: BrowserPage;
  /** As it is now; null when the browser does not tell it in time. Never rejects. */
  state(): Promise<BrowserState | null>;
  /** Ends the collecting of evidence; resolves with console log and HTTP archive. Never rejects. */
  evidence(): Promise<readonly EvidenceFile[]>;
  /** After `evidence()`, and while the pool is open: the recording, which takes time to make. Null when there is none. Never rejects. */
  recording(signal: AbortSignal): Promise<EvidenceFile | null>;
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
  /** For one file, from the click to its last byte; null or left out: as long as the session lasts. */
  readonly downloadTimeoutMs?: number | null;
  /** Cookies and stored data to begin with; null or left out: none. The page is not opened again. */
  readonly state?: BrowserState | null;
  /** Null or left out: no evidence is collected. */
  readonly evidence?: EvidenceOptions | null;
}

export interface WebRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly followRedirects: boolean;
  /** Addresses that the user typed, as of a session. */
  readonly allowedUrls: readonly string[];
}

export interface WebAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** After redirects. */
  readonly url: string;
}

/** Where sessions come from: one warm browser, one isolated context for each session. */
export interface BrowserPool {
  open(options: SessionOptions): Promise<BrowserSession>;
  /** Asks without a browser, by the same way out. Rejects with a `PageError` when there is no answer, or with the reason of `signal`. */
  request(asked: WebRequest, signal: AbortSignal): Promise<WebAnswer>;
  close(): Promise<void>;
}
