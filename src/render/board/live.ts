/** What the renderers of many runs are given, and what they are told besides events. */
import type { Clock } from '../../clock.js';
import type { Renderer } from '../renderer.js';

export interface BoardControls {
  /** Stop watching; the runs go on. */
  detach(): void;
  /** Shows one run on the terminal that the board has left: until it has ended, or somebody has seen enough. */
  open(runId: string): Promise<'ended' | 'left'>;
}

export interface BoardOptions {
  readonly clock: Clock;
  readonly controls: BoardControls;
  /** How many runs are watched. */
  readonly expected: number;
  /** False for `--no-color`. */
  readonly color?: boolean;
}

export interface BoardRenderer extends Renderer {
  /** The server answered, with or without news. */
  answered(): void;
}
