import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { inTerminal } from '../terminal.js';

export const title = 'Watching a run on which nothing happens';

const RUN = 'tsk_900000000000000001';
/** Of utime and stime in /proc/PID/stat: USER_HZ, 100 on every Linux that Node runs on. */
const TICKS_A_SECOND = 100;
const SETTLE_MS = 12_000;
const MEMORY =
  'an idle Node holds 44 MB (33 of them its program file, which all Node programs share), Ink with React and its layout engine 32 more. V8 keeps 6 MB for the garbage of loading.';

export async function measure({ quick, program, env, folder, recordedServer }) {
  if (process.platform !== 'linux') return { note: 'Measured by /proc, so on Linux only.', rows: [] };
  const seconds = quick ? 15 : 60;
  const url = await recordedServer();
  const terminal = inTerminal([program, 'run', 'watch', RUN], { env: { ...env, SKYVERN_BASE_URL: url }, cwd: folder });
  await terminal.shows(RUN);
  await sleep(SETTLE_MS); // the first ten seconds of a watch are drawn more often, and are not what an hour is made of
  const before = cpuSeconds(terminal.pid);
  await sleep(seconds * 1000);
  const share = (cpuSeconds(terminal.pid) - before) / seconds;
  const mb = memoryMb(terminal.pid);
  await terminal.end();
  return {
    note: `\`run watch\` in a pseudo-terminal, ${seconds} s after the first ${SETTLE_MS / 1000}; processor time and resident memory by /proc.`,
    rows: [
      {
        what: 'share of a core',
        value: share * 100,
        limit: 1,
        unit: '%',
        n: 1,
        detail: `${(share * seconds * 1000).toFixed(0)} ms in ${seconds} s`,
      },
      { what: 'resident memory', value: mb, limit: 90, unit: 'MB', n: 1, why: MEMORY },
    ],
  };
}

function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

const memoryMb = (pid) => Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
