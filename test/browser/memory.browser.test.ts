import { expect, onTestFinished, test } from 'vitest';
import { realRunner, recorder, run, spec } from '../engine/harness.js';
import { servePages } from './pages.js';

test('a page that allocates for ever is ended before it takes the machine; its run says so, and the next one is fine', {
  timeout: 120_000,
}, async () => {
  const runner = realRunner();
  onTestFinished(() => runner.close());
  const site = await servePages({
    '/': '<button onclick="setTimeout(() => { for (const all = []; ; ) all.push(new Array(1e6).fill(Math.random())) })">Go</button>',
    '/small': '<title>Small</title>',
  });
  const hungry = await run(runner, spec('Click "Go", wait for "Done"', `${site.origin}/`), recorder());
  expect(hungry).toMatchObject({ status: 'failed', reason: expect.stringMatching(/crashed/) });
  const small = await run(runner, spec('Get the page title', `${site.origin}/small`), recorder());
  expect(small).toMatchObject({ status: 'completed', output: { title: 'Small' } });
});
