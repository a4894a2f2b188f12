import { inTurn, ratio, wholeProcess } from '../timing.js';

export const title = 'Start of the program';

export async function measure({ quick, program, script, env, folder }) {
  const run = (...args) => wholeProcess(args, { env, cwd: folder });
  const times = await inTurn(
    { empty: () => run(script('empty.mjs')), version: () => run(program, '--version'), help: () => run(program, '--help') },
    { n: quick ? 15 : 60 },
  );
  return {
    note: 'Whole process, against `node empty.mjs` (an empty module). Both texts are made by the build and printed by `bin/skyvern.js` itself.',
    rows: [ratio('`skyvern --version`', times.version, times.empty, 1.15), ratio('`skyvern --help`', times.help, times.empty, 1.3)],
  };
}
