/** From argv to an exit code, in a given world. */
import { systemClock } from '../clock.js';
import type { Io } from '../io.js';
import { systemRandom } from '../random.js';
import { COMMANDS } from './commands/index.js';
import { answerFrom } from './completions.js';
import type { World } from './world.js';

export type { World } from './world.js';

/** What the shell asks for each word that is typed; null when it takes the program to say. */
export const answerToShell = (argv: readonly string[], io: Io): string | null => answerFrom(COMMANDS, argv, io);

/**
 * @param argv without node and script
 * @param interrupt aborted with the name of the signal (`SIGINT`, `SIGTERM`, `SIGHUP`) that asked us to stop
 * @returns the exit code, a row of `EXIT_CODES`
 */
export async function main(argv: readonly string[], io: Io, interrupt: AbortSignal, world: World = {}): Promise<number> {
  const { runProgram } = await import('./program.js');
  return runProgram(argv, io, interrupt, { clock: systemClock, random: systemRandom, ...world });
}
