/** A recording in a real pseudo-terminal: the live view again, by the built program, with no server. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunEvent } from '../../src/runs/events.js';
import { tempFolder } from '../support/io.js';
import { story } from './story.js';
import { bundlePlayer, playIn, type Screen } from './terminal.js';

const program = join(dirname(fileURLToPath(import.meta.url)), '../../bin/skyvern.js');
let folder: string;
let player: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'skyvern-player-'));
  player = await bundlePlayer(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function replay(events: readonly RunEvent[], flags: string): Screen {
  const file = join(tempFolder(), 'run.ndjson');
  writeFileSync(file, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  return playIn('', [], {
    shell: `${JSON.stringify(process.execPath)} ${program} run replay ${file} ${flags}; echo "exit $?"`,
    env: { SKYVERN_HOME: join(folder, 'home') },
  });
}

/** From the header of the run to its card, which may be followed by what the shell or the player say. */
const picture = (rows: readonly string[]): string => /▎[\s\S]*next +skyvern run timeline tsk_1/.exec(rows.join('\n'))?.[0] ?? '';

test('what stays on the screen is what the watch left there', async () => {
  const events = story({ steps: 3 });
  const watched = playIn(player, events);
  await watched.ended;
  const again = replay(events, '--speed max');
  expect(picture(await again.shows(/exit 0/))).toBe(picture(watched.everything()));
  expect(picture(watched.everything())).toMatch(/✓ step 3[\s\S]*✓ completed in/);
});

test('at its own speed it is seen on the way, and d ends it', async () => {
  const screen = replay(story({ steps: 30 }), '--speed 4');
  await screen.shows(/▎ Get the title of the top post[\s\S]*step 1[\s\S]*running \d/);
  screen.type('d');
  await screen.shows(/exit 130/);
  expect(screen.raw().lastIndexOf('\u001b[?25h')).toBeGreaterThan(screen.raw().lastIndexOf('\u001b[?25l'));
});
