/** What the renderers of one run are given: its name, the time, and what a person may do to it. */
import type { Clock } from '../clock.js';
import type { Run } from '../protocol/run.js';
import type { Activity } from './activity.js';
import type { Notify } from './signals.js';

/** What a person at the live view may do to the run. Promises resolve when the server has accepted; a rejection is shown, not thrown. */
export interface Controls {
  /** Stop watching; the run goes on. The caller aborts the watch. */
  detach(): void;
  cancel(): Promise<unknown>;
  /** The yes to what a paused run asks. The no is `cancel`. */
  approve?(): Promise<unknown>;
  /** Gives the run a one-time code. Left out where the run takes none. */
  sendCode?(code: string): Promise<unknown>;
  /** Whether a browser was asked to show the address. */
  open?(url: string): Promise<boolean>;
  /** The bytes of a screenshot: the named one, else the newest; null when there is none. */
  screenshot?(artifactId: string | null): Promise<Uint8Array | null>;
}

export interface RenderersOptions {
  readonly runId: string;
  readonly clock: Clock;
  readonly controls: Controls;
  readonly title?: string | null;
  /** False for `--no-color`. */
  readonly color?: boolean;
  /** The requests that the watch makes, where there are any. */
  readonly activity?: Activity;
  /** Whether people are told how often the server is asked. */
  readonly verbose?: boolean;
  /** How a person hears of the end and of a run that waits. */
  readonly notify?: Notify;
  /** The exact command that watches this run again, `skyvern run watch ID` unless more is needed to find it. */
  readonly resumeCommand?: string;
  /** What `--json` writes of the run: the run itself, or what a query makes of it. */
  readonly document?: (run: Run) => unknown;
}

export interface LiveOptions extends RenderersOptions {
  /** Whether the card at the end shows what the run gave. */
  readonly showOutput?: boolean;
}
