// A share of the hostile texts in a process of its own, bundled first, as the live view is JSX: `hostileProgram.mjs WHAT FIRST COUNT`.
import { emptyHostile, readPacket, runPacket } from '../render/hostileTexts.js';

const [what = '', first = '0', count = '0'] = process.argv.slice(2);
const tally = emptyHostile();
for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
  if (what === 'emulator') await readPacket(seed, tally);
  else await runPacket(seed, tally, { draws: seed % 20 === 0 });
}
process.stdout.write(JSON.stringify(tally));
