import { inTurn, ratio, wholeProcess } from '../timing.js';

export const title = 'Short commands';

const RUN = 'tsk_599804950039024036';

export async function measure({ quick, program, script, env, folder, recordedServer }) {
  const url = await recordedServer();
  const run = (...args) => wholeProcess(args, { env: { ...env, SKYVERN_BASE_URL: url }, cwd: folder });
  const times = await inTurn(
    {
      bareGet: () => run(script('httpGet.mjs'), `${url}/v1/runs/${RUN}`),
      get: () => run(program, 'run', 'get', RUN, '--json'),
      bareList: () => run(script('httpList.mjs'), `${url}/v1/runs?page=1&page_size=100`),
      list: () => run(program, 'run', 'list', '-n', '100'),
      common: () => run(script('httpGet.cjs'), `${url}/v1/runs/${RUN}`),
      version: () => run(program, '--version'),
      config: () => run(program, 'config', 'get', 'output'),
    },
    { n: quick ? 15 : 40 },
  );
  return {
    note: 'Whole process, one request to a server on loopback, against a bare `node:http` script (ES module) that does the same.',
    rows: [
      ratio('`run get`', times.get, times.bareGet, 1.6),
      ratio('`run list -n 100`', times.list, times.bareList, 1.6),
      ratio('`run get` against the script as CommonJS', times.get, times.common, null),
      ratio('`config get` against `--version`', times.config, times.version, 1.2, {
        why: '`--version` costs nothing above Node itself (27 ms of the processor), so a fifth of that is 5 ms. A command takes 20: the stream of stdout 4 (`--version` does without), reading the program from the compile cache 5, making its tree of commands 5, parsing 1.5, the setting 1.5, the rest writing and leaving. An answer that goes round the command parser and the stream (`completion` of ids) is at 1.2.',
      }),
    ],
  };
}
