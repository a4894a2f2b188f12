import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Part, SOURCES } from '../part.js';

const PROCESSES = 64;

export const settings: Part = {
  title: 'Settings changed by many processes',
  about: `${PROCESSES} processes change one file of settings at once. No change is lost, and nothing is left beside the file.`,
  count: 200,
  async run({ count }) {
    const folder = mkdtempSync(join(tmpdir(), 'skyvern-settings-'));
    const script = new URL('../updater.ts', import.meta.url).pathname;
    let refused = 0;
    const codes = await Promise.all(
      Array.from({ length: PROCESSES }, (_, index) => {
        const child = spawn(process.execPath, [...SOURCES, script, folder, String(index), String(count)], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        child.stdout.on('data', (text) => (refused += Number(text)));
        return new Promise<number | null>((resolve) => child.on('close', resolve));
      }),
    );
    const { counts } = JSON.parse(readFileSync(join(folder, 'counts.json'), 'utf8')) as { counts: Record<string, number> };
    const kept = Object.values(counts).reduce((sum, each) => sum + each, 0);
    const left = readdirSync(folder).filter((name) => name !== 'counts.json');
    rmSync(folder, { recursive: true, force: true });
    const failed = codes.filter((code) => code !== 0).length;
    return {
      figures: [`${kept} of ${PROCESSES * count} changes by ${PROCESSES} processes are there; ${refused} times one was told to try again`],
      broken: [
        ...(kept === PROCESSES * count ? [] : [`${PROCESSES * count - kept} changes are lost`]),
        ...(failed === 0 ? [] : [`${failed} processes failed`]),
        ...(left.length === 0 ? [] : [`left behind: ${left.join(', ')}`]),
      ],
    };
  },
};
