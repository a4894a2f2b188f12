/**
 * `npm run torture`: what must never happen, tried for as long as one likes. By hand and before a release; CI runs a part of it.
 * What came of it is written to `docs/torture.md`, where a run of another count than the usual one is not.
 *
 *   --only PART   one of PARTS below
 *   --count N     how much is tried instead of the usual
 *   --seed S      what everything is drawn from, drawn itself when left out
 *   --jobs J      processes at a time (as many as there are cores)
 *   --replay S    one case of the part again, told line by line
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { Part } from './part.js';
import { egress } from './parts/egress.js';
import { histories, replayHistory } from './parts/histories.js';
import { emulator, hostile } from './parts/hostile.js';
import { hostileModel } from './parts/hostileModel.js';
import { kills } from './parts/kills.js';
import { server } from './parts/server.js';
import { settings } from './parts/settings.js';
import { replayStarts, starts } from './parts/starts.js';
import { record } from './report.js';

const PARTS: Readonly<Record<string, Part>> = {
  starts,
  kills,
  settings,
  histories,
  hostile,
  emulator,
  egress,
  'hostile-model': hostileModel,
  server,
};
const REPLAYS: Readonly<Record<string, (seed: number, say: (line: string) => void) => Promise<boolean>>> = {
  starts: replayStarts,
  histories: replayHistory,
};

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string' },
    count: { type: 'string' },
    seed: { type: 'string' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    replay: { type: 'string' },
    /** For the processes that this one starts: `FIRST COUNT`. */
    work: { type: 'string' },
  },
});
const say = (line: string) => void process.stdout.write(`${line}\n`);
const named = flags.only === undefined ? Object.entries(PARTS) : Object.entries(PARTS).filter(([name]) => name === flags.only);
if (named.length === 0) throw new Error(`there is no part ${flags.only}: ${Object.keys(PARTS).join(', ')}`);
const [[firstName, firstPart]] = named as [[string, Part]];

if (flags.work !== undefined) {
  const [first = 0, count = 0] = flags.work.split(' ').map(Number);
  say(JSON.stringify(await firstPart.work?.(first, count)));
} else if (flags.replay !== undefined) {
  const replay = REPLAYS[firstName];
  if (!replay) throw new Error(`${firstName} has no cases of its own`);
  process.exitCode = (await replay(Number(flags.replay), say)) ? 0 : 1;
} else {
  let ok = true;
  for (const [name, part] of named) ok = (await tried(name, part)) && ok;
  say(ok ? 'nothing was lost, doubled, torn or let through' : 'BROKEN');
  process.exitCode = ok ? 0 : 1;
}

async function tried(name: string, part: Part): Promise<boolean> {
  const seed = flags.seed === undefined ? 1 + Math.floor(Math.random() * 2 ** 30) : Number(flags.seed);
  const count = flags.count === undefined ? part.count : Number(flags.count);
  const began = performance.now();
  say(`${part.title}: ${Number.isFinite(count) ? count : 'all'}, seed ${seed}`);
  const { figures, broken } = await part.run({ count, seed, jobs: Number(flags.jobs) });
  const lines = [...figures, ...broken.map((how) => `BROKEN: ${how}`), `took ${((performance.now() - began) / 1000).toFixed(0)} s`];
  for (const line of lines) say(`  ${line}`);
  if (flags.count === undefined) {
    const again = `npm run torture -- --only ${name} --seed ${seed}`;
    const on = `${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${process.platform}`;
    record(
      { title: part.title, about: part.about, again, on, lines },
      Object.values(PARTS).map(({ title }) => title),
    );
  }
  return broken.length === 0;
}
