import { describe, expect, test } from 'vitest';
import { checkDefinition } from '../../src/workflow/check.js';
import { readSource } from '../../src/workflow/source.js';
import type { Json } from '../support/fakeSkyvern.js';
import { recorded, recordings } from '../support/recorded.js';

/** `4:7 error there is ...`, with the place in the text. */
function findings(text: string): string[] {
  const source = readSource(text);
  if (source.faults.length > 0) return source.faults.map(({ line, column, message }) => `${line}:${column} syntax ${message}`);
  return checkDefinition(source.value).map(({ severity, message, path, atKey }) => {
    const { line, column } = source.locate(path, atKey);
    return `${line}:${column} ${severity} ${message}`;
  });
}

const errors = (definition: unknown) => checkDefinition(definition).filter(({ severity }) => severity === 'error');

/** What the real server said of these needs the server: whether a key is used twice, a model that makes titles, ... */
const NOT_OF_DEFINITIONS = /idempotent|empty$/;
const sent = recordings(/^(?:workflow-create-|workflow-update|blocks-create|human-.*create|wf-.*create|retry-policy-create)/).flatMap(
  ([name, { request, response }]): [string, number, unknown][] => {
    const { json_definition: json, yaml_definition: yaml } = request.body ?? {};
    if (NOT_OF_DEFINITIONS.test(name) || response.status === 404 || response.status === 405) return [];
    return [[name, response.status, json ?? readSource(String(yaml)).value]];
  },
);

describe('agrees with a real server', () => {
  test('on enough definitions', () => {
    expect(sent.length).toBeGreaterThan(25);
  });

  test.each(sent)('%s was answered %i', (_, status, definition) => {
    expect(errors(definition).length === 0).toBe(status === 200);
  });

  test('a definition that it answered is not one to post', () => {
    const { response } = recorded('workflow-create-json');
    expect(errors(response.body).map(({ message }) => message)).toContain(
      'parameters of type output are made by the server: `skyvern workflow get` prints a definition without them',
    );
  });
});

const block = (yaml: string, rest = '') => `title: T
workflow_definition:
  parameters:
    - {parameter_type: workflow, key: city, workflow_parameter_type: string}
  blocks:
    - ${yaml.split('\n').join('\n      ')}
${rest}`;

describe('names the fault and its place', () => {
  test.each([
    ['a missing title', 'workflow_definition: {parameters: [], blocks: []}', ['1:1 error this needs the field title']],
    [
      'a number for a text',
      'title: 2024\nworkflow_definition: {parameters: [], blocks: []}',
      ['1:8 error title is a text, not 2024: put it in quotes'],
    ],
    [
      'a field that nobody knows',
      block('block_type: wait\nlabel: a\nwait_secs: 5\nwait_sec: 1'),
      ['8:7 warning wait "a" has no field wait_secs (did you mean wait_sec?): servers ignore it'],
    ],
    [
      'an unknown kind of block',
      block('block_type: navigaton\nlabel: a'),
      ['6:19 error there is no block_type "navigaton" (did you mean navigation?)'],
    ],
    ['a missing goal', block('block_type: navigation\nlabel: a'), ['6:7 error navigation "a" needs the field navigation_goal']],
    [
      'an engine misspelt',
      block('block_type: navigation\nlabel: a\nnavigation_goal: x\nengine: skyvern-2'),
      [
        '9:15 error engine is one of skyvern-1.0, skyvern-2.0, skyvern-3.0, openai-cua, anthropic-cua, ui-tars, yutori-navigator (did you mean skyvern-2.0?)',
      ],
    ],
    [
      'a label that is no name',
      block('block_type: wait\nlabel: my block\nwait_sec: 1'),
      ['7:14 error the label "my block" is no name: letters, digits and _, no digit first, such as my_block'],
    ],
    [
      'a wait that is too long',
      block('{block_type: wait, label: a, wait_sec: 4000}'),
      ['6:46 error wait_sec is between 1 and 1800 seconds, not 4000'],
    ],
    [
      'a key that is not there',
      block('{block_type: code, label: a, code: return 1, parameter_keys: [citty]}'),
      ['6:69 error there is no parameter or output "citty" (did you mean city?)'],
    ],
    [
      'a template name that is not there',
      block('{block_type: goto_url, label: a, url: "https://{{ citty }}.example"}'),
      ['6:45 warning the template uses citty, which nothing defines (did you mean city?): it is empty'],
    ],
    [
      'a template that is not closed',
      block('{block_type: goto_url, label: a, url: "{{ city"}'),
      ['6:45 error the template is broken: {{ is not closed by }}'],
    ],
    [
      'a loop variable outside a loop',
      block('{block_type: goto_url, label: a, url: "{{ current_value }}"}'),
      ['6:45 warning current_value is there only inside a loop: it is empty here'],
    ],
    [
      'a next block that is not there',
      block('{block_type: wait, label: a, wait_sec: 1, next_block_label: b}'),
      ['6:67 error there is no block "b" here'],
    ],
    [
      'a reserved key',
      'title: T\nworkflow_definition:\n  blocks: []\n  parameters:\n    - {parameter_type: workflow, key: current_date, workflow_parameter_type: string}',
      ['5:39 error the key current_date is reserved: templates know it as something else'],
    ],
    [
      'a default of another type',
      'title: T\nworkflow_definition:\n  blocks: []\n  parameters:\n    - {parameter_type: workflow, key: n, workflow_parameter_type: integer, default_value: many}',
      ['5:91 error default_value is a whole number, not "many"'],
    ],
    [
      'a zone that is none',
      'title: T\nworkflow_definition:\n  parameters: []\n  blocks: []\n  browser_settings: {timezone_id: europe/berlin}',
      ['5:35 error there is no time zone "europe/berlin" (did you mean Europe/Berlin?)'],
    ],
    [
      'the wrapper of the API',
      'json_definition: {title: T}',
      ['1:1 error what stands under json_definition is the definition: write it at the top'],
    ],
    ['broken YAML', 'title: [a\n', ['2:1 syntax Flow sequence in block collection must be sufficiently indented and end with a ]']],
    ['a key twice', 'title: a\ntitle: b\n', ['2:1 syntax Map keys must be unique']],
    ['an alias that leads back', 'title: &a [*a]\n', ['1:1 syntax Converting circular structure to JSON']],
    ['nothing', '', ['1:1 error a definition is an object with a title and a workflow_definition']],
  ])('%s', (_, text, expected) => {
    expect(findings(text)).toEqual(expected);
  });

  test('in JSON, too', () => {
    expect(
      findings(
        '{\n  "title": "T",\n  "workflow_definition": {"parameters": [], "blocks": [\n    {"block_type": "wait", "label": "a", "wait_sec": 0}\n  ]}\n}',
      ),
    ).toEqual(['4:54 error wait_sec is between 1 and 1800 seconds, not 0']);
  });

  test('every one of several', () => {
    expect(findings(block('{block_type: wait, label: 1a, wait_sec: 0, contnue_on_failure: true}')).length).toBe(3);
  });
});

describe('the order of blocks', () => {
  const wait = (label: string, next?: string) => ({ block_type: 'wait', label, wait_sec: 1, ...(next && { next_block_label: next }) });
  const order = (blocks: readonly object[], more: Json = {}) =>
    errors({ title: 'T', workflow_definition: { parameters: [], blocks, ...more } }).map(
      ({ path, message }) => `${path.slice(2).join('.')} ${message}`,
    );

  test.each([
    ['a list', [wait('a'), wait('b')], {}, []],
    ['a chain, written backwards', [wait('b'), wait('a', 'b')], {}, []],
    [
      'a list that calls itself a graph',
      [wait('a'), wait('b')],
      { version: 2 },
      ['1 nothing leads to the block b: name it in a next_block_label, or take it out'],
    ],
    ['a circle', [wait('a', 'b'), wait('b', 'c'), wait('c', 'b')], {}, ['1 the blocks lead back to themselves: b -> c -> b']],
    ['one that leads to itself', [wait('a', 'a')], {}, ['0 the blocks lead back to themselves: a -> a']],
    ['a finally block', [wait('a', 'b'), wait('b'), wait('z')], { finally_block_label: 'z' }, []],
    [
      'a finally block that goes on',
      [wait('a', 'b'), wait('b'), wait('z', 'a')],
      { finally_block_label: 'z' },
      ['2.next_block_label the block z comes last, so it has no next_block_label'],
    ],
    [
      'version 1 with links',
      [wait('a', 'b'), wait('b')],
      { version: 1 },
      [' with a next_block_label the version is 2: write 2, or leave it out'],
    ],
    [
      'a loop with a list of its own',
      [
        { block_type: 'for_loop', label: 'l', loop_variable_reference: 'x', next_block_label: 'c', loop_blocks: [wait('a'), wait('b')] },
        wait('c'),
      ],
      {},
      ['0.loop_blocks.1 nothing leads to the block b: name it in a next_block_label, or take it out'],
    ],
    [
      'branches that meet again',
      [
        {
          block_type: 'conditional',
          label: 'c',
          next_block_label: 'd',
          branch_conditions: [{ criteria: { expression: '{{ 1 }}' }, next_block_label: 'b' }, { is_default: true }],
        },
        wait('b'),
        wait('d'),
      ],
      {},
      [],
    ],
    [
      'branches without an end',
      [{ block_type: 'conditional', label: 'c', branch_conditions: [{}] }],
      {},
      ['0.branch_conditions.0 a branch has criteria, or is_default: true'],
    ],
    [
      'a label inside a loop that is there outside',
      [wait('a'), { block_type: 'for_loop', label: 'l', loop_variable_reference: 'x', loop_blocks: [wait('a')] }],
      {},
      ['1.loop_blocks.0.label the label a is there twice, and loops share it with all around them'],
    ],
  ])('%s', (_, blocks, more, expected) => {
    expect(order(blocks, more)).toEqual(expected);
  });
});
