/** A run of a workflow is canceled in the middle of each kind of block: what it waits for is dropped, and nothing follows. */
import { expect, test } from 'vitest';
import type { TaskRunner } from '../../src/engine/task.js';
import { KINDS } from '../../src/server/flow/blocks/kinds.js';
import { turn } from '../support/clock.js';
import type { Answered } from '../support/embedded.js';
import { flowServer, type Wire } from '../support/flows.js';
import { untilAborted } from '../support/scriptedRunner.js';

interface Stuck extends TaskRunner {
  /** What was begun and is not over. */
  readonly underWay: ReadonlySet<string>;
  readonly begun: readonly string[];
  /** Browsers that are shared and not closed. */
  readonly open: number;
}

/** An engine in which everything goes on until it is dropped. */
function stuckRunner(): Stuck {
  const underWay = new Set<string>();
  const begun: string[] = [];
  const on = async (what: string, signal: AbortSignal): Promise<never> => {
    begun.push(what);
    underWay.add(what);
    return untilAborted(signal).finally(() => underWay.delete(what));
  };
  let open = 0;
  return {
    underWay,
    begun,
    get open() {
      return open;
    },
    run: (_, __, signal) => on('run', signal),
    share: () => {
      open++;
      return {
        run: (_, __, signal) => on('run', signal),
        ask: (_, __, signal) => on('ask', signal),
        request: (_, signal) => on('request', signal),
        print: (_, signal) => on('print', signal),
        close: async () => void open--,
      };
    },
    close: async () => {},
  };
}

const goal = { navigation_goal: 'do it' };
const inner = [{ block_type: 'http_request', label: 'inner', url: 'https://api.example/x' }];
const words = { criteria_type: 'prompt', expression: 'the page is red' };

/** Of each kind: its fields, and what of it goes on when it is canceled. */
const STUCK: Readonly<Record<string, readonly [what: 'run' | 'ask' | 'request' | 'print' | 'nothing', fields: Wire]>> = {
  task: ['run', goal],
  task_v2: ['run', { prompt: 'do it' }],
  navigation: ['run', { ...goal, url: 'https://a.example/' }],
  action: ['run', goal],
  extraction: ['run', { data_extraction_goal: 'read it' }],
  login: ['run', { url: 'https://a.example/' }],
  validation: ['run', { complete_criterion: 'it is red' }],
  file_download: ['run', goal],
  goto_url: ['run', { url: 'https://a.example/' }],
  text_prompt: ['ask', { prompt: 'say' }],
  http_request: ['request', { url: 'https://api.example/x' }],
  file_url_parser: ['request', { file_url: 'https://api.example/x.csv' }],
  pdf_parser: ['request', { file_url: 'https://api.example/x.pdf', json_schema: { type: 'object' } }],
  print_page: ['print', {}],
  wait: ['nothing', { wait_sec: 1_800 }],
  human_interaction: ['nothing', { instructions: 'Look', recipients: ['a@b.example'] }],
  conditional: ['ask', { branch_conditions: [{ criteria: words, next_block_label: 'never' }, { is_default: true }] }],
  while_loop: ['request', { condition: { expression: '{{ true }}' }, loop_blocks: inner }],
  for_loop: ['request', { loop_variable_reference: '{{ [1, 2] }}', loop_blocks: inner }],
};
/** Over as soon as it begins, and one that has a run of its own: see flowTriggers.test.ts. */
const OTHERS = ['terminate', 'workflow_trigger'];

test('each kind of block that takes time is canceled below', () => {
  expect([...Object.keys(STUCK), ...OTHERS].sort()).toEqual(Object.keys(KINDS).sort());
});

test.each(Object.entries(STUCK))('%s', async (block_type, [what, fields]) => {
  const runner = stuckRunner();
  const server = await flowServer({
    runner,
    concurrency: 1,
    defaultEngine: 'skyvern-1.0',
    models: { share: ({ name }) => name, refusal: async () => null },
  });
  const { status, body } = await server.begin([
    { block_type, label: 'stuck', next_block_label: 'never', ...fields },
    { block_type: 'http_request', label: 'never', url: 'https://api.example/never' },
  ]);
  expect([status, body.detail]).toEqual([200, undefined]);
  const flat = (items: Answered['body'][]): string[] =>
    items.flatMap(({ block, children }) => [`${block.label} ${block.status}`, ...flat(children)]);
  const blocks = async () => flat(await server.timeline(body.run_id)).sort();
  const isStuck = async () => (what === 'nothing' ? (await blocks()).includes('stuck running') : runner.underWay.has(what));
  while (!(await isStuck())) await turn();

  await server.ask('POST', `/v1/runs/${body.run_id}/cancel`);
  expect((await server.until(body.run_id, 'canceled', 'failed', 'completed')).status).toBe('canceled');
  // The place of the run is free only when all of it is over.
  const next = await server.begin([{ block_type: 'terminate', label: 'end', reason: 'enough' }]);
  await server.until(next.body.run_id, 'terminated');
  expect([...runner.underWay, runner.open]).toEqual([0]);
  expect(runner.begun).toEqual(what === 'nothing' ? [] : [what]);
  expect(await blocks()).toEqual(
    ['for_loop', 'while_loop'].includes(block_type) ? ['inner canceled', 'stuck canceled'] : ['stuck canceled'],
  );
});
