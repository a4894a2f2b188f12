/**
 * The events of one run: the public contract that every renderer reads, `--output ndjson` prints and `--record` keeps.
 *
 * Fields are stable: adding is allowed, changing is not. Times in `at` are epoch milliseconds, when we saw it; the server's
 * own times are inside the items. `id` is unique in its stream and holds the position in it, so that `tail --after ID` resumes;
 * every watch of a finished run gives the same ids, while one that saw it live told versions that are gone. A stream that goes on
 * may tell a screenshot again whose action changed since: it has no time of its own.
 */
import type { ExitCode } from '../errors.js';
import type { Artifact } from '../protocol/artifact.js';
import type { Run } from '../protocol/run.js';
import type { Action, Block, Step, Thought } from '../protocol/timeline.js';

interface EventBase {
  readonly v: 1;
  /** 1, 2, 3, ... within one stream. */
  readonly seq: number;
  readonly at: number;
  readonly run_id: string;
  readonly id: string;
}

/** A block without what is told by events of its own. (`Omit` would lose the known fields of a type that is open.) */
export type BlockItem = { readonly [Key in keyof Block as Key extends 'actions' ? never : Key]: Block[Key] };

/** What follows an attempt that failed. */
export interface NextAttempt {
  /** 2, 3, ... */
  readonly number: number;
  /** When it starts, epoch ms by the server's clock; null when it does not say. */
  readonly at: number | null;
}

export type RunEventBody =
  /** First of every stream. */
  | { readonly type: 'run'; readonly run: Run }
  /** `since`: when the run entered `to` by the server's own times (epoch ms), null when the server does not say. */
  | {
      readonly type: 'status';
      readonly from: string | null;
      readonly to: string;
      readonly since: number | null;
      /** Only where the run starts again under the same id. */
      readonly next_attempt?: NextAttempt;
    }
  /** `parent_type`: what kind of block encloses it, which may be told later than what it encloses. */
  | { readonly type: 'block'; readonly block: BlockItem; readonly parent_id: string | null; readonly parent_type?: string | null }
  | { readonly type: 'step'; readonly step: Step }
  /** `block_id` of the enclosing block, null for actions of a bare task. */
  | { readonly type: 'action'; readonly action: Action; readonly block_id: string | null }
  | { readonly type: 'thought'; readonly thought: Thought; readonly parent_id: string | null }
  | { readonly type: 'screenshot'; readonly artifact: Artifact | null; readonly artifact_id: string; readonly action_id: string | null }
  /** The run waits for a person. `resolved` true when it no longer does. */
  | {
      readonly type: 'attention';
      readonly kind: 'paused' | 'totp';
      readonly message: string;
      readonly instructions: string | null;
      readonly resolved: boolean;
    }
  /** The network failed us; the run goes on. `delay_ms` until the next try. */
  | { readonly type: 'retrying'; readonly attempt: number; readonly delay_ms: number; readonly reason: string }
  /** The server answers again, `silent_ms` after it was first found silent. */
  | { readonly type: 'reconnected'; readonly silent_ms: number }
  | { readonly type: 'stalled'; readonly silent_ms: number }
  | { readonly type: 'notice'; readonly code: string; readonly message: string }
  /** Last of every stream, on every ending: a verdict, a time-out, a detach, an error. */
  | {
      readonly type: 'result';
      readonly run: Run | null;
      readonly status: string | null;
      readonly exit_code: ExitCode;
      /** What ended the watch when it was not the run's own end. */
      readonly error: { readonly code: string; readonly message: string; readonly hint: string } | null;
    };

export type RunEvent = EventBase & RunEventBody;
export type EventType = RunEvent['type'];
