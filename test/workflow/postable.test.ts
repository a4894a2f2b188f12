import { describe, expect, test } from 'vitest';
import type { Wire } from '../../src/protocol/decode.js';
import { checkDefinition } from '../../src/workflow/check.js';
import { diffDefinitions } from '../../src/workflow/diff.js';
import { postable } from '../../src/workflow/postable.js';
import { readSource, toYaml } from '../../src/workflow/source.js';
import { recordings } from '../support/recorded.js';

/** Definitions as they were sent, and as a real server answered them. */
const made = recordings(/^(?:workflow-create-|workflow-update|blocks-create|human-.*create|wf-.*create|retry-policy-create)/)
  .filter(([name, { response }]) => response.status === 200 && !/untitled|idempotent-again/.test(name))
  .map(([name, { request, response }]): [string, Wire, Wire] => {
    const { json_definition: json, yaml_definition: yaml } = request.body ?? {};
    return [name, (json ?? readSource(String(yaml)).value) as Wire, response.body];
  });

describe('what a real server answered', () => {
  test('is enough to look at', () => {
    expect(made.length).toBeGreaterThan(15);
  });

  test.each(made)('%s becomes a definition that can be posted', (_, _sent, answer) => {
    expect(checkDefinition(postable(answer)).filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(JSON.stringify(postable(answer))).not.toMatch(/_at"|parameter_id"|output_parameter|"workflow_id"/);
  });

  test.each(made)('%s says what was sent, and nothing more', (_, sent, answer) => {
    expect(diffDefinitions(answer, sent)).toEqual([]);
  });

  test('comes through YAML as it is', () => {
    for (const [name, , answer] of made) expect(readSource(toYaml(postable(answer))).value, name).toEqual(postable(answer));
  });
});

test('a kind of block that nobody knows yet keeps what it says', () => {
  const output = { parameter_type: 'output', key: 'a_output', output_parameter_id: 'op_1', workflow_id: 'w_1', created_at: 'x' };
  const key = { parameter_type: 'workflow', key: 'k', workflow_parameter_type: 'string', workflow_parameter_id: 'wp_1', created_at: 'x' };
  const block = { block_type: 'teleport', label: 'a', place: 'Oslo', speed: null, parameters: [key], output_parameter: output };
  const answer = { title: 'T', workflow_definition: { version: 1, parameters: [output, key], blocks: [block] } };
  expect(postable(answer)).toEqual({
    title: 'T',
    workflow_definition: {
      parameters: [{ parameter_type: 'workflow', key: 'k', workflow_parameter_type: 'string' }],
      blocks: [{ block_type: 'teleport', label: 'a', place: 'Oslo', parameter_keys: ['k'] }],
    },
  });
});

describe('a diff', () => {
  const wait = (label: string, seconds: number) => ({ block_type: 'wait', label, wait_sec: seconds });
  const of = (blocks: readonly object[], more: Wire = {}): Wire => ({
    title: 'T',
    ...more,
    workflow_definition: { parameters: [], blocks },
  });

  test.each([
    ['nothing', of([wait('a', 1)]), of([wait('a', 1)]), []],
    ['a default that is written', of([wait('a', 1)]), of([{ ...wait('a', 1), continue_on_failure: false }], { status: 'published' }), []],
    ['a value', of([wait('a', 1)]), of([wait('a', 2)]), [{ op: 'change', path: 'blocks.a.wait_sec', from: 1, to: 2 }]],
    ['a block more', of([wait('a', 1)]), of([wait('a', 1), wait('b', 1)]), [{ op: 'add', path: 'blocks.b', to: wait('b', 1) }]],
    ['a block less', of([wait('a', 1), wait('b', 1)]), of([wait('b', 1)]), [{ op: 'remove', path: 'blocks.a', from: wait('a', 1) }]],
    [
      'another order',
      of([wait('a', 1), wait('b', 1)]),
      of([wait('b', 1), wait('a', 1)]),
      [{ op: 'move', path: 'blocks', from: ['a', 'b'], to: ['b', 'a'] }],
    ],
    ['a field that goes back to its default', of([], { description: 'D' }), of([]), [{ op: 'remove', path: 'description', from: 'D' }]],
    ['a field that an update leaves alone', of([], { max_elapsed_time_minutes: 30, folder_id: 'fld_1' }), of([]), []],
    [
      'the same, taken away by hand',
      of([], { max_elapsed_time_minutes: 30 }),
      of([], { max_elapsed_time_minutes: null }),
      [{ op: 'remove', path: 'max_elapsed_time_minutes', from: 30 }],
    ],
    [
      'a kind of block',
      of([wait('a', 1)]),
      of([{ block_type: 'goto_url', label: 'a', url: 'x' }]),
      [
        { op: 'change', path: 'blocks.a.block_type', from: 'wait', to: 'goto_url' },
        { op: 'remove', path: 'blocks.a.wait_sec', from: 1 },
        { op: 'add', path: 'blocks.a.url', to: 'x' },
      ],
    ],
  ])('of %s', (_, before, after, expected) => {
    expect(diffDefinitions(before, after)).toEqual(expected);
  });
});
