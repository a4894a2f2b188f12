import { readFileSync } from 'node:fs';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { DEMO_PROMPT, startDemoSite } from '../../src/demo/site.js';
import { realRunner, recorder, run, spec } from '../engine/harness.js';

const runner = realRunner();
afterAll(() => runner.close());

async function demo() {
  const site = await startDemoSite();
  onTestFinished(() => site.close());
  return site;
}

test('the demo prompt reads three pages, a detail page and the page behind the login', async () => {
  const site = await demo();
  const told = recorder();
  const outcome = await run(runner, spec(DEMO_PROMPT, site.url), told);
  expect(outcome).toMatchObject({
    status: 'completed',
    output: { name: 'Willow basket', price: '€29.90', stock: '14', 'Next delivery': 'Friday, before noon' },
  });
  const items = (outcome.output as { items: { name: string; price: string }[] }).items;
  expect(items).toHaveLength(12);
  expect(items[0]).toEqual({ name: 'Walnut tray', price: '€34.00' });
  expect(told.order.filter((entry) => entry.startsWith('step'))).toHaveLength(6);
  expect(JSON.stringify(told)).not.toContain('correct horse');
});

test('the price list comes as a file', async () => {
  const site = await demo();
  const told = recorder();
  expect(await run(runner, spec('Download the "Price list"', site.url), told)).toMatchObject({ status: 'completed' });
  const [file] = told.files;
  expect(file).toMatchObject({ name: 'prices.csv', checksum: expect.stringMatching(/^[\da-f]{64}$/) });
  expect(readFileSync(file?.path ?? '', 'utf8')).toHaveLength(file?.sizeBytes ?? -1);
  expect(told.actions.at(-1)).toMatchObject({ actionType: 'download_file', fileName: 'prices.csv' });
});

test('a wrong password leads to no members page', async () => {
  const site = await demo();
  const outcome = await run(
    runner,
    spec('log in with user "ada" and password "guess", then get the heading of the page', `${site.url}login`),
  );
  expect(outcome).toMatchObject({ status: 'completed', output: { heading: 'Log in' } });
});
