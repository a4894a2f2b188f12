/** A workflow run with a login, a loop with a branch in each turn, a person who is asked, files and a table: as a server tells it, stage by stage. */
import type { Stage } from './stagedServer.js';

export const STOCK_RUN = 'wr_512000000000000001';

type Json = Record<string, unknown>;

/** The same run, with a login that fails. @param start epoch ms */
export function stockFails(start: number): Stage[] {
  const [first, second] = stockCheck(start) as [Stage, Stage];
  const time = (ms: number): string => new Date(start + ms).toISOString().slice(0, -1);
  const reason = 'The sign-in page asks for a code that nobody has given.';
  const failed = (item: unknown): unknown => {
    const { block } = item as { readonly block: Json };
    if (block['label'] !== 'sign_in') return item;
    return { ...(item as Json), block: { ...block, status: 'failed', failure_reason: reason, modified_at: time(12_000) } };
  };
  return [
    { run: { ...first.run, ...second.run }, ...(second.timeline && { timeline: second.timeline }) },
    {
      run: { status: 'failed', failure_reason: reason, finished_at: time(12_000) },
      ...(second.timeline && { timeline: second.timeline.map(failed) }),
    },
  ];
}

/** @param start epoch ms; everything else is told from there */
export function stockCheck(start: number): Stage[] {
  const time = (ms: number): string => new Date(start + ms).toISOString().slice(0, -1);
  const block = (
    block_type: string,
    label: string,
    [from, to]: readonly [number, number | null],
    fields: Json = {},
    children: Json[] = [],
  ): Json => {
    const id = `wrb_${from}`;
    const status = to === null ? 'running' : 'completed';
    const times = { created_at: time(from), modified_at: time(to ?? from) };
    const own = {
      workflow_run_block_id: id,
      block_type,
      label,
      status,
      actions: [],
      duration: to === null ? null : (to - from) / 1000,
      ...times,
    };
    return { type: 'block', thought: null, block: { ...own, ...fields }, children: [...children].reverse(), ...times };
  };
  const action = (action_type: string, reasoning: string, [from, to]: readonly [number, number], fields: Json = {}): Json => ({
    action_type,
    status: 'completed',
    action_id: `act_${from}`,
    step_id: 'stp_1',
    step_order: 0,
    action_order: from,
    confidence_float: 0.95,
    reasoning,
    screenshot_artifact_id: `a_${from}`,
    created_at: time(from),
    started_at: time(from),
    finished_at: time(to),
    modified_at: time(to),
    ...fields,
  });
  const newestFirst = (...actions: Json[]) => ({ actions: actions.reverse() });
  const page = (path: string, text: string, attributes: Json = {}) => ({
    skyvern_element_data: { text, page_url: `https://shop.example${path}`, attributes },
  });

  const open = block('goto_url', 'open_shop', [900, 2_700], { url: 'https://shop.example/', description: 'Opens the shop.' });
  const signIn = (count: number) =>
    block('login', 'sign_in', [2_800, count === 4 ? 9_600 : null], {
      url: 'https://shop.example/login',
      description: 'Signs in with the saved credential.',
      ...newestFirst(
        ...[
          action('input_text', 'The e-mail field is empty.', [3_400, 4_100], {
            text: 'ada@example.com',
            ...page('/login', '', { name: 'e-mail' }),
          }),
          action('input_text', 'The password belongs here.', [4_600, 5_300], {
            text: 'correct horse',
            ...page('/login', '', { name: 'password', type: 'password' }),
          }),
          action('click', 'Both fields are filled: send them.', [5_800, 7_200], page('/login', 'Sign in')),
          action('complete', 'The page greets Ada: we are in.', [9_100, 9_200], { confidence_float: null }),
        ].slice(0, count),
      ),
    });
  const items = ['Watering can', 'Flower pot', 'Garden gloves'];
  const turn = (index: number, until: 'reading' | 'branch' | 'done'): Json[] => {
    const at = 10_000 + index * 9_000;
    const loop = { current_index: index, current_value: items[index] };
    const low = index === 1;
    const read = block('extraction', 'read_stock', [at, until === 'reading' ? null : at + 4_200], {
      ...loop,
      ...newestFirst(
        action(
          'click',
          'The list shows it; its page says how many are left.',
          [at + 600, at + 1_500],
          page('/items', items[index] as string),
        ),
        ...(until === 'reading'
          ? []
          : [action('extract', 'Price and stock are below the picture.', [at + 2_200, at + 4_000], { confidence_float: 0.88 })]),
      ),
    });
    if (until === 'reading') return [read];
    const order = block('navigation', 'fill_order', [at + 5_000, until === 'branch' ? null : at + 8_000], {
      ...loop,
      ...newestFirst(
        action('input_text', 'Twelve is what the shelf holds.', [at + 5_500, at + 6_100], {
          text: '12',
          ...page('/order', '', { name: 'quantity' }),
        }),
      ),
    });
    const branch = block(
      'conditional',
      'is_low',
      [at + 4_300, until === 'branch' ? null : at + 8_100],
      {
        ...loop,
        executed_branch_expression: low ? '{{ read_stock_output.stock < 5 }}' : null,
        executed_branch_next_block: low ? 'fill_order' : 'next_item',
        duration: null,
      },
      low ? [order] : [],
    );
    return [read, branch];
  };
  const loop = (turns: readonly Json[], to: number | null) =>
    block('for_loop', 'each_item', [9_800, to], { loop_values: items, duration: null }, [...turns]);
  const ask = (to: number | null) =>
    block('human_interaction', 'approve_order', [37_200, to], {
      duration: null,
      description: 'Asks before money is spent.',
      instructions: 'Order 12 flower pots for 58.80 EUR from Garden Supply Ltd? The budget of this month has 120 EUR left.',
    });
  const total = block('code', 'total', [52_000, 52_300], { duration: 0.3 });
  const run = (fields: Json): Json => ({
    app_url: 'https://app.skyvern.com/runs/wr_512000000000000001',
    run_request: { workflow_id: 'wpid_412', title: 'Weekly stock check', parameters: null, totp_identifier: 'ada@example.com' },
    created_at: time(0),
    attempt: 1,
    retry_pending: false,
    attempts: [],
    ...fields,
  });
  const history = (...itemsOldestFirst: Json[]) => itemsOldestFirst.reverse();
  const running = { status: 'running', queued_at: time(150), started_at: time(800) };
  return [
    { run: run({ status: 'queued', queued_at: time(150) }) },
    { run: running, timeline: history(open, signIn(2)) },
    { timeline: history(open, signIn(4), loop(turn(0, 'reading'), null)) },
    { timeline: history(open, signIn(4), loop([...turn(0, 'done'), ...turn(1, 'branch')], null)) },
    {
      run: { status: 'paused' },
      timeline: history(open, signIn(4), loop([...turn(0, 'done'), ...turn(1, 'done'), ...turn(2, 'done')], 37_000), ask(null)),
    },
    {
      run: { status: 'running' },
      timeline: history(open, signIn(4), loop([...turn(0, 'done'), ...turn(1, 'done'), ...turn(2, 'done')], 37_000), ask(51_900)),
    },
    {
      run: {
        status: 'completed',
        finished_at: time(53_000),
        recording_url: 'https://api.skyvern.com/v1/artifacts/a_900/content?sig=x',
        downloaded_files: [{ url: 'https://api.skyvern.com/x', filename: 'order-2214.pdf', file_size: 48_213 }],
        output: {
          stock: [
            { item: 'Watering can', price: '12.50 EUR', stock: 31, ordered: 0 },
            { item: 'Flower pot', price: '4.90 EUR', stock: 3, ordered: 12 },
            { item: 'Garden gloves', price: '8.00 EUR', stock: 17, ordered: 0 },
          ],
          total: '58.80 EUR',
        },
      },
      timeline: history(open, signIn(4), loop([...turn(0, 'done'), ...turn(1, 'done'), ...turn(2, 'done')], 37_000), ask(51_900), total),
    },
  ];
}
