/** What the rules engine understands: a prompt is a list of these. Types only. */

/** An element, as the prompt names it. */
export interface Target {
  /** As written; null where only the kind says what is meant, as in `the text field`. */
  readonly name: string | null;
  /** As in `link`, `button`, `field`; null when the prompt does not say. */
  readonly kind: ElementKind | null;
  /** 1 is the first of several; null when one is meant. */
  readonly ordinal: number | null;
}

export type ElementKind = 'link' | 'button' | 'tab' | 'checkbox' | 'radio' | 'menuitem' | 'option' | 'field' | 'list' | 'image' | 'heading';

/** Items of the main list of a page. */
export interface Items {
  /** As written, as in `posts`. */
  readonly noun: string;
  /** `one`: the n-th; `many`: the first n, or all when `count` is null. */
  readonly which: { readonly one: number } | { readonly many: number | null };
}

export interface Pages {
  /** Null for every page. */
  readonly count: number | null;
  /** Name of the link to the following page; null for the usual ones. */
  readonly next: string | null;
}

/** A field to extract: its name as written, and whether it was quoted. */
export interface Field {
  readonly name: string;
  readonly quoted: boolean;
}

/** Text to type may hold `{{NAME}}`. */
export type Command =
  | { readonly kind: 'goto'; readonly url: string }
  | { readonly kind: 'click'; readonly target: Target; readonly download: boolean }
  | { readonly kind: 'openItem'; readonly items: Items }
  /** `target` null: the one text field of the page. */
  | { readonly kind: 'type'; readonly text: string; readonly target: Target | null }
  | { readonly kind: 'select'; readonly options: readonly string[]; readonly from: Target | null }
  | { readonly kind: 'check'; readonly target: Target; readonly checked: boolean }
  | { readonly kind: 'press'; readonly key: string }
  | { readonly kind: 'waitText'; readonly text: string }
  | { readonly kind: 'pause'; readonly ms: number }
  | { readonly kind: 'history'; readonly to: 'back' | 'forward' | 'reload' }
  | { readonly kind: 'scroll'; readonly to: 'top' | 'bottom' | 'up' | 'down' }
  | { readonly kind: 'login'; readonly user: string; readonly password: string; readonly submit: boolean }
  | { readonly kind: 'getPage'; readonly fields: readonly ('title' | 'url' | 'heading')[] }
  | { readonly kind: 'getText'; readonly target: Target }
  | { readonly kind: 'getFields'; readonly fields: readonly Field[] }
  | { readonly kind: 'getItems'; readonly fields: readonly Field[]; readonly items: Items; readonly pages: Pages | null };

export interface Clause {
  /** As the prompt has it. */
  readonly text: string;
  readonly command: Command;
}
