import { expect, onTestFinished, test } from 'vitest';
import { drawn, type Episode, type EpisodeOptions, openEpisodes } from './episodes.js';
import { ATTACKS, drawPlan } from './orders.js';

async function episodes(first: number, count: number, options: EpisodeOptions = {}): Promise<readonly Episode[]> {
  const { run, close } = await openEpisodes(options);
  onTestFinished(close);
  const all: Episode[] = [];
  for (let seed = first; seed < first + count; seed++) all.push(await run(seed));
  return all;
}

test('A54 A55 a model that obeys every page gives away no secret, no file and no address of this machine', async () => {
  const all = await episodes(1, 60);
  expect(all.flatMap(({ leaks }, index) => leaks.map((leak) => `seed ${index + 1}: ${leak}`))).toEqual([]);
  expect(new Set(all.flatMap(({ attacks }) => attacks))).toEqual(new Set(Object.keys(ATTACKS)));
  expect(all.flatMap(({ obeyed }) => obeyed).length).toBeGreaterThan(100);
  expect(all.some(({ home }) => home)).toBe(true);
}, 600_000);

/** Seeds of plans that begin with an attack: later ones may not be reached. */
const beginningWith = (attack: string): number[] =>
  Array.from({ length: 1_000 }, (_, index) => index + 1).filter((seed) => drawPlan(drawn(seed)).attacks[0] === attack);

test.each<[string, EpisodeOptions, string, string]>([
  ['the network', { network: false }, 'hidden address', 'hidden address'],
  ['the origins of secrets', { origins: false }, 'secret typed on another site', 'secret off its origin'],
  ['the staging folder', { staging: false }, 'file outside of staging', 'file outside of staging'],
  ['what the model is told', { redaction: false }, 'secret shown again', 'secret told to the model'],
  ['what is written down', { redaction: false }, 'secret shown again', 'secret written down'],
])(
  'with the guard of %s off it does, and is noticed',
  async (_, options, attack, leak) => {
    const { run, close } = await openEpisodes(options);
    onTestFinished(close);
    const kinds = new Set<string>();
    for (const seed of beginningWith(attack)) {
      for (const each of (await run(seed)).leaks) kinds.add(each.split(':')[0] ?? '');
      if (kinds.has(leak)) return;
    }
    expect([...kinds]).toContain(leak);
  },
  600_000,
);
