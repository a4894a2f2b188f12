/** Which renderers an output mode means for many runs. */
import type { Io } from '../../io.js';
import { ndjsonRenderer } from '../ndjson.js';
import { isLive, type OutputMode } from '../pick.js';
import type { BoardOptions, BoardRenderer } from './live.js';
import { plainBoard } from './plain.js';

/** Results are printed by the command: there is no output of many runs. */
export function createBoard(io: Io, mode: OutputMode, options: BoardOptions): BoardRenderer {
  if (mode === 'ndjson') return { ...ndjsonRenderer(io.stdout), answered() {} };
  if (mode === 'quiet') return { audience: 'machine', event() {}, answered() {}, close() {} };
  return isLive(io, mode) ? liveBoard(io, options) : plainBoard(io.stderr, options);
}

function liveBoard(io: Io, options: BoardOptions): BoardRenderer {
  const loaded = import('./ink.js').then(({ inkBoard }) => inkBoard(io, options));
  loaded.catch(() => {});
  return {
    audience: 'human',
    event: async (event) => (await loaded).event(event),
    answered: () => void loaded.then((board) => board.answered()),
    close: async () => (await loaded).close(),
  };
}
