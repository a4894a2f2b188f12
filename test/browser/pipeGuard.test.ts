import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MessageFilter } from '../../src/browser/pipeGuard.js';

const LIMIT = 200;

/** What reaches the library of `messages`, which come in pieces of these lengths. */
function through(messages: readonly string[], pieces: readonly number[], limit = LIMIT): readonly string[] {
  const bytes = Buffer.from(messages.map((message) => `${message}\0`).join(''));
  const got: Buffer[] = [];
  const filter = new MessageFilter(limit, (chunk) => got.push(chunk));
  for (let at = 0, index = 0; at < bytes.length; index++) {
    const length = pieces[index % pieces.length] ?? bytes.length;
    filter.push(bytes.subarray(at, at + length));
    at += length;
  }
  return Buffer.concat(got).toString().split('\0').slice(0, -1);
}

const pieces = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 20 });
const short = fc.record({ method: fc.string({ maxLength: 20 }) }).map((event) => JSON.stringify(event));
const LONG = 'x'.repeat(LIMIT);
const event = JSON.stringify({ method: 'Runtime.consoleAPICalled', params: { text: LONG }, sessionId: 'AB12' });
const answer = JSON.stringify({ id: 12, result: { text: LONG }, sessionId: 'AB12' });
const rootAnswer = JSON.stringify({ id: 7, result: { text: LONG } });

test('messages come as they were sent, however the pipe cuts them', () => {
  const same = fc.property(fc.array(short, { maxLength: 12 }), pieces, (messages, cuts) => {
    expect(through(messages, cuts)).toEqual(messages);
  });
  fc.assert(same);
});

test('an event that is too long is left out, an answer becomes an error of the script that asked, and all else comes through', () => {
  const exceptionDetails = expect.objectContaining({ text: expect.stringMatching(/^the page holds more than can be read at once/) });
  const result = { result: { type: 'undefined' }, exceptionDetails };
  fc.assert(
    fc.property(short, short, pieces, (before, after, cuts) => {
      const got = through([before, event, answer, rootAnswer, after], cuts);
      expect([got[0], got[3]]).toEqual([before, after]);
      expect(got.slice(1, 3).map((text) => JSON.parse(text))).toEqual([
        { id: 12, result, sessionId: 'AB12' },
        { id: 7, result },
      ]);
    }),
  );
});

test('twin: with a limit above them the same messages come through', () => {
  expect(through([event, answer, rootAnswer], [50], 1_000)).toEqual([event, answer, rootAnswer]);
});
