/** From argv to an exit code, in a given world. */
import type { Timeouts } from '../client/connection.js';
import { type Clock, systemClock } from '../clock.js';
import type { Keychain } from '../config/keychain.js';
import type { Io } from '../io.js';
import { type Random, systemRandom } from '../random.js';

export { answerToShell } from './completions.js';

/** Time and chance of the real world, how long the network may take, and where keys are kept; tests pass their own. */
export interface World {
  readonly clock?: Clock;
  readonly random?: Random;
  readonly timeouts?: Partial<Timeouts>;
  readonly keychain?: () => Promise<Keychain>;
}

/**
 * @param argv without node and script
 * @param interrupt aborted with the name of the signal (`SIGINT`, `SIGTERM`, `SIGHUP`) that asked us to stop
 * @returns the exit code, a row of `EXIT_CODES`
 */
export async function main(argv: readonly string[], io: Io, interrupt: AbortSignal, world: World = {}): Promise<number> {
  const { runProgram } = await import('./program.js');
  return runProgram(argv, io, interrupt, { clock: systemClock, random: systemRandom, ...world });
}
