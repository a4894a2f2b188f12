import { addHistories, emptyHistories, type HistoryTally, runHistory } from '../../runs/histories.js';
import { type Part, shareOut } from '../part.js';

export const histories: Part = {
  title: 'Watched runs',
  about:
    'Whole lives of runs on a virtual clock, read through slow answers, failing reads and outages of up to a day; some watches are cut and resumed. The verdict and its code are right, every status, step, block, action and thought is told once, forwards and in order, and the end within one pause of the network coming back.',
  count: 10_000,
  async run({ count, seed, jobs }) {
    const sum = emptyHistories();
    for (const tally of await shareOut<HistoryTally>('histories', seed, count, jobs)) addHistories(sum, tally);
    const { histories, events, resumed, reads, failedReads, latestMs, broken } = sum;
    return {
      figures: [
        `${histories} runs, ${events} events told, ${resumed} watches cut and resumed`,
        `${reads} reads, of which ${((100 * failedReads) / reads).toFixed(0)} % failed`,
        `latest end ${(latestMs / 1000).toFixed(1)} s after the run or the trouble was over, reads not counted`,
      ],
      broken: broken.map(({ seed: one, how }) => `--only histories --replay ${one}: ${how}`),
    };
  },
  async work(first, count) {
    const tally = emptyHistories();
    for (let seed = first; seed < first + count; seed++) await runHistory(seed, tally);
    return tally;
  },
};

/** One life again, event by event. @returns whether all held */
export async function replayHistory(seed: number, say: (line: string) => void): Promise<boolean> {
  const tally = emptyHistories();
  await runHistory(seed, tally, undefined, say);
  for (const { how } of tally.broken) say(`BROKEN: ${how}`);
  return tally.broken.length === 0;
}
