import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inTerminal } from '../terminal.js';
import { inTurn, ratio } from '../timing.js';

export const title = 'First live frame';

const RUN = 'tsk_900000000000000001';

export async function measure({ quick, program, env, folder, bundled, recordedServer }) {
  const url = await recordedServer();
  const hello = await bundled('inkHello.jsx');
  // As bin/skyvern.js does it: a cache of compiled code, then the bundle.
  const start = join(dirname(hello), 'start.mjs');
  const cache = JSON.stringify(join(folder, 'hello-cache'));
  writeFileSync(start, `import * as module from 'node:module';\nmodule.enableCompileCache(${cache});\nawait import('./main.mjs');\n`);

  const untilShown = async (args) => {
    const terminal = inTerminal(args, { env: { ...env, SKYVERN_BASE_URL: url }, cwd: folder });
    const ms = await terminal.shows(RUN);
    await terminal.end();
    return ms;
  };
  const times = await inTurn(
    { hello: () => untilShown([start, RUN]), watch: () => untilShown([program, 'run', 'watch', RUN]) },
    { n: quick ? 10 : 30 },
  );
  return {
    note: 'In a pseudo-terminal, from the start of the process to the first frame that shows the id of the run, against a bundled Ink program that shows one line. Ours asks a server on loopback for the run first.',
    rows: [ratio('`run watch`', times.watch, times.hello, 1.5)],
  };
}
