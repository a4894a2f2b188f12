import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SnapshotNode } from '../../src/browser/types.js';
import { changesBetween } from '../../src/engine/agent/prompt.js';
import { verdictShape } from '../../src/engine/agent/verify.js';
import { viewOf } from '../../src/engine/agent/view.js';

let refs = 0;
const node = (role: string, name = '', children: SnapshotNode['children'] = [], more: Partial<SnapshotNode> = {}): SnapshotNode => ({
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
  ...more,
});
const at = (y: number) => ({ box: { x: 0, y, width: 600, height: 30 } });
const page = (...children: SnapshotNode['children']): SnapshotNode => node('document', '', children, { ref: null });

test('a page as text: what can be acted on has its reference, wrappers have no line', () => {
  refs = 0;
  const { text, elements } = viewOf(
    page(
      node('generic', '', [node('heading', 'Shop', [], { level: 1 })]),
      node('paragraph', '', ['Two for one']),
      node('textbox', 'Name', ['Ada'], { placeholder: 'your name', focused: true }),
      node('combobox', 'Size', [
        { ...node('option', 'S'), ref: null },
        { ...node('option', 'M', [], { selected: true }), ref: null },
      ]),
      node('checkbox', 'Gift', [], { checked: true }),
      node('button', 'More', [], { expanded: false, disabled: true }),
      node('generic', '', ['Click me'], { pointer: true }),
      node('link', 'Terms', [], { url: '/terms' }),
    ),
    1_000,
  );
  expect(text).toMatchInlineSnapshot(`
    "- heading "Shop" level=1
    - paragraph: Two for one
    - textbox "Name" placeholder="your name" focused [e4]: Ada
    - combobox "Size" [e7]: {S | *M*}
    - checkbox "Gift" checked [e8]
    - button "More" disabled collapsed [e9]
    - generic [e10]: Click me
    - link "Terms" [e11]: </terms>"
  `);
  expect(elements.size).toBe(10 - 2 + 1);
});

const rows = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    node('listitem', '', [node('link', `Product number ${index}`), node('text', '', [`${index}.00 EUR`])], at(index * 40)),
  );

test('within its budget a long list is whole', () => {
  const { text, left } = viewOf(page(node('list', '', rows(100))), 100_000);
  expect([text.includes('Product number 99'), left]).toEqual([true, 0]);
});

test('beyond it, rows that repeat are folded but for the first ones and what is in view, and how many is said', () => {
  const { text, elements } = viewOf(
    page(node('heading', 'Products', [], at(0)), node('list', '', rows(1_000)), node('button', 'Next page', [], at(40_010))),
    2_000,
  );
  expect(text.length).toBeLessThan(2_000 * 3.5);
  expect(text).toContain('Product number 17'); // at 680 of 720 pixels
  expect(text).not.toContain('Product number 18"');
  expect(text).toContain('... 982 more like these, not shown');
  expect(text).toContain('"Next page"'); // what comes after the list is not lost with it
  expect([...elements.values()].some(({ name }) => name === 'Product number 999')).toBe(true); // hidden, not gone
});

test('a page of different things keeps what is in view, and says how much is not shown', () => {
  const parts = Array.from({ length: 400 }, (_, index) =>
    node(index % 2 ? 'paragraph' : 'heading', '', [`Part ${index} ${'x'.repeat(index % 90)}`], at((index - 200) * 40)),
  );
  const { text, left } = viewOf(page(...parts), 1_500);
  expect(text.length).toBeLessThan(1_500 * 3.5 + 2_000);
  for (const shown of [200, 205, 217]) expect(text).toContain(`Part ${shown} `);
  expect(left).toBeGreaterThan(100);
  expect(text).toMatch(/\.\.\. \d+ lines not shown, scroll to see them/);
});

test('what is inside of a frame is in view where the frame is', () => {
  const inside = node('button', `Pay ${'z'.repeat(150)}`, [], at(10));
  const far = (y: number) =>
    viewOf(
      page(
        ...Array.from({ length: 60 }, (_, i) => node(i % 2 ? 'paragraph' : 'heading', '', [`Words ${i} ${'y'.repeat(100)}`], at(i * 40))),
        node('iframe', '', [inside], at(y)),
      ),
      900,
    ).text;
  expect(far(300)).toContain('"Pay ');
  expect(far(30_000)).not.toContain('"Pay ');
});

test('no page is larger than its budget allows, whatever is in it', () => {
  const tree: fc.Memo<SnapshotNode> = fc.memo((depth) =>
    fc
      .tuple(
        fc.constantFrom('generic', 'button', 'list', 'listitem', 'paragraph', 'combobox'),
        fc.string({ maxLength: 300 }),
        fc.array(depth > 1 ? fc.oneof(fc.string({ maxLength: 2_000 }), tree(depth - 1)) : fc.string(), { maxLength: 12 }),
        fc.integer({ min: -3_000, max: 6_000 }),
      )
      .map(([role, name, children, y]) => node(role, name, children, at(y))),
  );
  fc.assert(
    fc.property(tree(4), (root) => {
      const { text } = viewOf(page(root), 1_000);
      const marks = text.split('\n').filter((line) => line.startsWith('...')).length;
      expect(text.length).toBeLessThanOrEqual(1_000 * 3.5 + marks * 60);
    }),
    { numRuns: 100 },
  );
});

test('what changed is told by lines, each as often as it is there', () => {
  expect(changesBetween(['a', 'a', 'b'], ['a', 'b', 'c', 'b'])).toEqual({ added: ['c', 'b'], removed: 1 });
});

test.each<[string, unknown, boolean]>([
  ['words that stand there', { achieved: true, evidence: 'Order No. 4711', missing: '' }, true],
  ['the same in other letters', { achieved: true, evidence: '"order no 4711"', missing: '' }, true],
  ['words that do not', { achieved: true, evidence: 'Order No. 4712', missing: '' }, false],
  ['no words', { achieved: true, evidence: '...', missing: '' }, false],
  ['nothing to prove', { achieved: false, evidence: '', missing: 'the order' }, true],
  ['another form', { achieved: 'yes' }, false],
])('evidence of a verdict: %s', (_, verdict, accepted) => {
  expect(verdictShape('- heading "Order No. 4711" [e3]').faults(verdict).length === 0).toBe(accepted);
});
