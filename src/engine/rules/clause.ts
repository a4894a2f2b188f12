/** What the rules engine understands: a prompt is a list of these. Types only. */
import type { ClickHow, DialogAnswer } from '../../browser/types.js';

export type ElementKind =
  | 'link'
  | 'button'
  /** A button or link that is a picture, with a name that is not shown. */
  | 'icon'
  | 'tab'
  | 'checkbox'
  | 'radio'
  | 'menuitem'
  | 'option'
  | 'field'
  /** A text field of several lines. */
  | 'textarea'
  /** A text field of one line. */
  | 'textline'
  /** Whatever holds a value: a field, a list or a slider. */
  | 'control'
  | 'list'
  | 'slider'
  | 'spinner'
  | 'file'
  | 'treeitem'
  | 'image'
  | 'heading'
  | 'paragraph';

/** Part of a page, as in `the "Billing" section` or `the dialog`. */
export interface Part {
  readonly kind: PartKind;
  readonly name: string | null;
}

export type PartKind = 'dialog' | 'form' | 'table' | 'section' | 'list' | 'menu' | 'navigation' | 'header' | 'footer' | 'sidebar';

/** Where an element is: in a part of the page, or in the one item (a row, a post, a card) that shows a text. */
export type Scope = { readonly part: Part } | { readonly about: string } | { readonly items: Items };

/** An element, as the prompt names it. */
export interface Target {
  /** As written; null where only the kind says what is meant, as in `the text field`. */
  readonly name: string | null;
  /** As in `link`, `button`, `field`; null when the prompt does not say. */
  readonly kind: ElementKind | null;
  /** 1 is the first of several, -1 the last; null when one is meant. */
  readonly ordinal: number | null;
  /** Null for anywhere on the page. */
  readonly within: Scope | null;
  /** Whether any element of the kind will do, as in `a checkbox`. */
  readonly any: boolean;
}

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

/** What to type. */
export type Text =
  /** May hold `{{NAME}}`. */
  | { readonly literal: string }
  /** The value that the page shows beside this label. */
  | { readonly valueOf: string }
  /** What was copied or found before. */
  | { readonly kept: true }
  /** The one text that the page shows besides its fields. */
  | { readonly shown: true };

/** A suggestion by its name, or by its letters; `any`: the first of several will do. */
export type Suggested = { readonly name: string } | { readonly starts: string; readonly ends: string | null; readonly any: boolean };

/** A day of the calendar; months count from 1. */
export interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** As written. */
  readonly text: string;
}

/** What is opened one after the other until an element shows. */
export type Covers = 'sections' | 'tabs' | 'tree' | 'menus';

export type Command =
  | { readonly kind: 'goto'; readonly url: string }
  /** `sends`: the name is that of a deed, as in `press login`, and need not stand on the button. */
  | { readonly kind: 'click'; readonly target: Target; readonly download: boolean; readonly sends?: true; readonly how?: ClickHow }
  /** What a dialog is answered that the clause before opened: one of the browser, or else of the page. */
  | ({ readonly kind: 'answer' } & DialogAnswer)
  | { readonly kind: 'hover'; readonly target: Target }
  /** In each of the items that show a text, or in the first `count` of them. */
  | { readonly kind: 'clickEach'; readonly target: Target; readonly about: string; readonly count: number | null }
  | { readonly kind: 'openItem'; readonly items: Items }
  /** On this page of a list, or on one of the following. */
  | { readonly kind: 'findText'; readonly text: string }
  /** The value that the page shows beside this label, for what was found before. */
  | { readonly kind: 'clickValue'; readonly label: string }
  /** Opens what may hide the element, then clicks it. */
  | { readonly kind: 'findAndClick'; readonly target: Target; readonly covers: Covers }
  /** `described`: `into` is the noun that the text itself has, as in `enter the name "Ada"`. */
  | { readonly kind: 'type'; readonly text: Text; readonly into: Target | null; readonly fields: 'one' | 'both' | 'all' | 'described' }
  /** `orEach`: where no option is called `Trinidad and Tobago`, the two of them. */
  | {
      readonly kind: 'select';
      readonly options: readonly string[];
      readonly orEach: readonly string[] | null;
      readonly from: Target | null;
    }
  /** One of what a field suggests: with `starts` it is typed into the field first, else an earlier clause has typed. */
  | { readonly kind: 'suggestion'; readonly which: Suggested; readonly into: Target | null }
  | { readonly kind: 'selectNothing' }
  /** Through a menu and its submenus. */
  | { readonly kind: 'selectPath'; readonly path: readonly string[] }
  | { readonly kind: 'check'; readonly targets: readonly Target[]; readonly checked: boolean }
  | { readonly kind: 'checkAll'; readonly checked: boolean }
  /** A slider or spinner; `of`: how many of them the page must have, where each gets its number. */
  | { readonly kind: 'adjust'; readonly value: number; readonly target: Target; readonly of?: number }
  /** A field, a dropdown or a slider, whichever has the name. */
  | { readonly kind: 'set'; readonly target: Target; readonly value: string }
  | { readonly kind: 'date'; readonly day: Day; readonly target: Target | null }
  /** `time` as `HH:MM`, of 24 hours. */
  | { readonly kind: 'time'; readonly time: string; readonly text: string; readonly target: Target | null }
  /** Files of the run, by their names. */
  | { readonly kind: 'upload'; readonly files: readonly string[]; readonly target: Target | null }
  | { readonly kind: 'copy'; readonly from: Target }
  | { readonly kind: 'paste'; readonly into: Target | null }
  | { readonly kind: 'findWord'; readonly ordinal: number; readonly in: Target }
  | { readonly kind: 'highlight'; readonly target: Target }
  | { readonly kind: 'expand'; readonly target: Target | 'one' | 'all'; readonly open: boolean }
  | { readonly kind: 'close'; readonly part: Part; readonly by: Target | null }
  | { readonly kind: 'sort'; readonly column: string; readonly descending: boolean; readonly table: string | null }
  /** `said`: the word that may also be the name of an element, as in `press Delete`; null when the prompt says that it is a key. */
  | { readonly kind: 'press'; readonly key: string; readonly said: string | null }
  | { readonly kind: 'waitText'; readonly text: string }
  | { readonly kind: 'pause'; readonly ms: number }
  | { readonly kind: 'history'; readonly to: 'back' | 'forward' | 'reload' }
  /** The page, or what is shown in an element of its own. */
  | { readonly kind: 'scroll'; readonly to: 'top' | 'bottom' | 'up' | 'down'; readonly in: Target | null }
  | { readonly kind: 'login'; readonly user: string; readonly password: string }
  | { readonly kind: 'getPage'; readonly fields: readonly ('title' | 'url' | 'heading')[] }
  | { readonly kind: 'getText'; readonly target: Target }
  | { readonly kind: 'getFields'; readonly fields: readonly Field[] }
  /** Of the one item of the list that shows a text. */
  | { readonly kind: 'getOf'; readonly fields: readonly Field[]; readonly about: string }
  | {
      readonly kind: 'getItems';
      readonly fields: readonly Field[];
      readonly items: Items;
      readonly pages: Pages | null;
      /** Whether the prompt says that the items of this page are enough. */
      readonly thisPage: boolean;
    };

export interface Clause {
  /** As the prompt has it. */
  readonly text: string;
  readonly command: Command;
  /** What the clause after it says to a dialog that this one opens. */
  readonly answer?: DialogAnswer;
}
