import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inTurn, ratio, wholeProcess } from '../timing.js';

export const title = 'Start of the program';

/** More than are offered: the newest 50. */
const RUNS = 60;

export async function measure({ quick, program, script, env, folder }) {
  const run = (...args) => wholeProcess(args, { env, cwd: folder });
  startedRuns(join(env.SKYVERN_HOME, 'state/runs'));
  const times = await inTurn(
    {
      empty: () => run(script('empty.mjs')),
      version: () => run(program, '--version'),
      help: () => run(program, '--help'),
      ids: () => run(program, 'completion', '--for=', '--', 'run', 'get'),
    },
    { n: quick ? 15 : 60 },
  );
  return {
    note: `Whole process, against \`node empty.mjs\` (an empty module). The texts of both flags are made by the build and printed by \`bin/skyvern.js\` itself. Completion: of the ids of ${RUNS} runs that were started here, as a shell asks for them.`,
    rows: [
      ratio('`skyvern --version`', times.version, times.empty, 1.15),
      ratio('`skyvern --help`', times.help, times.empty, 1.3),
      ratio('`completion` of ids, against `--version`', times.ids, times.version, 1.3),
    ],
  };
}

function startedRuns(folder) {
  mkdirSync(folder, { recursive: true });
  for (let n = 0; n < RUNS; n++) {
    const run = {
      run_id: `tsk_${n}`,
      kind: 'task',
      base_url: 'https://api.skyvern.com/',
      profile: 'default',
      local: false,
      cwd: '/',
      at: n,
    };
    writeFileSync(join(folder, `tsk_${n}.json`), JSON.stringify({ ...run, label: 'Get the title of the top post' }));
  }
}
