/**
 * Reading what a run does: its timeline, or the steps and actions of a task v1, which has none (reference: progress of a task).
 *
 * Best effort: a failure here is one notice and never the end of a watch.
 */
import { ApiError, SkyvernError } from '../errors.js';
import { runKind } from '../protocol/ids.js';
import { type Fact, newestChange } from './cursor.js';
import { actionFacts, stepFact, timelineFacts } from './facts.js';
import type { ReadOptions, RunSource } from './source.js';

export type Reading =
  | {
      readonly facts: readonly Fact[];
      /** Everything that changed before it, in microseconds, is among the facts. */
      readonly horizon: number;
    }
  /** Nothing now; `problem` is worth telling once. */
  | { readonly facts: null; readonly problem: string | null };

export class Details {
  readonly #source: RunSource;
  readonly #runId: string;
  #hasTimeline = true;

  constructor(source: RunSource, runId: string) {
    this.#source = source;
    this.#runId = runId;
  }

  /** Rejects only when `call.signal` aborts, with its reason, or for a bug. */
  async read(call: ReadOptions): Promise<Reading> {
    try {
      return this.#hasTimeline ? await this.#timeline(call) : await this.#stepsAndActions(call);
    } catch (error) {
      if (call.signal?.aborted) throw call.signal.reason;
      if (!(error instanceof SkyvernError)) throw error;
      // A queued task v2 has no inner run yet and answers 400: it will have a timeline.
      const notYet = error instanceof ApiError && error.status === 400;
      return { facts: null, problem: notYet ? null : error.message };
    }
  }

  async #timeline(call: ReadOptions): Promise<Reading> {
    try {
      const facts = timelineFacts(await this.#source.timeline(this.#runId, call));
      return { facts, horizon: newestChange(facts) };
    } catch (error) {
      const none = error instanceof ApiError && error.status === 400 && runKind(this.#runId) === 'task';
      if (!none) throw error;
      this.#hasTimeline = false;
      return this.#stepsAndActions(call);
    }
  }

  async #stepsAndActions(call: ReadOptions): Promise<Reading> {
    const [steps, actions] = await Promise.all([this.#source.steps(this.#runId, call), this.#source.actions(this.#runId, call)]);
    const [stepFacts, factsOfActions] = [steps.map(stepFact), actions.flatMap((action) => actionFacts(action, null))];
    return { facts: [...stepFacts, ...factsOfActions], horizon: Math.min(newestChange(stepFacts), newestChange(factsOfActions)) };
  }
}
