import { addTally, emptyTally, KINDS, runWorld, STARTS_PER_WORLD, type Tally } from '../faultedStarts.js';
import { type Part, shareOut } from '../part.js';

export const starts: Part = {
  title: 'Faulted starts',
  about:
    'Starts against a server that loses, cuts, delays and mangles answers, in processes that are killed at their writes: real journal, real sockets, a clock that jumps. No start makes two runs, and no run is unknown to the machine that started it.',
  count: 100_000,
  async run({ count, seed, jobs }) {
    const sum = emptyTally();
    const worlds = Math.ceil(count / STARTS_PER_WORLD);
    for (const tally of await shareOut<Tally>('starts', seed, worlds, jobs)) addTally(sum, tally);
    const { starts, runs, duplicates, unreported, foreign, byKind, broken } = sum;
    const shares = KINDS.map((kind) => {
      const { lost, atOnce, settled } = byKind[kind];
      const percent = (part: number) => `${((100 * part) / Math.max(1, lost)).toFixed(2)} %`;
      return `${kind}: ${lost} without an answer, settled at once ${percent(atOnce)}, without a person ${percent(settled)}`;
    });
    return {
      figures: [
        `${starts} starts were written down, ${runs} runs were made`,
        `duplicates ${duplicates}, unreported ${unreported}, runs of someone else taken by content alone ${foreign}`,
        ...shares,
      ],
      broken: broken.map(({ seed: world, how }) => `--only starts --replay ${world}: ${how}`),
    };
  },
  async work(first, count) {
    const tally = emptyTally();
    for (let seed = first; seed < first + count; seed++) await runWorld(seed, tally);
    return tally;
  },
};

/** One world again, told line by line. @returns whether it kept its promises */
export async function replayStarts(seed: number, say: (line: string) => void): Promise<boolean> {
  const tally = emptyTally();
  await runWorld(seed, tally, {}, say);
  for (const { kind, entry } of tally.asked) say(`a person is asked: ${kind} ${JSON.stringify(entry)}`);
  for (const { how } of tally.broken) say(`BROKEN: ${how}`);
  return tally.broken.length === 0;
}
