import { expect, test } from 'vitest';
import { fakeSkyvern } from '../support/fakeSkyvern.js';
import { skyvern } from '../support/skyvern.js';

test('doctor starts the browser with its sandbox', async () => {
  const { io } = await skyvern(await fakeSkyvern(), 'doctor --json', { env: { ...process.env, SKYVERN_PROFILE: undefined } });
  const [checks] = io.stdout.json();
  expect(checks.find(({ check }: { check: string }) => check === 'browser')).toMatchObject({
    status: 'ok',
    detail: expect.stringContaining('sandbox'),
  });
});
