import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inTurn, ratio, wholeProcess } from '../timing.js';

export const title = 'Lists of workflows, and the library';

export async function measure({ quick, program, script, env, folder, recordedServer }) {
  const url = await recordedServer();
  const run = (...args) => wholeProcess(args, { env: { ...env, SKYVERN_BASE_URL: url, SKYVERN_API_KEY: 'key' }, cwd: folder });
  const library = join(folder, 'importLibrary.mjs');
  writeFileSync(library, "import { Skyvern } from './dist/index.js';\nif (typeof Skyvern !== 'function') process.exit(1);\n");
  const times = await inTurn(
    {
      bare: () => run(script('httpWorkflows.mjs'), `${url}/v1/workflows?page=1&page_size=100`),
      list: () => run(program, 'workflow', 'list', '-n', '100'),
      undici: () => run(script('importUndici.mjs')),
      library: () => run(library),
    },
    { n: quick ? 15 : 40 },
  );
  const python = pythonCli(process.env.PYTHON_SKYVERN, { url, folder, n: quick ? 1 : 3 });
  return {
    note: 'Whole process. The list is asked of a server on loopback, against a bare `node:http` script (ES module) that does the same.',
    rows: [
      ratio('`workflow list -n 100`', times.list, times.bare, 1.6),
      ...(python ? [ratio('`workflow list` against the Python CLI', times.list, python, null)] : []),
      ratio("importing the library against undici's `request` alone", times.library, times.undici, 1.2),
    ],
  };
}

/** Its times for the same list, where `PYTHON_SKYVERN` names the program; null elsewhere. */
function pythonCli(file, { url, folder, n }) {
  if (!file) return null;
  const env = { PATH: process.env.PATH, HOME: folder, SKYVERN_BASE_URL: url, SKYVERN_API_KEY: 'key' };
  return Array.from({ length: n }, () => {
    const startedAt = process.hrtime.bigint();
    const { status, stderr } = spawnSync(file, ['workflow', 'list', '--page-size', '100'], { env, cwd: folder });
    if (status !== 0) throw new Error(`${file} ended with ${status}: ${stderr}`);
    return Number(process.hrtime.bigint() - startedAt) / 1e6;
  });
}
