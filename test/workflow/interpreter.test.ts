/** The order of blocks, and what their ends mean. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { WordsJudged } from '../../src/workflow/conditions.js';
import { type BlockEnd, type FlowBlock, type FlowDefinition, type FlowHost, runFlow } from '../../src/workflow/interpreter.js';

type Wire = Record<string, unknown>;
const block = (label: string, more: Wire = {}): FlowBlock => ({ block_type: 'wait', label, next_block_label: null, ...more });

interface Told {
  /** `label`, with its round in loops. */
  readonly order: string[];
  /** `label < label of the block around it`. */
  readonly parents: string[];
  readonly rendered: Wire[];
}

async function run(
  blocks: readonly FlowBlock[],
  {
    version = 1,
    values = {},
    parameters = [],
    finallyLabel = null,
    ends = {},
    judges = () => ({ error: 'nobody judges', errors: [] }),
  }: {
    readonly version?: number;
    readonly values?: Wire;
    readonly parameters?: readonly Wire[];
    readonly finallyLabel?: string | null;
    readonly ends?: Readonly<Record<string, BlockEnd>>;
    readonly judges?: (conditions: readonly string[], names: Wire) => WordsJudged;
  } = {},
) {
  const told: Told = { order: [], parents: [], rendered: [] };
  const labels: string[] = [];
  const host: FlowHost = {
    async begun({ label }, { parent, index }) {
      told.order.push(index === null ? label : `${label}${index}`);
      if (parent !== null) told.parents.push(`${label} < ${labels[Number(parent)]}`);
      return String(labels.push(label) - 1);
    },
    async news() {},
    async ended() {},
    async outputs() {},
    judge: async (conditions, _block, names) => judges(conditions, names),
    async carryOut(given, _written, names) {
      told.rendered.push(given);
      return ends[given.label] ?? { status: 'completed', output: given['gives'] ?? { of: given.label, n: names['current_index'] ?? null } };
    },
  };
  const definition: FlowDefinition = { version, parameters, blocks, finallyLabel };
  const end = await runFlow(definition, values, { workflow_title: 'T' }, host, new AbortController().signal);
  return { ...end, ...told, order: told.order.join(' ') };
}

const when = (label: string, expression: string, yes: string | null, no: string | null, merge: string | null = null) =>
  block(label, {
    block_type: 'conditional',
    next_block_label: merge,
    branch_conditions: [
      { criteria: { criteria_type: 'jinja2_template', expression }, next_block_label: yes },
      { is_default: true, criteria: null, next_block_label: no },
    ],
  });
const loop = (label: string, reference: string, inner: readonly FlowBlock[], more: Wire = {}) =>
  block(label, { block_type: 'for_loop', loop_variable_reference: reference, loop_blocks: inner, ...more });

describe('order', () => {
  const diamond = (n: number) => [
    when('a', `{{ n > ${n} }}`, 'b', 'c', 'e'),
    block('b', { next_block_label: 'd' }),
    block('c'),
    block('d', { next_block_label: 'e' }),
    block('e'),
  ];
  test.each([
    ['the list', [block('a'), block('b'), block('c')], 1, 'a b c'],
    [
      'links, wherever blocks stand',
      [block('c'), block('b', { next_block_label: 'c' }), block('a', { next_block_label: 'b' })],
      2,
      'a b c',
    ],
    ['one branch, then where they meet', diamond(2), 2, 'a b d e'],
    ['the other branch, which names no next block', diamond(9), 2, 'a c e'],
    ['a branch without a target goes on where they meet', [when('a', '{{ n == 3 }}', null, 'b', 'c'), block('b'), block('c')], 2, 'a c'],
    ['nothing after a branch that meets nothing', [when('a', 'n == 3', 'b', 'c'), block('b'), block('c')], 2, 'a b'],
    [
      'a conditional in a branch',
      [when('a', '{{ true }}', 'b', 'z', 'z'), when('b', '{{ false }}', 'c', 'd', 'y'), block('c'), block('d'), block('y'), block('z')],
      2,
      'a b d y z',
    ],
    [
      'a branch that goes straight to where an outer one meets',
      [when('a', '{{ 1 }}', 'b', null, 'z'), when('b', '{{ 1 }}', 'z', 'c', 'c'), block('c', { next_block_label: 'z' }), block('z')],
      2,
      'a b z',
    ],
    ['loops in loops', [loop('a', 'rows', [loop('b', 'current_value', [block('c')]), block('d')])], 1, 'a b0 c0 c1 d0 b1 c0 d1'],
  ])('%s', async (_, blocks, version, order) => {
    expect((await run(blocks, { version, values: { n: 3, rows: [[1, 2], [3]] } })).order).toBe(order);
  });

  test('blocks of a branch are in the conditional, those of a loop in the loop, and what follows is in neither', async () => {
    const inner = [when('b', '{{ current_index == 1 }}', 'c', null, 'd'), block('c'), block('d')];
    const { parents, order } = await run([loop('a', '{{ [7, 8] }}', inner, { next_block_label: 'e' }), block('e')], { version: 2 });
    expect(order).toBe('a b0 d0 b1 c1 d1 e');
    expect(parents).toEqual(['b < a', 'd < a', 'b < a', 'c < b', 'd < a']);
  });
});

test('templates see parameters, outputs, what blocks produced, context, and the round they are in', async () => {
  const { rendered, outputs } = await run(
    [
      block('read', { gives: { task_id: 'tsk_1', extracted_information: { title: 'Hi' } } }),
      loop('each', '{{ read_output.extracted_information.title | list }}', [
        block('say', { text: '{{ key }} {{ read.title }} {{ current_value }}{{ current_index }}{{ gone }}' }),
      ]),
      block('last', { typed: '{{ each_output | tojson }}', deep: { list: ['{{ ctx.of }}', 1] }, next: '{{ workflow_title }}' }),
    ],
    { values: { key: 'k' }, parameters: [{ parameter_type: 'context', key: 'ctx', source: { key: 'say_output' } }] },
  );
  expect(rendered.slice(1, 3).map((each) => each['text'])).toEqual(['k Hi H0', 'k Hi i1']);
  expect(rendered[3]).toMatchObject({ deep: { list: ['say', 1] }, next: 'T' });
  expect(rendered[3]!['typed']).toEqual(outputs['each_output']);
  expect(outputs).toMatchObject({
    say_output: { of: 'say', n: 1 },
    each_output: [[{ loop_value: 'H', output_value: { n: 0 } }], [{ loop_value: 'i', output_value: { n: 1 } }]],
  });
});

describe('failures', () => {
  const bad = (status: 'failed' | 'terminated' | 'timed_out' = 'failed'): BlockEnd => ({
    status,
    reason: 'no',
    errors: [{ error_code: 'E', reasoning: 'r' }],
  });
  test.each([
    ['failed', 'failed', 'wait block failed. failure reason: no'],
    ['timed_out', 'failed', 'wait block timed out. Reason: no'],
    ['terminated', 'terminated', 'wait block terminated. Reason: no'],
  ] as const)('a block that %s ends the run %s', async (block_status, status, reason) => {
    const ends = { b: bad(block_status) };
    expect(await run([block('a'), block('b'), block('c')], { ends })).toMatchObject({
      status,
      reason,
      order: 'a b',
      errors: [{ error_code: 'E' }],
    });
    const passed = [block('a'), block('b', { continue_on_failure: true }), block('c')];
    expect(await run(passed, { ends })).toMatchObject({ status: 'completed', order: 'a b c' });
  });

  test.each([
    ['it ends the loop and the run', {}, {}, 'each a0 b0', 'failed'],
    ['the round goes on', { continue_on_failure: true }, {}, 'each a0 b0 c0 a1 b1 c1 last', 'completed'],
    ['the next round begins', { next_loop_on_failure: true }, {}, 'each a0 b0 a1 b1 last', 'completed'],
    ['the loop fails and is passed over', {}, { continue_on_failure: true }, 'each a0 b0 last', 'completed'],
  ])('in a loop: %s', async (_, own, ofLoop, order, status) => {
    const inner = [block('a'), block('b', own), block('c')];
    const result = await run([loop('each', '[1, 2]', inner, ofLoop), block('last')], { ends: { b: bad() } });
    expect(result).toMatchObject({ order, status });
    expect((result.outputs['each_output'] as unknown[]).length).toBe(order.includes('a1') ? 2 : 1);
  });

  test.each([
    ['after success', {}, 'a b fin', 'completed'],
    ['after a failure, which stays', { a: bad() }, 'a fin', 'failed'],
    ['and its own failure fails a run that went well', { fin: bad() }, 'a b fin', 'failed'],
  ])('the last block runs %s', async (_, ends, order, status) => {
    expect(await run([block('a'), block('fin'), block('b')], { ends, finallyLabel: 'fin' })).toMatchObject({ order, status });
  });

  test.each([
    ['a template that is broken', [block('a', { text: '{{ x.y.z }}' })], /a template cannot be rendered: .*x.* is not defined/],
    ['a condition on a name that is not there', [when('a', '{{ gone == 1 }}', null, null)], /gone.* is not defined/],
    ['nothing to go through', [loop('a', 'nothing', [block('b')])], /for_loop block failed.*nothing to go through/],
    ['words where values are wanted', [loop('a', 'every row of the table', [block('b')])], /cannot be had/],
    ['too many rounds', [loop('a', '{{ range(1001) | list }}', [block('b')])], /1000 rounds at most/],
    [
      'a condition that always holds',
      [block('a', { block_type: 'while_loop', condition: { expression: '{{ true }}' }, loop_blocks: [block('b')] })],
      /1000 rounds at most/,
    ],
    [
      'too many blocks in a round',
      [
        loop(
          'a',
          '[1]',
          Array.from({ length: 51 }, (_, at) => block(`b${at}`)),
        ),
      ],
      /more than 50 blocks/,
    ],
  ])('%s', async (_, blocks, reason) => {
    const version = blocks[0]!.block_type === 'conditional' ? 2 : 1;
    expect(await run(blocks, { version, values: { nothing: [] } })).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(reason),
    });
  });

  test('a loop over nothing may be fine, and a condition is looked at before each round', async () => {
    expect(await run([loop('a', 'none', [block('b')], { complete_if_empty: true })], { values: { none: [] } })).toMatchObject({
      status: 'completed',
      order: 'a',
    });
    const condition = { expression: '{{ current_index < 3 and (b_output is not defined or b_output.n != 1) }}' };
    expect((await run([block('a', { block_type: 'while_loop', condition, loop_blocks: [block('b')] })])).order).toBe('a b0 b1');
  });
});

test.each([
  ['', false],
  [' False ', false],
  ['{{ 0 }}', false],
  ['{{ 0.0 }}', false],
  ['{{ "NO" }}', false],
  ['{{ none }}', false],
  ['{{ "off" }}', false],
  ['{{ [] }}', true],
  ['{{ "00" }}', false],
  ['{{ "yes" }}', true],
  ['{{ n }}', true],
  ['n > 2', true],
  ['n > 3', false],
])('the condition %s holds: %s', async (expression, holds) => {
  const blocks = [when('a', expression === '' ? '{{ "" }}' : expression, 'b', 'c'), block('b'), block('c')];
  expect((await run(blocks, { version: 2, values: { n: 3 } })).order).toBe(holds ? 'a b' : 'a c');
});

test('any workflow ends, no block runs oftener than its loops say, and the last one runs once', async () => {
  interface Made {
    readonly blocks: FlowBlock[];
  }
  let count = 0;
  const made = (depth: number): fc.Arbitrary<Made> =>
    fc
      .array(
        fc.record({
          kind: fc.integer({ min: 0, max: depth > 0 ? 5 : 3 }),
          jump: fc.nat(3),
          merge: fc.nat(3),
          flag: fc.boolean(),
          rounds: fc.nat(3),
          inner: depth > 0 ? made(depth - 1) : fc.constant({ blocks: [] }),
        }),
        { minLength: 1, maxLength: 5 },
      )
      .map((parts) => {
        const labels = parts.map(() => `b${count++}`);
        const target = (from: number, by: number) => labels[from + 1 + by] ?? null;
        const blocks = parts.map(({ kind, jump, merge, flag, rounds, inner }, at): FlowBlock => {
          const label = labels[at]!;
          const next = { next_block_label: target(at, jump) };
          if (kind === 3)
            return {
              ...when(label, `{{ ${flag} }}`, target(at, jump), target(at, merge), target(at, Math.max(jump, merge))),
              continue_on_failure: flag,
            };
          if (kind > 3)
            return {
              ...loop(label, JSON.stringify(Array.from({ length: rounds }, (_, i) => i)), inner.blocks, { complete_if_empty: flag }),
              ...next,
            };
          return block(label, { ...next, continue_on_failure: flag, next_loop_on_failure: rounds === 1, fails: kind === 2 });
        });
        return { blocks };
      });
  const most = (blocks: readonly FlowBlock[], times: number, into: Map<string, number>): Map<string, number> => {
    for (const each of blocks) {
      into.set(each.label, times);
      if (each.block_type === 'for_loop')
        most(each['loop_blocks'] as FlowBlock[], times * (JSON.parse(String(each['loop_variable_reference'])) as []).length, into);
    }
    return into;
  };
  await fc.assert(
    fc.asyncProperty(made(2), fc.boolean(), async ({ blocks }, isGraph) => {
      const fails = (all: readonly FlowBlock[]): [string, BlockEnd][] =>
        all.flatMap((each) => [
          ...(each['fails'] === true ? [[each.label, { status: 'failed', reason: 'no' }] as [string, BlockEnd]] : []),
          ...fails((each['loop_blocks'] ?? []) as FlowBlock[]),
        ]);
      const all = [...blocks, block('fin')];
      const result = await run(all, { version: isGraph ? 2 : 1, finallyLabel: 'fin', ends: Object.fromEntries(fails(blocks)) });
      const ran = new Map<string, number>();
      for (const { label } of result.rendered as FlowBlock[]) ran.set(label, (ran.get(label) ?? 0) + 1);
      const limits = most(blocks, 1, new Map([['fin', 1]]));
      for (const [label, times] of ran) expect(times).toBeLessThanOrEqual(limits.get(label)!);
      expect(ran.get('fin')).toBe(1);
      expect(['completed', 'failed']).toContain(result.status);
    }),
    { numRuns: 300, seed: 11 },
  );
});
