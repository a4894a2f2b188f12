import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Part } from '../part.js';
import { buildServerProgram, emptyKillTally, KillWorld } from '../serverKills.js';

/** On one data folder, which grows; then everything is looked at. */
const KILLS_PER_WORLD = 30;

export const server: Part = {
  title: 'Kills of the embedded server',
  about:
    '`kill -9` at random moments, one in five while it starts, of a server that takes starts, cancels, credentials and acts. What it acknowledged is there afterwards, no run acted twice, what it lists is whole, the database is sound, every end was told.',
  count: 10_000,
  async run({ count, seed, jobs }) {
    const folder = mkdtempSync(join(tmpdir(), 'skyvern-torture-'));
    const program = await buildServerProgram(folder);
    const tally = emptyKillTally();
    const broken: string[] = [];
    let next = seed;
    const lane = async () => {
      while (tally.kills < count) {
        const world = new KillWorld(program, next++, tally);
        try {
          for (let round = 0; round < KILLS_PER_WORLD && tally.kills < count; round++) await world.round();
          await world.settle();
        } catch (error) {
          broken.push((error as Error).message);
        } finally {
          await world.close();
        }
      }
    };
    await Promise.all(Array.from({ length: jobs }, lane));
    rmSync(folder, { recursive: true, force: true });
    const { kills, acknowledged, acted, interrupted, told } = tally;
    return {
      figures: [
        `${kills} kills: ${acknowledged} starts acknowledged, ${acted} acted, ${interrupted} of them interrupted by a kill, ${told} ends told`,
      ],
      broken,
    };
  },
};
