import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setSetting } from '../../../src/config/edit.js';
import { manualClock, seededRandom } from '../../support/clock.js';
import { openFaultServer } from '../../support/faultd.js';
import { hasStrace, killSetting, killStart, SYSCALLS } from '../killPoints.js';
import type { Part } from '../part.js';

/** Until a process comes to its end: every call of every kind, Node's own at its start included. */
export const kills: Part = {
  title: 'Kill points',
  about:
    'A start and a change of the settings, each killed by `strace` at every call of every syscall that a durable write is made of. A start is found again or known to have made nothing; the settings are the old ones or the new ones, whole and private.',
  count: Number.POSITIVE_INFINITY,
  async run({ count, jobs }) {
    if (!hasStrace()) return { figures: ['skipped: there is no strace here'], broken: [] };
    const broken: string[] = [];
    const points = SYSCALLS.flatMap((syscall) => (['start', 'setting'] as const).map((what) => ({ syscall, what, killed: 0 })));
    const open = [...points];
    const lane = async () => {
      for (let row = open.shift(); row; row = open.shift()) {
        let n = 0;
        while (++n <= count && (await killed(row.what, row.syscall, n, broken))) row.killed++;
      }
    };
    await Promise.all(Array.from({ length: jobs }, lane));
    const sum = points.reduce((total, { killed }) => total + killed, 0);
    const told = points.map(({ what, syscall, killed }) => `${what} ${syscall} ${killed}`).join(', ');
    return { figures: [`${sum} kill points, Node's own calls included: ${told}`], broken };
  },
};

/** Whether there was such a point. What went wrong there is noted, and counts as one. */
async function killed(what: 'start' | 'setting', syscall: string, n: number, broken: string[]): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'skyvern-kill-'));
  // A server of its own: the run of an earlier point would be a twin.
  const server = await openFaultServer();
  try {
    if (what === 'start') return await killStart(server, folder, syscall, n);
    await setSetting(
      { paths: { config: folder }, owner: process, clock: manualClock(), random: seededRandom() },
      'default',
      'output',
      'plain',
    );
    return await killSetting(folder, syscall, n);
  } catch (error) {
    broken.push(`${what}: ${(error as Error).message}`);
    return true;
  } finally {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
