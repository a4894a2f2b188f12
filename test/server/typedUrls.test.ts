import { expect, test } from 'vitest';
import { typedUrls } from '../../src/server/flow/typedUrls.js';

test.each<[string, unknown, Record<string, unknown>, string[]]>([
  [
    'what stands in the definition',
    { url: 'http://10.0.0.1:80/x', deep: [{ text: 'go to http://a.example' }] },
    {},
    ['http://10.0.0.1:80', 'http://a.example'],
  ],
  [
    'values of parameters, and in them',
    {},
    { one: 'http://localhost:1', many: ['http://localhost:2/x', { deep: 'http://localhost:3' }] },
    ['http://localhost:1', 'http://localhost:2', 'http://localhost:3'],
  ],
  ['what parameters make together', { url: 'http://{{ host }}:{{ port }}/x' }, { host: 'localhost', port: 8 }, ['http://localhost:8']],
  ['a path that the run finds, of a host that was typed', { url: 'http://localhost:1/{{ read_output.path }}' }, {}, ['http://localhost:1']],
  ['nothing that the run finds', { url: '{{ read_output.url }}', other: 'http://{{ read_output.host }}/' }, {}, []],
  ['no host that the run goes on to write', { url: 'http://10.0.0.{{ read_output.n }}/' }, {}, []],
  ['no address in what is broken', { url: '{{ x.y.z }}http' }, { x: '' }, []],
])('%s', (_, block, values, typed) => {
  expect(typedUrls([block], values).toSorted()).toEqual(typed.toSorted());
});
