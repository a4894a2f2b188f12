/** What the step loop and whoever decides have to say to each other. A decider never touches a page. */
import type { ElementFacts, PageAction, SnapshotNode } from '../browser/types.js';
import type { Risk } from '../protocol/task.js';
import type { ActionRecord, TaskError } from './task.js';

/** The page now. Each part is read when it is first asked for, and at most once: a decision that needs no look costs none. */
export interface Observation {
  readonly url: string;
  title(): Promise<string>;
  /** Without secrets and without the values of password fields. */
  snapshot(): Promise<SnapshotNode>;
  /** What the element of the newest snapshot holds now; null when it is gone. Without secrets. */
  inspect(ref: string): Promise<ElementFacts | null>;
}

export type EngineAction =
  /** Text to `fill` may hold `{{NAME}}`: the loop puts the secret in its place, at the last moment. */
  | PageAction
  | { readonly kind: 'pause'; readonly ms: number }
  /** Nothing is done to the page: something was read from it. `output` says what, and from where. */
  | { readonly kind: 'report'; readonly actionType: 'extract' | 'wait'; readonly output: unknown };

export type Decision =
  | {
      readonly type: 'act';
      readonly action: EngineAction;
      /** Why, in words. */
      readonly reasoning: string;
      /** Role and name of the element, in words; null when there is none. */
      readonly intention: string | null;
      /** 0..1; null where nothing was chosen. */
      readonly confidence: number | null;
      /** Consequences that the decider itself sees in it, besides those that the page tells. */
      readonly risks?: readonly Risk[];
      /** Whether a new step begins with it. */
      readonly startsStep: boolean;
    }
  /** Not yet: look again until `withinMs` have passed since the first such answer in a row, then fail with `reason`. */
  | { readonly type: 'lookAgain'; readonly withinMs: number; readonly reason: string; readonly startsStep: boolean }
  | { readonly type: 'done'; readonly output: unknown }
  | { readonly type: 'fail'; readonly reason: string; readonly errors?: readonly TaskError[] };

/** One for each run. */
export interface Decider {
  /** Addresses that the user typed besides the start page: reachable, as that one is. */
  readonly allowedUrls: readonly string[];
  /** What was extracted so far; null when nothing. */
  readonly extracted: unknown;
  /** @param history every action of the run so far, oldest first; the newest may have failed */
  decide(page: Observation, history: readonly ActionRecord[]): Promise<Decision>;
}
