import { expect, test } from 'vitest';
import { essenceOf } from '../../src/render/essence.js';

const task = (found: unknown) => ({ task_id: 'tsk_1', status: 'completed', extracted_information: found, errors: [] });
const branch = { branch_taken: 'open', evaluations: [], branch_id: 'b_1' };
const answer = { status_code: 404, response_headers: { date: 'today' }, response_body: 'no', request_method: 'GET' };
const turn = (value: unknown, outputs: Record<string, unknown>) =>
  Object.entries(outputs).map(([key, output_value]) => ({
    loop_value: value,
    output_parameter: { key, workflow_id: 'w_1' },
    output_value,
  }));

test.each([
  ['what a task gave, as it is', { title: 'Hello' }, { title: 'Hello' }, false],
  ['a text, as it is', 'done', 'done', false],
  ['nothing', undefined, null, false],
  [
    'what blocks extracted',
    { read_output: task({ title: 'a' }), extracted_information: [{ title: 'a' }] },
    { read_output: { title: 'a' } },
    true,
  ],
  ['no block that found nothing', { go_output: task(null), n_output: { n: 1 }, extracted_information: [] }, { n_output: { n: 1 } }, true],
  ['of an answer its status and body', { ask_output: answer }, { ask_output: { status_code: 404, body: 'no' } }, true],
  [
    'a row for each turn of a loop in which one block found something',
    {
      each_output: [
        turn('/', { b_output: branch, read_output: task({ title: 'a' }) }),
        turn('/x', { b_output: branch, go_output: task(null) }),
      ],
    },
    { each_output: [{ loop_value: '/', title: 'a' }] },
    true,
  ],
  [
    'what several blocks of a turn found, by their names',
    { each_output: [turn(1, { a_output: task('x'), b_output: { y: 2 } })] },
    { each_output: [{ loop_value: 1, a_output: 'x', b_output: { y: 2 } }] },
    true,
  ],
  [
    'a loop in a loop',
    { o: [turn(1, { i: [turn(2, { a_output: task({ t: 3 }) })] })] },
    { o: [{ loop_value: 1, i: [{ loop_value: 2, t: 3 }] }] },
    true,
  ],
  ['null when nothing was found out', { go_output: task(null), each_output: [turn(1, { b_output: branch })] }, null, true],
])('people are shown %s', (_, output, found, isShort) => {
  expect(essenceOf(output)).toEqual({ found, isShort });
});
