// Runs in turn, and what their numbers say.
import { spawnSync } from 'node:child_process';

/** The value below which `share` (0..1) of the values lie. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))];
}

export const median = (values) => quantile(values, 0.5);

/**
 * Runs each of `candidates` `n` times, one after the other (A B A B ...), so that what the machine does meanwhile falls on all of them.
 * @param candidates by name: what does one run and gives its time in milliseconds, or a promise of it
 * @param warmUps rounds before, not counted: files and code caches are warm then
 */
export async function inTurn(candidates, { n, warmUps = 2 }) {
  const times = Object.fromEntries(Object.keys(candidates).map((name) => [name, []]));
  for (let round = -warmUps; round < n; round++) {
    for (const [name, run] of Object.entries(candidates)) {
      const ms = await run();
      if (round >= 0) times[name].push(ms);
    }
  }
  return times;
}

/** A row of the report: how many times longer `ours` takes than `theirs`, by their medians. */
export function ratio(what, ours, theirs, limit, rest = {}) {
  const [a, b] = [median(ours), median(theirs)];
  return { what, value: a / b, limit, unit: 'x', n: ours.length, detail: `${a.toFixed(1)} / ${b.toFixed(1)} ms`, ...rest };
}

/** Milliseconds from the start of a Node program to its end, its output in a pipe. Throws when it fails. */
export function wholeProcess(args, options) {
  const startedAt = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const ms = Number(process.hrtime.bigint() - startedAt) / 1e6;
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
  return ms;
}
