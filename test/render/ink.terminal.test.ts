import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { story } from './story.js';
import { bundlePlayer, playIn } from './terminal.js';

let player: string;
beforeAll(async () => {
  player = await bundlePlayer(mkdtempSync(join(tmpdir(), 'skyvern-player-')));
});

test('look', async () => {
  const events = story();
  for (const [columns, rows] of [
    [80, 20],
    [20, 5],
    [40, 9],
  ] as const) {
    const screen = playIn(player, [...events.slice(0, 9), 400, 'forever'], { rows, columns });
    await screen.shows(/detach|tsk_1/);
    await screen.shows(/step 2|Item 2/);
    console.log(screen.rows().join('\n'));
    screen.type('d');
    console.log(await screen.ended);
  }
  const idle = playIn(player, [...events.slice(0, 9), 10000, ...events.slice(9)], { rows: 20 });
  console.log(await idle.ended);
  console.log(idle.everything().join('\n'));
  const whole = playIn(player, events, { rows: 20 });
  console.log(await whole.ended);
  console.log(whole.everything().join('\n'));
});
