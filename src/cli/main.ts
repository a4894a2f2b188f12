/**
 * From argv to an exit code. Here: the world is put together, errors become one sentence and a code. Not here: any command.
 *
 * `--version` must cost no more than an empty program, so nothing is imported before it is known to be needed.
 */
import { type Clock, systemClock } from '../clock.js';
import type { Io } from '../io.js';
import { type Random, systemRandom } from '../random.js';

/** Time and chance of the real world; tests pass their own. */
export interface World {
  readonly clock?: Clock;
  readonly random?: Random;
}

/**
 * @param argv without node and script
 * @param interrupt aborted with the name of the signal (`SIGINT`, `SIGTERM`, `SIGHUP`) that asked us to stop
 * @returns the exit code, a row of `EXIT_CODES`
 */
export async function main(argv: readonly string[], io: Io, interrupt: AbortSignal, world: World = {}): Promise<number> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    io.stdout.write(`skyvern ${__VERSION__}\n`);
    return 0;
  }
  const { runProgram } = await import('./program.js');
  return runProgram(argv, io, interrupt, { clock: systemClock, random: systemRandom, ...world });
}
