/** Templates give what Python's Jinja2 gives, see nothing but the names they are given, and end soon whatever they say. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluate, render, renderValue, TemplateError } from '../../src/workflow/jinja/render.js';

interface Goldens {
  readonly context: Record<string, unknown>;
  readonly cases: readonly { readonly template: string; readonly expected: string }[];
}
const goldens = JSON.parse(readFileSync(join(import.meta.dirname, 'jinjaGoldens.json'), 'utf8')) as Goldens;

test.each(goldens.cases.map(({ template, expected }) => [template, expected]))('%s', (template, expected) => {
  if (expected.startsWith('ERR')) expect(() => render(template, goldens.context)).toThrow(TemplateError);
  else expect(render(template, goldens.context)).toBe(expected);
});

test.each([
  ['{% for a, b in [(1, 2), (3, 4)] %}{{ a + b }},{% endfor %}', '3,7,'],
  ['{%- for x in [1, 2, 3] if x > 1 -%} {{ x }} {%- endfor %}', '23'],
  ['{% set total %}{{ n }}!{% endset %}{{ total }}', '3!'],
  ['{% with x = 2 %}{{ x }}{% endwith %}{{ x }}', '2'],
  ['{% filter upper %}{{ name }}{% endfilter %}', 'ADA'],
  ['{% macro greet(who, by="hi") %}{{ by }} {{ who }}{% endmacro %}{{ greet("Bo") }}, {{ greet("Al", by="yo") }}', 'hi Bo, yo Al'],
  ['{{ [1, 2, 3][-1] }} {{ "abc"[1] }} {{ "abcdef"[-3:-1] }} {{ nums[::2] }}', '3 b de [3, 2]'],
  ['{{ "a,b;c".replace(",", ";").split(";") }} {{ "x".join(["1", "2"]) }}', "['a', 'b', 'c'] 1x2"],
  ['{{ 2.5 | round }} {{ 3.5 | round }} {{ 2.675 | round(2) }} {{ 1e16 }} {{ 0.00001 }}', '2.0 4.0 2.67 1e+16 1e-05'],
  ['{{ "it\'s" }} {{ ["it\'s", \'say "x"\', "a\\nb"] }}', `it's ["it's", 'say "x"', 'a\\nb']`],
  ['{{ items | map(attribute="tags") | sum(start=0) if false else items | groupby("price") | map("first") | list }}', '[5.5, 7, 10]'],
  [
    '{{ "%05.1f|%-4s|%+d" | format(3.14159, "ab", 5) }} {{ "{:>5}|{:,.2f}|{x[k]}".format("a", 1234.5, x=d) }}',
    '003.1|ab  |+5     a|1,234.50|v',
  ],
  ['{{ -7 // 2 }} {{ -7 % 3 }} {{ 4 / 2 }} {{ 2 ** -1 }}', '-4 2 2.0 0.5'],
  ['{{ items | sort(attribute="price", reverse=true) | map(attribute="name") | join }}', 'ACB'],
  ['one\n', 'one'],
  ['{{ "a<b&\'c" | tojson }}', '"a\\u003cb\\u0026\\u0027c"'],
])('%s', (template, expected) => {
  expect(render(template, goldens.context)).toBe(expected);
});

test('a whole field that ends in tojson is the value itself, and nothing else is', () => {
  expect(renderValue('{{ items | map(attribute="name") | list | tojson }}', goldens.context)).toEqual(['A', 'B', 'C']);
  expect(renderValue(' {{ n | json }}\n', goldens.context)).toBe(3);
  expect(renderValue('{{ n }}', goldens.context)).toBe('3');
  expect(renderValue('is {{ n | tojson }}', goldens.context)).toBe('is 3');
  expect(evaluate('{{ nums }}', goldens.context)).toEqual([3, 1, 2]);
});

test('names that are not there are empty, and fail the template only where that is asked for', () => {
  expect(render('[{{ gone }}{{ d.gone }}{% if gone %}x{% endif %}]', goldens.context)).toBe('[]');
  for (const template of ['{{ gone }}', '{{ d.gone }}', '{% if gone %}x{% endif %}', '{{ gone == 1 }}', '{{ gone | upper }}']) {
    expect(() => render(template, goldens.context, { strict: true })).toThrow(/gone.* is not defined/);
  }
  expect(render('{{ gone | default("x") }}{{ gone is defined }}', goldens.context, { strict: true })).toBe('xFalse');
});

describe('the sandbox', () => {
  test.each([
    '__class__',
    '__proto__',
    'constructor',
    'prototype',
    '__defineGetter__',
    'valueOf',
    'toString',
    'hasOwnProperty',
    'call',
    'map',
    'at',
  ])('nothing has a %s', (name) => {
    for (const of of ['name', 'nums', 'd', 'n', 'range', '(1,2)', '[]', '{}', 'namespace()', 'name.upper']) {
      expect(render(`{{ ${of}.${name} is defined }}{{ (${of})["${name}"] is defined }}`, goldens.context)).toBe('FalseFalse');
      expect(render(`{{ [${of}] | map(attribute="${name}") | first is defined }}`, goldens.context)).toBe('False');
    }
    expect(render(`{{ ${name} is defined }}`, goldens.context)).toBe('False');
  });

  test('a field of that name in the data is data', () => {
    const names = { x: JSON.parse('{"__proto__": {"y": 1}, "constructor": "c"}') };
    expect(render('{{ x.__proto__.y }}{{ x.constructor }}{{ {"__proto__": 2}["__proto__"] }}', names)).toBe('1c2');
    expect(({} as Record<string, unknown>)['y']).toBeUndefined();
  });

  test.each([
    ['work', '{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}'],
    ['a long text', '{{ "x" * 9999999999 }}'],
    ['a text that doubles', `{% set x = "xxxxxxxx" %}${'{% set x = x ~ x %}'.repeat(40)}{{ x }}`],
    ['a list that doubles', `{% set x = [1] %}${'{% set x = x + x %}'.repeat(40)}{{ x }}`],
    ['a range', '{{ range(999999999) }}'],
    ['a power', '{{ 9 ** 9 ** 9 ** 9 }}'],
    ['padding', '{{ "%999999999d" | format(1) }}'],
    ['replacing', '{{ ("a" * 3000000).replace("a", "b" * 1000) }}'],
    ['a macro that calls itself', '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}'],
    ['depth', `{{ ${'('.repeat(5000)}1${')'.repeat(5000)} }}`],
    ['depth of nots', `{{ ${'not '.repeat(50000)}1 }}`],
    ['depth of ifs', '{% if 1 %}'.repeat(5000)],
  ])('%s is bounded', (_, template) => {
    expect(() => render(template, {})).toThrow(TemplateError);
  });

  test('any text is rendered or refused, never anything else', () => {
    const parts = fc.constantFrom(
      '{{',
      '}}',
      '{%',
      '%}',
      '{#',
      '#}',
      ' ',
      'n',
      'items',
      '|',
      'if',
      'for',
      'in',
      '(',
      ')',
      '[',
      ']',
      '.',
      "'",
      '"',
      '1',
      '-',
      'map',
      ',',
      '=',
      ':',
      '\\',
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 30 }), (chosen) => {
        try {
          expect(typeof render(chosen.join(''), goldens.context)).toBe('string');
        } catch (error) {
          expect(error).toBeInstanceOf(TemplateError);
        }
      }),
      { numRuns: 2_000, seed: 7 },
    );
  });
});
