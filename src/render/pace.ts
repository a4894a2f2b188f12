/** How often pictures are painted. */
import type { Clock } from '../clock.js';

/** 28 pictures in any second: with the first and the last, which wait for nothing, never more than 30. */
export const FRAME_MS = 36;

export interface Pace {
  /** Paints now, or as soon as the last picture is old enough: once, however often it is asked for meanwhile. */
  draw(): void;
  /** Paints whatever the time: the last picture. */
  now(): void;
}

/** @param closed from then on `draw()` paints nothing */
export function paced(paint: () => void, clock: Clock, closed: AbortSignal): Pace {
  let paintedMs = Number.NEGATIVE_INFINITY;
  let waiting = false;
  function now(): void {
    paintedMs = clock.monotonic();
    paint();
  }
  function draw(): void {
    if (waiting || closed.aborted) return;
    const waitMs = paintedMs + FRAME_MS - clock.monotonic();
    if (waitMs <= 0) {
      now();
      return;
    }
    waiting = true;
    clock.sleep(waitMs, closed).then(
      () => {
        waiting = false;
        draw(); // a timer may be early
      },
      () => {},
    );
  }
  return { draw, now };
}
