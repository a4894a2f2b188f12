import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRules } from '../../src/engine/rules/parse.js';

const parse = (prompt: string) => parseRules(prompt, { secretNames: ['PASSWORD'] });
const isRefused = (prompt: string) => 'refusal' in parse(prompt);

/** What the first column of a table of the documentation shows as typed. */
const documented = (section: string): string[] => {
  const [, rest = ''] = readFileSync(new URL('../../docs/rules-engine.md', import.meta.url), 'utf8').split(`## ${section}\n`);
  const [body = ''] = rest.split('\n## ');
  const rows = body.split('\n').filter((line) => line.startsWith('| `'));
  return rows.flatMap((row) => [...(row.split(' | ')[0] ?? '').matchAll(/`([^`]+)`/g)].map(([, typed]) => typed ?? ''));
};
const UNDERSTOOD = documented('What is understood');

describe('docs/rules-engine.md', () => {
  test.each(UNDERSTOOD)('understood: %s', (prompt) => {
    expect(parse(prompt)).toEqual({ clauses: expect.anything() });
  });
  test.each(documented('What is refused'))('refused: %s', (prompt) => {
    expect(parse(prompt)).toEqual({ refusal: { clause: expect.any(String), reason: expect.any(String) } });
  });
  test('both tables were found', () => {
    expect(UNDERSTOOD.length).toBeGreaterThan(60);
    expect(documented('What is refused').length).toBeGreaterThan(6);
  });
});

/** One of a kind each: what no pattern of the language has. */
const UNKNOWN = [
  'buy the cheapest ticket',
  'summarise the page',
  'make sure that all is well',
  'decide which of them is best',
  'solve the equation',
  'click the one that looks right',
  'win the game',
  'reply to her politely',
  'type something nice into "Notes"',
  'get the average price of all items',
  'select words similar to "happy"',
  'click "A" unless it is red',
  'drag "A" onto "B"',
  'press it three times',
];
const known = fc.constantFrom(...UNDERSTOOD);
const joint = fc.constantFrom('. ', ', then ', '; ', '\n', ' and then ');

test('a prompt of known clauses is refused as soon as one unknown clause stands among them, and that clause is the one named', () => {
  const prompts = fc.record({
    before: fc.array(known, { maxLength: 4 }),
    unknown: fc.constantFrom(...UNKNOWN),
    after: fc.array(known, { maxLength: 3 }),
    joint,
  });
  fc.assert(
    fc.property(prompts, ({ before, unknown, after, joint }) => {
      // The twin: without the unknown clause the same prompt is understood.
      if (before.length + after.length > 0) expect(isRefused([...before, ...after].join(joint))).toBe(false);
      const parsed = parse([...before, unknown, ...after].join(joint));
      expect('refusal' in parsed && parsed.refusal.clause.toLowerCase()).toContain(unknown.toLowerCase());
    }),
    { numRuns: 400, seed: 20261124 },
  );
});

test('a word that is left over refuses the prompt: nothing is ignored', () => {
  const quoted = UNDERSTOOD.filter((prompt) => prompt.includes('"'));
  const letters = fc.string({ unit: fc.constantFrom(...'bcdfgjkmpqvwxz'), minLength: 4, maxLength: 9 });
  fc.assert(
    fc.property(fc.constantFrom(...quoted), letters, (prompt, word) => {
      expect(isRefused(prompt)).toBe(false);
      expect(isRefused(`${prompt.replace(/\.$/, '')} ${word} ${word}`)).toBe(true);
    }),
    { numRuns: 400, seed: 20261124 },
  );
});

test('any text is a list of clauses or a refusal, never an error', () => {
  const words = fc.constantFrom(...UNDERSTOOD.flatMap((prompt) => prompt.split(' ')), ',', '.', '"', '>', '{{PASSWORD}}', '\n', '’');
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: fc.constantFrom(...' \t\n"\'`“”«»{}>.,;:!?()#@$0aZéЖ中\u0000\ue000\ud83d'), maxLength: 60 }),
        fc.array(words, { maxLength: 14 }).map((list) => list.join(' ')),
      ),
      (prompt) => {
        const parsed = parse(prompt);
        if ('clauses' in parsed) expect(parsed.clauses.length).toBeGreaterThan(0);
        else expect(parsed.refusal.reason).toMatch(/\w/);
      },
    ),
    { numRuns: 300, seed: 20261124 },
  );
});

test.each([
  'Enter the password "hunter2" into both text fields',
  'Type "hunter2" into "Password"',
  'Enter the username "ada" and the password "hunter2" into the text fields',
  'Set "Password" to "hunter2"',
  'Log in with user "ada" and password “hunter2”',
])('a password in the prompt is not repeated with its clause: %s', (prompt) => {
  const parsed = parse(prompt);
  const texts = 'clauses' in parsed ? parsed.clauses.map(({ text }) => text) : [];
  expect(texts.length).toBeGreaterThan(0);
  expect(texts.join()).not.toContain('hunter2');
});
