import { describe, expect, test } from 'vitest';
import { checkParameters, type RunParameter, runParameters } from '../../src/workflow/parameters.js';
import { scanTemplates } from '../../src/workflow/templates.js';
import { recorded } from '../support/recorded.js';

const parameter = (type: string, fallback: unknown = null): RunParameter => ({
  key: 'p',
  type,
  description: null,
  fallback,
  required: fallback === null && type !== 'credential_id',
});

describe('a parameter of the command line', () => {
  test.each([
    ['string', '3', '3'],
    ['string', '', ''],
    ['integer', '3', 3],
    ['integer', ' -3 ', -3],
    ['integer', '1.9', null],
    ['integer', 'many', null],
    ['integer', '', null],
    ['float', '1.5e3', 1500],
    ['float', 'NaN', null],
    ['boolean', 'TRUE', true],
    ['boolean', '0', false],
    ['boolean', 'yes', null],
    ['json', '{"a":[1]}', { a: [1] }],
    ['json', 'a', null],
    ['file_url', 'https://x.example/a.pdf', 'https://x.example/a.pdf'],
    ['credential_id', 'cred_1', 'cred_1'],
    ['credential_id', 'password', null],
    ['hologram', 'x', 'x'],
  ])('%s %s is %j', (type, text, value) => {
    const { values, faults } = checkParameters([parameter(type)], {}, new Map([['p', text]]));
    if (value === null) expect(faults.map(({ kind }) => kind)).toEqual(['type']);
    else expect([values, faults]).toEqual([{ p: value }, []]);
  });
});

describe('parameters as JSON', () => {
  test.each([
    ['integer', 3, { p: 3 }],
    ['integer', '3', { p: 3 }],
    ['integer', true, null],
    ['string', 3, { p: '3' }],
    ['string', { a: 1 }, null],
    ['json', 'plain', null],
    ['json', '{"a":1}', { p: '{"a":1}' }],
    ['json', [1], { p: [1] }],
    ['boolean', 1, { p: true }],
  ])('%s %j', (type, value, expected) => {
    const { values, faults } = checkParameters([parameter(type)], { p: value }, new Map());
    expect(faults.length === 0 ? values : null).toEqual(expected);
  });

  test('all faults are named; null is the default; the command line goes before', () => {
    const { workflow_definition } = recorded('workflow-create-json').response.body;
    const parameters = runParameters({ workflow_definition });
    expect(parameters.map(({ key, type, required }) => `${key} ${type} ${required}`)).toEqual(['n integer false', 'note string true']);
    const { values, faults } = checkParameters(parameters, { n: 'many', nte: 1, zz: 1 }, new Map());
    expect(values).toEqual({});
    expect(faults.map(({ message }) => message)).toEqual([
      'the parameter n is a whole number, not "many"',
      'the workflow has no parameter nte (did you mean note?)',
      'the workflow has no parameter zz',
      'the parameter note (string) is missing',
    ]);
    expect(checkParameters(parameters, { n: null, note: 'a' }, new Map([['note', 'b']]))).toEqual({ values: { note: 'b' }, faults: [] });
  });
});

describe('templates', () => {
  test.each([
    ['{{ a.b | default(d, true) }}{{ c.d[e] }}{# {{ f #}', ['d', 'c', 'e'], null],
    ['{% for x in xs %}{{ x }}{{ loop.index }}{% endfor %}', ['xs'], null],
    ['{% set y = 1 %}{{ y }}{{ "{{ z }}" }}', [], null],
    ['{% raw %}{{ x }}{% endraw %}{{ y }}', ['y'], null],
    ["{{ f(key=1, other=b) if c is defined else {'d': e}['d'] }}", ['f', 'b', 'e'], null],
    ['{{ a', [], '{{ is not closed by }}'],
    ['{{ "}}" ', [], '{{ is not closed by }}'],
    ['{% if a %}', ['a'], '{% if %} has no {% endif %}'],
    ['{% if a %}{% endfor %}', ['a'], '{% endfor %} closes nothing'],
    ['{{ }}', [], '{{ }} is empty'],
    ['{"a": {"b": {}}}', [], null],
  ])('%s', (text, names, fault) => {
    expect(scanTemplates(text)).toEqual({ names, fault });
  });
});
