/** What the step loop and whoever decides have to say to each other. A decider never touches a page. */
import type { DialogAnswer, ElementFacts, PageAction, PageDialog, PageTab, SnapshotNode } from '../browser/types.js';
import type { Clock } from '../clock.js';
import type { Usage } from '../model/types.js';
import type { Risk } from '../protocol/task.js';
import type { ActionRecord, StepArtifact, SubtaskEnd, SubtaskStart, TaskError, TaskSpec, ThoughtRecord } from './task.js';

/** The page now. Each part is read when it is first asked for, and at most once: a decision that needs no look costs none. */
export interface Observation {
  readonly url: string;
  title(): Promise<string>;
  /** Without secrets and without the values of password fields. Nodes say where they are when `Decider.looksAtPlaces`. */
  snapshot(): Promise<SnapshotNode>;
  /** What the element of the newest snapshot holds now; null when it is gone. Without secrets. */
  inspect(ref: string): Promise<ElementFacts | null>;
  /** Whether the one visible element with exactly this text works like a link. */
  isPointer(text: string): Promise<boolean>;
  /** How many icons without a name could be meant, in the elements of these refs or anywhere. */
  countIcons(name: string, within: readonly string[]): Promise<number>;
  /** Dialogs of the browser since the newest action began. */
  dialogs(): readonly PageDialog[];
  tabs(): Promise<readonly PageTab[]>;
  /** PNG of the viewport, fields that hold a secret covered; null when the page cannot be drawn in time. */
  screenshot(): Promise<Uint8Array | null>;
  /** The document, without secrets; null when it cannot be had in time. */
  html(): Promise<string | null>;
}

/** What a decider is given of the run that it decides for. */
export interface RunHooks {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Counts to the step that begins with the next decision. */
  spent(usage: Usage): void;
  /** Leaves something with the step that begins with the next decision. Secrets are taken out of it. */
  leave(artifact: StepArtifact): void;
  /** Records a thought now. */
  think(thought: ThoughtRecord): Promise<void>;
  /** The next step begins a part of the task with a goal of its own. */
  subtask(part: SubtaskStart): Promise<void>;
  subtaskEnded(end: SubtaskEnd): Promise<void>;
}

/** Makes the decider of one run. */
export type DeciderFactory = (spec: TaskSpec, hooks: RunHooks) => Decider | Promise<Decider>;

export type EngineAction =
  /** Text to `fill` may hold `{{NAME}}`: the loop puts the secret in its place, at the last moment. */
  | PageAction
  /** `sinceLastAction`: what has passed since the action before it ended counts, as the time that its record took. */
  | { readonly kind: 'pause'; readonly ms: number; readonly sinceLastAction?: true }
  /** Nothing is done to the page: something was read from it. `output` says what, and from where. */
  | { readonly kind: 'report'; readonly actionType: 'extract' | 'wait' | 'complete' | 'terminate'; readonly output: unknown }
  /** A person is asked to look or do something, and the run waits. */
  | { readonly kind: 'person'; readonly instructions: string }
  /** Files of the run, by their names in `TaskSpec.files`. */
  | { readonly kind: 'giveFiles'; readonly ref: string; readonly names: readonly string[] };

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
      /** What the first dialog of the browser that it opens is told; without it, or after it, dialogs are dismissed. */
      readonly answer?: DialogAnswer;
      /** Why it counts as failed although it was carried out: an end that was not accepted. */
      readonly rejected?: string;
    }
  /** Not yet: look again until `withinMs` have passed since the first such answer in a row, then fail with `reason`. */
  | { readonly type: 'lookAgain'; readonly withinMs: number; readonly reason: string; readonly startsStep: boolean }
  | { readonly type: 'done'; readonly output: unknown }
  /** `terminated`: the goal cannot be reached, or must not be. */
  | { readonly type: 'fail'; readonly status?: 'failed' | 'terminated'; readonly reason: string; readonly errors?: readonly TaskError[] };

/** One for each run. */
export interface Decider {
  /** Addresses that the user typed besides the start page: reachable, as that one is. */
  readonly allowedUrls: readonly string[];
  /** What was extracted so far; null when nothing. */
  readonly extracted: unknown;
  readonly looksAtPlaces?: boolean;
  /** Whether the next decision is certain to begin a step: then it is not asked for when no step is left. */
  readonly beginsStep?: boolean;
  /** When the run is over, however it ended. */
  close?(): Promise<void>;
  /** @param history every action of the run so far, oldest first; the newest may have failed */
  decide(page: Observation, history: readonly ActionRecord[]): Promise<Decision>;
}
