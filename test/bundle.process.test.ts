/** What the bundle does to the parts of others, seen in the program that is published. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { fakeSkyvern } from './support/fakeSkyvern.js';

const LIBRARY = new URL('../dist/index.js', import.meta.url).href;

/** One answer read by the built library. @returns whether V8 takes code from before it afterwards, with `flag` set at the end too */
async function codeStillTaken(flag = ''): Promise<{ ended: unknown; taken: boolean }> {
  const server = await fakeSkyvern();
  const program = `
    import { cachedDataVersionTag, setFlagsFromString } from 'node:v8';
    import { Skyvern } from ${JSON.stringify(LIBRARY)};
    const before = cachedDataVersionTag();
    const ended = await new Skyvern({ apiKey: 'key', baseUrl: ${JSON.stringify(String(server.url))} }).getRun('tsk_1', { maxRetries: 0 }).then(() => 200, (error) => error.statusCode);
    if (${JSON.stringify(flag)}) setFlagsFromString(${JSON.stringify(flag)});
    console.log(JSON.stringify({ ended, taken: cachedDataVersionTag() === before }));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
  return JSON.parse(stdout);
}

test('the flag that keeps V8 from optimizing the HTTP parser is put back: what was compiled before is taken still', async () => {
  const { ended, taken } = await codeStillTaken();
  expect([typeof ended, taken]).toEqual(['number', true]);
  // The tag says so: with a budget that is not V8's own it is another one.
  expect(await codeStillTaken('--wasm-tiering-budget=2000000000')).toMatchObject({ taken: false });
});
