import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inTurn, quantile, ratio } from '../timing.js';

export const title = 'The server on this machine';

const RATE = 2_000;
const WHY_P99 =
  'a profile under this load shows no hot spot (the largest share is 7 %, reading one row of SQLite): what the slowest of a hundred wait for is not explained.';

export async function measure({ quick, folder, cache, program, env, bundled, results, script }) {
  const rows = [];
  rows.push(await firstAnswer({ quick, folder, program, env, bareHono: await bundled('bareHono.mjs') }));
  rows.push(...(await underLoad({ quick, folder, file: await bundled('loadedServer.js'), client: script('serverLoad.js') })));
  if (process.platform === 'linux') rows.push(...(await idle({ quick, program, env, folder })));
  mkdirSync(join(folder, 'evidence'));
  const evidence = await results('evidence.js', cache, join(folder, 'evidence'), quick ? 20 : 100);
  rows.push(ratio('snapshot, screenshot and record, of the bare calls', evidence.ours, evidence.bare, 1.3));
  return {
    note: `First answer: from the start of the process to the first answer over HTTP, beside a bare Hono server on node:sqlite. Under load: ${RATE} GETs of a run each second over 50 connections, timed from the moment when each was due, in turn with a bare \`node:http\` server that sends the same bytes; server and client share the machine. Idle: without its browser, by /proc.`,
    rows,
  };
}

async function firstAnswer({ quick, folder, program, env, bareHono }) {
  const answered = async (args, path) => {
    const startedAt = performance.now();
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    const url = await addressOf(child);
    const answer = await fetch(url + path);
    await answer.text();
    const ms = performance.now() - startedAt;
    if (answer.status !== 200) throw new Error(`${args.join(' ')} answered ${answer.status}`);
    child.kill();
    await once(child, 'exit');
    return ms;
  };
  const times = await inTurn(
    {
      ours: () => answered([program, 'local', 'start', '--foreground'], '/v1/version'),
      bare: () => answered([bareHono, join(folder, 'hono.db')], '/v1/version'),
    },
    { n: quick ? 5 : 15 },
  );
  return ratio('first answer', times.ours, times.bare, 3);
}

function addressOf(child) {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr.on('data', (text) => {
      said += text;
      const found = /listening on (http:\S+)/.exec(said)?.[1];
      if (found) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`a server ended with ${code}: ${said}`)));
  });
}

async function underLoad({ quick, folder, file, client }) {
  const servers = {};
  let body = null;
  for (const kind of ['embedded', 'http', 'hono']) {
    const data = join(folder, `load-${kind}`);
    mkdirSync(data);
    const child = fork(file, [kind, data], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    if (kind !== 'embedded') child.send({ body });
    const [ready] = await once(child, 'message');
    body ??= ready.body;
    servers[kind] = { child, url: ready.url };
  }
  const used = async (child) => {
    child.send('used');
    const [message] = await once(child, 'message');
    return message;
  };
  const p99 = { embedded: [], http: [], hono: [] };
  const growth = [];
  for (let round = 0; round < (quick ? 2 : 5); round++) {
    for (const [kind, { child, url }] of Object.entries(servers)) {
      const before = await used(child);
      const asking = fork(client, [RATE, quick ? 3 : 10, url, 'key']);
      const [{ latencies, failed }] = await once(asking, 'message');
      if (failed > 0) throw new Error(`${failed} GETs of the ${kind} server failed`);
      p99[kind].push(quantile(latencies, 0.99));
      if (kind === 'embedded' && round > 0) growth.push((await used(child)).mb - before.mb);
    }
  }
  for (const { child } of Object.values(servers)) child.send('end');
  return [
    ratio(`${RATE} GET/s, p99`, p99.embedded, p99.http, 3, { why: WHY_P99 }),
    ratio(`${RATE} GET/s, p99, of a bare Hono server`, p99.embedded, p99.hono, null),
  ];
}

/** Of utime and stime in /proc/PID/stat: USER_HZ, 100 on every Linux that Node runs on. */
const TICKS_A_SECOND = 100;

async function idle({ quick, program, env, folder }) {
  const home = join(folder, 'idle');
  const child = spawn(process.execPath, [program, 'local', 'start', '--foreground'], {
    env: { ...env, SKYVERN_HOME: home },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await addressOf(child);
  await sleep(3_000);
  const seconds = quick ? 10 : 60;
  const before = cpuSeconds(child.pid);
  await sleep(seconds * 1000);
  const share = (cpuSeconds(child.pid) - before) / seconds;
  const mb = Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024;
  child.kill();
  await once(child, 'exit');
  return [
    { what: 'idle: resident memory', value: mb, limit: 80, unit: 'MB', n: 1 },
    { what: 'idle: share of a core', value: share * 100, limit: 0.1, unit: '%', n: 1, detail: `in ${seconds} s` },
  ];
}

function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}
