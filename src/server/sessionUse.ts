/**
 * Runs in browser sessions: at most one at a time in each, and what one leaves there the next one finds.
 *
 * A session of this server is what a browser keeps, and not a window that stays open: each run opens a context of its own with
 * the cookies and stored data of the last one, on the page where that one ended.
 */
import type { Clock } from '../clock.js';
import type { BrowserState } from '../engine/task.js';
import type { BrowserStates } from './browserStates.js';
import { endedAt, endOfLife, type SessionRow, type SessionStore, statusOf } from './sessionStore.js';

/** A session may be made longer, and the clock set, while a run is in it: how often its end is looked at, in milliseconds. */
const LOOK_MS = 60_000;

/** A run's place in a session. */
export interface Place {
  readonly state: BrowserState | null;
  /** Resolves when the time of the session is over, with words for it. Rejects when `signal` aborts. */
  timeOver(signal: AbortSignal): Promise<string>;
  keep(state: BrowserState): void;
  leave(): void;
}

export class SessionUse {
  readonly #sessions: SessionStore;
  readonly #states: BrowserStates;
  readonly #clock: Clock;
  readonly #log: (line: string) => void;
  readonly #occupants = new Map<string, string>();

  constructor(sessions: SessionStore, states: BrowserStates, clock: Clock, log: (line: string) => void) {
    this.#sessions = sessions;
    this.#states = states;
    this.#clock = clock;
    this.#log = log;
  }

  /** The run at work in a session; null when it is free. */
  occupant(sessionId: string): string | null {
    return this.#occupants.get(sessionId) ?? null;
  }

  /** Why no run can begin there, in upstream's words; null when one can. */
  refusal(sessionId: string, row: SessionRow | null): string | null {
    const nowMs = this.#clock.now();
    if (row === null) return `Browser session ${sessionId} does not exist or is not live.`;
    if (endedAt(row, nowMs) === null) return null;
    return `Browser session ${sessionId} is no longer usable (status: ${statusOf(row, nowMs)}). Create a new browser session and retry.`;
  }

  /** @returns in place of a place, why there is none */
  enter(sessionId: string, runId: string): Place | string {
    const row = this.#sessions.get(sessionId);
    const refused = this.refusal(sessionId, row);
    if (refused !== null) return refused;
    const other = this.occupant(sessionId);
    if (other !== null) return `Browser session ${sessionId} is already occupied by ${other}`;
    this.#sessions.used(row!, runId);
    this.#occupants.set(sessionId, runId);
    return {
      state: this.#states.open(sessionId),
      keep: (state) => {
        try {
          this.#states.save(sessionId, state);
        } catch (error) {
          this.#log(`${sessionId}: what the browser held could not be kept: ${error}`);
        }
      },
      timeOver: (signal) => this.#timeOver(sessionId, signal),
      leave: () => void this.#occupants.delete(sessionId),
    };
  }

  async #timeOver(sessionId: string, signal: AbortSignal): Promise<string> {
    for (;;) {
      const row = this.#sessions.get(sessionId);
      const leftMs = row ? endOfLife(row) - this.#clock.now() : 0;
      if (leftMs <= 0) return `Browser session ${sessionId} was closed: its time was over`;
      await this.#clock.sleep(Math.min(leftMs, LOOK_MS), signal);
    }
  }
}
