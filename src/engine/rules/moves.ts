/** What one look at the page leads to, and the words for it. */
import type { EngineAction, Observation } from '../decider.js';
import type { Choice } from './choose.js';
import type { Unsent } from './sending.js';

/** Looks whether an action did what it should: null when it did, else what is wrong. */
export type Verify = (page: Observation) => Promise<string | null>;

export type Move =
  | {
      readonly type: 'act';
      readonly action: EngineAction;
      readonly intention: string | null;
      readonly confidence: number | null;
      /** More than the clause says, for the record. */
      readonly note?: string;
      /** Whether the clause is done with it. */
      readonly ends: boolean;
      readonly verify?: Verify;
    }
  /** Nothing is left to do in the clause. */
  | { readonly type: 'nothing' }
  | { readonly type: 'notYet'; readonly reason: string; readonly withinMs?: number }
  | { readonly type: 'fail'; readonly reason: string };

/** What is known between the actions of one clause. */
export interface Progress {
  /** Actions done in it. */
  count: number;
  /** Looks at the page since the last action of it. */
  looks: number;
  /** Pages read in it. */
  pages: number;
  rows: Record<string, string>[];
  /** Text of the items read last: a following page shows others. */
  lastText: string;
  /** Names of what was opened or clicked in it. */
  readonly done: string[];
  /** How many elements it is about; null until they were counted. */
  total: number | null;
  /** Whether something came over the page in it and was declined. */
  interrupted: boolean;
}

export const freshProgress = (): Progress => ({
  count: 0,
  looks: 0,
  pages: 0,
  rows: [],
  lastText: '',
  done: [],
  total: null,
  interrupted: false,
});

/** What clauses leave for the ones after them. */
export interface Memory {
  /** Text that was copied or found. */
  kept: string | null;
  /** Text that was looked for and found: `their` and `its` are about it. */
  found: string | null;
  /** Fields filled since something was clicked or pressed, by their references. */
  readonly filled: Set<string>;
  /** Null when what was filled in was sent, or nothing was. */
  unsent: Unsent | null;
  /** The field typed into last, and what lists showed before. */
  typed: { readonly ref: string; readonly before: readonly string[] } | null;
  /** Sliders without a name that were moved since the focus was last put elsewhere: the places of their numbers on the page. */
  blindSliders: readonly number[];
  readonly output: Record<string, unknown>;
}

interface ActOptions {
  readonly confidence?: number | null;
  readonly ends?: boolean;
  readonly note?: string | undefined;
  readonly verify?: Verify | undefined;
}

export const act = (
  action: EngineAction,
  intention: string | null = null,
  { confidence = null, ends = true, note, verify }: ActOptions = {},
): Move => ({ type: 'act', action, intention, confidence, ends, ...(note !== undefined && { note }), ...(verify && { verify }) });

export const notYet = (reason: string): Move => ({ type: 'notYet', reason });
export const fail = (reason: string): Move => ({ type: 'fail', reason });

/** Until there is one, look again. */
export const notChosen = (choice: Choice): Move => notYet(choice.type === 'none' ? choice.reason : 'it is plain text');
