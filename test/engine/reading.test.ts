import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SnapshotNode } from '../../src/browser/types.js';
import type { Observation } from '../../src/engine/decider.js';
import { createRulesDecider } from '../../src/engine/rules/decider.js';
import { parseRules } from '../../src/engine/rules/parse.js';
import type { ActionRecord } from '../../src/engine/task.js';

const node = (role: string, name: string, children: SnapshotNode['children'], rest: Partial<SnapshotNode> = {}): SnapshotNode => ({
  role,
  name,
  ref: `e${++refs}`,
  url: null,
  level: null,
  checked: false,
  selected: false,
  disabled: false,
  pointer: false,
  children,
  ...rest,
});
let refs = 0;

const word = fc.constantFrom(
  'Bolt',
  'Nut',
  'Price',
  'Price: $3',
  'Name',
  '$1.20',
  '€ 4',
  '12 points',
  '1.',
  '2.',
  'by ada',
  'ada',
  'Next',
  'Stock',
  '',
);
const leaf = fc.oneof(
  fc
    .record({
      role: fc.constantFrom('generic', 'heading', 'paragraph', 'cell', 'columnheader', 'term', 'definition', 'button', 'option'),
      name: word,
      text: word,
    })
    .map(({ role, name, text }) =>
      node(role, role === 'heading' ? text : name, role === 'heading' || text === '' ? [] : [text], role === 'heading' ? { level: 1 } : {}),
    ),
  word.map((name) => node('link', name, [], { url: `/${name}` })),
  fc.record({ name: word, value: word }).map(({ name, value }) => node('textbox', name, value === '' ? [] : [value])),
  fc.record({ name: word, checked: fc.boolean() }).map(({ name, checked }) => node('checkbox', name, [], { checked })),
);
const { tree } = fc.letrec<{ tree: SnapshotNode }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc
      .record({
        role: fc.constantFrom('list', 'listitem', 'table', 'row', 'generic', 'article', 'main', 'group'),
        children: fc.array(fc.oneof(tie('tree'), word), { maxLength: 5 }),
        copies: fc.integer({ min: 1, max: 3 }),
      })
      .map(({ role, children, copies }) =>
        node(role, '', copies === 1 ? children : Array.from({ length: copies }, () => node(role, '', children))),
      ),
  ),
}));

const prompts = fc.constantFrom(
  'Get the price',
  'Get the name and the price',
  'Get the "Stock"',
  'Get the title of the page',
  'Get the heading of the page',
  'Get the title of the top post',
  'Get the name and price of the second item',
  'Get the name of the last item',
  'Get the url, points and author of the first post',
  'Get the names of all items on this page',
  'Get the names and "Stock" of the first 2 items',
  'Get the text of "Bolt"',
);

const FIELDS = new Set(['textbox']);

/** What a node shows with all below it, fields left out. */
const shownBy = (at: SnapshotNode): string => {
  if (FIELDS.has(at.role)) return '';
  if (at.children.length === 0) return at.name;
  return at.children.map((child) => (typeof child === 'string' ? child : shownBy(child))).join(' ');
};

/** Every text of the page, as a person could read it. */
function* texts(at: SnapshotNode): Generator<string> {
  yield at.name;
  if (at.url !== null) yield new URL(at.url, PAGE.url).href;
  yield shownBy(at).replace(/\s+/g, ' ').trim();
  for (const child of at.children) {
    if (typeof child === 'string') yield child;
    else yield* texts(child);
  }
}

const PAGE = { url: 'https://shop.example/list', title: 'The shop' };
const observation = (snapshot: SnapshotNode): Observation => ({
  url: PAGE.url,
  title: async () => PAGE.title,
  snapshot: async () => snapshot,
  inspect: async () => null,
  isPointer: async () => false,
  countIcons: async () => 0,
  dialogs: () => [],
  tabs: async () => [],
  screenshot: async () => null,
  html: async () => null,
});

/** What the prompt gets from the page; null when the engine says that it gets nothing. */
async function answer(prompt: string, snapshot: SnapshotNode): Promise<unknown> {
  const parsed = parseRules(prompt, { secretNames: [] });
  if ('refusal' in parsed) throw new Error(parsed.refusal.reason);
  const decider = createRulesDecider(parsed.clauses);
  const done: ActionRecord[] = [];
  for (let looks = 0; looks < 10; looks++) {
    const decision = await decider.decide(observation(snapshot), done);
    if (decision.type === 'done') return decision.output;
    if (decision.type !== 'act' || decision.action.kind !== 'report') return null;
    done.push({ status: 'completed' } as ActionRecord);
  }
  return null;
}

const leaves = (value: unknown): string[] =>
  typeof value === 'string' ? [value] : value !== null && typeof value === 'object' ? Object.values(value).flatMap(leaves) : [];

test('whatever the page and the prompt: every value of an answer stands on the page', async () => {
  let answered = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(tree, { minLength: 1, maxLength: 4 }), prompts, async (children, prompt) => {
      const page = node('document', '', children);
      const output = await answer(prompt, page);
      if (output === null) return;
      answered++;
      const shown = [...texts(page), PAGE.title, PAGE.url, 'checked', 'not checked'];
      // An empty cell and an empty field are read as such; nothing else is made up.
      for (const value of leaves(output))
        expect(
          shown.some((text) => text.includes(value)),
          `${prompt}: ${value}`,
        ).toBe(true);
    }),
    { numRuns: 800, seed: 20261124 },
  );
  // The property says something: many pages have an answer.
  expect(answered).toBeGreaterThan(80);
});

test.each(['Get the "Colour"', 'Get the colour of the first item', 'Get the colours of all items'])(
  'what the page does not show is never null or empty, it is a failure: %s',
  async (prompt) => {
    const items = ['Bolt', 'Nut'].map((name) => node('listitem', '', [node('link', name, [], { url: `/${name}` })]));
    expect(await answer(prompt, node('document', '', [node('list', '', items), node('textbox', 'Email', [])]))).toBeNull();
  },
);
