/** Bad days, and a good one to compare them with: what every run does, and what the server does to requests. */
import type { Act, Phase, Story, Turn } from './story.js';

export interface Asked {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Simulated milliseconds since the first request. */
  readonly elapsedMs: number;
  /** How many requests of this method and path came before. */
  readonly before: number;
}

/** What goes wrong with a request. */
export type Fault =
  /** Not handled: this is the answer. */
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body: unknown }
  /** The connection is cut before the request has any effect. */
  | 'cut'
  /** The request has its effect, then the connection is cut: a lost answer. */
  | 'lost';

export interface Scenario {
  readonly name: string;
  /** One sentence, for `--list`. */
  readonly summary: string;
  /** What happens to the run that is started as the `index`-th, from 0. */
  story(index: number): Story;
  fault?(asked: Asked): Fault | null;
  /** Runs that are there from the start, begun one after the other in the last minute. */
  readonly crowd?: number;
}

const SHOP: readonly Act[] = [
  { at: 2_500, type: 'goto_url', intention: 'the shop', reasoning: 'The order begins at the shop.' },
  { at: 3_500, type: 'input_text', intention: 'the search field', reasoning: 'The item is found by its name.' },
  { at: 4_500, type: 'click', intention: 'link "Watering can"', reasoning: 'It is the item that was asked for.' },
];
const BEGIN: readonly Turn[] = [
  { at: 500, status: 'queued' },
  { at: 1_500, status: 'running' },
];
const OUTPUT = { item: 'Watering can', price: '24.00 EUR', in_stock: true };

const phase = (turns: readonly Turn[], acts: readonly Act[] = [], until?: Phase['until']): Phase => ({
  turns,
  acts,
  ...(until && { until }),
});
/** A run that ends so, six seconds after its start. */
const ending = (status: string, fields: Turn['fields'] = {}, acts: readonly Act[] = SHOP): Story => ({
  phases: [phase([...BEGIN, { at: 6_000, status, fields }], acts)],
});
const good = (): Story => ending('completed', { output: OUTPUT });
const REFUSED: Act = {
  at: 5_500,
  type: 'click',
  intention: 'button "Add to cart"',
  reasoning: 'The item goes into the cart.',
  status: 'failed',
};
const bad = (): Story => ending('failed', { failure_reason: 'The shop asks for a log-in before it shows a price.' }, [...SHOP, REFUSED]);
const WAIT: Act = {
  at: 5_000,
  type: 'verification_code',
  intention: 'the code field',
  reasoning: 'The shop asks for the code that it has sent.',
};
const between = (elapsedMs: number, from: number, to: number): boolean => elapsedMs >= from && elapsedMs < to;
const isStart = ({ method, path }: Asked): boolean => method === 'POST' && /^\/v1\/run\/\w+(?:\/\w+)?$/.test(path);
const HTML = '<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>';

export const SCENARIOS: readonly Scenario[] = [
  { name: 'success', summary: 'every run completes after six seconds', story: good },
  { name: 'failed', summary: 'every run fails, with a reason', story: bad },
  {
    name: 'terminated',
    summary: 'every run gives up, because its goal cannot be reached',
    story: () => ending('terminated', { failure_reason: 'The item is not sold any more.' }),
  },
  { name: 'canceled', summary: 'somebody else cancels every run', story: () => ending('canceled') },
  {
    name: 'timed-out',
    summary: 'every run uses up its time',
    story: () => ending('timed_out', { failure_reason: 'The run took longer than it may.' }),
  },
  {
    name: 'flaky',
    summary: 'of three runs one fails, and one of seven gives up',
    story: (index) =>
      index % 3 === 2 ? bad() : index % 7 === 6 ? ending('terminated', { failure_reason: 'The item is not sold any more.' }) : good(),
  },
  {
    name: 'slow',
    summary: 'every run takes ten minutes',
    story: () => ({ phases: [phase([...BEGIN, { at: 600_000, status: 'completed', fields: { output: OUTPUT } }], SHOP)] }),
  },
  { name: 'stuck', summary: 'every run stays where it is and never ends', story: () => ({ phases: [phase(BEGIN, SHOP)] }) },
  {
    name: 'paused',
    summary: 'every run waits for a person, until it is told to go on',
    story: () => ({
      phases: [
        phase([...BEGIN, { at: 5_000, status: 'paused' }], SHOP, 'continue'),
        phase([
          { at: 0, status: 'running' },
          { at: 2_000, status: 'completed', fields: { output: OUTPUT } },
        ]),
      ],
    }),
  },
  {
    name: 'totp',
    summary: 'every run waits for a one-time code',
    story: () => ({
      phases: [phase(BEGIN, [...SHOP, WAIT], 'totp'), phase([{ at: 2_000, status: 'completed', fields: { output: OUTPUT } }])],
    }),
  },
  {
    name: 'retry',
    summary: 'the first attempt of every run fails, the second one completes',
    story: () => ({
      phases: [
        phase(
          [
            ...BEGIN,
            { at: 5_000, status: 'failed', fields: { failure_reason: 'The page did not answer.', retry_pending: true } },
            { at: 9_000, status: 'queued', fields: { retry_pending: false, attempt: 2, failure_reason: null } },
            { at: 10_000, status: 'running' },
            { at: 13_000, status: 'completed', fields: { output: OUTPUT } },
          ],
          SHOP,
        ),
      ],
    }),
  },
  {
    name: 'outage',
    summary: 'from the fourth second on the server is gone, for twenty seconds',
    story: good,
    fault: ({ elapsedMs }) => (between(elapsedMs, 4_000, 24_000) ? 'cut' : null),
  },
  {
    name: 'bad-gateway',
    summary: 'every third request is answered by a proxy: 502, as a web page',
    story: good,
    fault: ({ before, method }) =>
      method === 'GET' && before % 3 === 2 ? { status: 502, headers: { 'content-type': 'text/html' }, body: HTML } : null,
  },
  {
    name: 'rate-limit',
    summary: 'every second request is one too many: 429, try again in two seconds',
    story: good,
    fault: ({ before }) =>
      before % 2 === 1 ? { status: 429, headers: { 'retry-after': '2' }, body: { detail: 'Rate limit exceeded' } } : null,
  },
  {
    name: 'lost-answer',
    summary: 'the first start begins its run, but the answer never arrives',
    story: good,
    fault: (asked) => (isStart(asked) && asked.before === 0 ? 'lost' : null),
  },
  {
    name: 'lost-start',
    summary: 'the first start is cut off before it has any effect, which nobody can know',
    story: good,
    fault: (asked) => (isStart(asked) && asked.before === 0 ? 'cut' : null),
  },
  {
    name: 'read-lag',
    summary: 'a new run is not found for its first seconds',
    story: good,
    fault: ({ method, path, before }) =>
      method === 'GET' && /^\/v1\/runs\/[^/]+$/.test(path) && before < 3 ? { status: 404, body: { detail: 'Task run not found' } } : null,
  },
  {
    name: 'no-credit',
    summary: 'no run can be started: 402',
    story: good,
    fault: (asked) => (isStart(asked) ? { status: 402, body: { detail: 'Insufficient credits. Please add credits to continue.' } } : null),
  },
  {
    name: 'key-revoked',
    summary: 'from the fourth second on the key is refused',
    story: good,
    fault: ({ elapsedMs }) => (elapsedMs >= 4_000 ? { status: 403, body: { detail: 'Invalid credentials' } } : null),
  },
  {
    name: 'hostile',
    summary: 'pages and failures say what a terminal, a log or a CI runner would obey',
    story: () =>
      ending('failed', { failure_reason: HOSTILE }, [{ at: 3_000, type: 'click', intention: HOSTILE, reasoning: `It says: ${HOSTILE}` }]),
  },
  {
    name: 'crowd',
    summary: 'a thousand runs are under way, and end one after the other',
    crowd: 1_000,
    story: (index) => {
      const lasts = 20_000 + ((index * 7_919) % 300_000);
      const end: Turn =
        index % 50 === 7
          ? { at: lasts, status: 'failed', fields: { failure_reason: 'The shop asks for a log-in before it shows a price.' } }
          : index % 111 === 5
            ? { at: lasts, status: 'paused' }
            : { at: lasts, status: 'completed', fields: { output: OUTPUT } };
      const begins = (index % 40) * 500;
      return { phases: [phase([{ at: 0, status: 'queued' }, { at: begins, status: 'running' }, end], SHOP)] };
    },
  },
];

const HOSTILE =
  '\u001b[2J\u001b]0;title\u0007\u202eright to left\u202c ::error::forged ##[add-mask]x <script>alert(1)</script> $(id) [red]';
