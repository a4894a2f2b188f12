/** What lines say of blocks. */
import { expect, test } from 'vitest';
import { decodeBlock } from '../../src/protocol/timeline.js';
import { describeBlock } from '../../src/render/words.js';

type Wire = Record<string, unknown>;
const judged = (evaluations: unknown) => ({ evaluations });

test.each<[string, unknown, string]>([
  [
    'what a model said of the condition that held',
    judged([
      { is_matched: false, reasoning: 'It is dry.' },
      { is_matched: true, reasoning: 'It says "rain".' },
    ]),
    'it rains → It says "rain".',
  ],
  ['the condition alone where a template decided', judged([{ is_matched: true }]), 'it rains'],
  ['the condition alone where nothing is told', null, 'it rains'],
  ['the condition alone where what is told makes no sense', judged('x'), 'it rains'],
])('why a branch was taken: %s', (_, output, reason) => {
  const block: Wire = {
    workflow_run_block_id: 'wrb_1',
    block_type: 'conditional',
    label: 'check',
    status: 'completed',
    executed_branch_next_block: 'stay',
    executed_branch_expression: 'it rains',
    actions: [],
    created_at: '2026-08-20T12:00:00',
    modified_at: '2026-08-20T12:00:01',
    output,
  };
  expect(describeBlock(decodeBlock(block))).toMatchObject({ label: 'check took stay', reason });
});
