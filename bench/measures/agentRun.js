import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ratio } from '../timing.js';

export const title = 'A run of the agent on this machine';

export async function measure({ quick, folder, cache, results }) {
  const data = join(folder, 'agent-run');
  mkdirSync(data);
  const times = await results('agentRun.js', data, cache, quick ? 8 : 30);
  return {
    note: `The same log-in by the agent, asked of a scripted model that answers at once over HTTP (three steps, a second look at the end), from the accepted POST until the client knows the end, against a hand-written Playwright script with the same actions, accessibility snapshots and screenshots. Both browsers are warm, of one program, in one sandbox. ${times.version}.`,
    rows: [ratio('three steps', times.ours[1], times.byHand[1], 1.15)],
  };
}
