/** Making something at a server that knows no repeats: it is sent once, and a lost answer is told for what it is. */
import { SkyvernError } from '../errors.js';

/**
 * The answer to `send`.
 * @param what a noun with its article: `the schedule`
 * @param look how to see whether it is there, as something to type
 * @throws SkyvernError `outcome_unknown` (7) when it may have been made; else whatever `send` rejects with
 */
export async function makeOnce<T>(what: string, look: string, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof SkyvernError) || !error.maybeDone) throw error;
    throw new SkyvernError('startUnknown', 'outcome_unknown', `${error.message}; ${what} may have been made, and was not sent again`, {
      hint: `${look} shows whether it is there`,
      cause: error,
    });
  }
}
