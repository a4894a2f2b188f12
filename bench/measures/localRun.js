import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ratio } from '../timing.js';

export const title = 'A run on this machine';

export async function measure({ quick, folder, cache, results }) {
  const data = join(folder, 'local-run');
  mkdirSync(data);
  const times = await results('localRun.js', data, cache, quick ? 8 : 30);
  return {
    note: 'Five steps of the rules engine on the site of `skyvern demo` (open the login, type twice, log in, read), from the accepted POST until the client knows the end, against a hand-written Playwright script with the same steps, accessibility snapshots and screenshots. Both browsers are warm, of one program, in one sandbox.',
    rows: [ratio('five steps', times.ours, times.byHand, 1.15)],
  };
}
