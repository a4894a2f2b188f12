/** Ctrl-Z while we hold the keyboard: the terminal does not see the key as its own then, so we do what it would have done. */
import type { Clock } from '../clock.js';
import type { Io } from '../io.js';

/** Long enough for the signal that stops us to arrive. */
const ARRIVES_MS = 50;

/**
 * Stops the whole job, as a terminal does, and returns when it goes on. Not this process alone: a shell waits for the one that it
 * started, which may be another (npx, an older Node that handed over to ours, `skyvern simulate`), and would wait for ever.
 * Where there is no job to stop (Windows, a shell without jobs) it returns at once.
 */
export async function suspend(io: Io, clock: Clock, signal: AbortSignal): Promise<void> {
  if (io.platform === 'win32') return;
  io.kill(0, 'SIGTSTP');
  await clock.sleep(ARRIVES_MS, signal).catch(() => {});
}
