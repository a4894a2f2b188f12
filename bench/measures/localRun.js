import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ratio } from '../timing.js';

export const title = 'Runs on this machine';

/** By /proc: what all processes together took from the start of the runs to their end, recordings not counted. */
const WHY_FOUR =
  'one run alone takes 0.7 s of a processor in 0.48 s: it keeps more than one of the two cores busy, and four of the bare script are no better. Beside four scripts at once is the fairer measure.';

export async function measure({ quick, folder, cache, results }) {
  const data = join(folder, 'local-run');
  mkdirSync(data);
  const times = await results('localRun.js', data, cache, quick ? 8 : 30);
  const { ours, byHand, version } = times;
  return {
    note: `Five steps of the rules engine on the site of \`skyvern demo\` (open the login, type twice, log in, read), from the accepted POST until the client knows the end, against a hand-written Playwright script with the same steps, accessibility snapshots and screenshots. The run also leaves a recording, an HTTP archive, the HTML and accessibility tree of each step and its rows in the database. Both browsers are warm, of one program, in one sandbox; the recordings of ours are made before the script has its turn. ${version}.`,
    rows: [
      ratio('five steps', ours[1], byHand[1], 1.15),
      ratio('four runs at once, of four scripts at once', ours[4], byHand[4], 1.15),
      ratio('four runs at once, of one alone', ours[4], ours[1], 1.6, { why: WHY_FOUR }),
      ratio('four scripts at once, of one alone', byHand[4], byHand[1], null),
    ],
  };
}
