export const title = 'An hour of watching, and what it leaves';

export async function measure({ results }) {
  const { grownMb, share, seconds } = await results('hour.js');
  return {
    note: 'The watch and the live view on a clock that jumps, without a network: an hour in which nothing happens, from its tenth minute on.',
    rows: [
      {
        what: 'share of a core',
        value: share * 100,
        limit: 1,
        unit: '%',
        n: 1,
        detail: `${(share * seconds * 1000).toFixed(0)} ms in ${seconds.toFixed(0)} s`,
      },
      { what: 'memory that 50 minutes add', value: Math.max(0, grownMb), limit: 2, unit: 'MB', n: 1 },
    ],
  };
}
