import { median, quantile } from '../timing.js';

export const title = 'A long timeline';

const NAMES = { steps: 'steps, one after the other', loop: 'actions in one loop that goes on' };

export async function measure({ quick, results }) {
  const times = await results('longTimeline.js', quick ? 40 : 150);
  return {
    note: 'One more event when 10,000 items are known: `reduce()`, the components, the layout and the bytes for the terminal, by the real live view. The 95th of a hundred; the first after the 10,000 are left out.',
    rows: Object.entries(NAMES).map(([name, what]) => ({
      what: `10,000 ${what}`,
      value: quantile(times[name], 0.95),
      limit: 16,
      unit: 'ms',
      n: times[name].length,
      detail: `median ${median(times[name]).toFixed(1)} ms, longest ${Math.max(...times[name]).toFixed(1)} ms`,
    })),
  };
}
