/**
 * The TypeScript samples of the API's documentation, run as they are there but for the import.
 *
 * A fragment stands below what its page made before it. Types are checked with all others, by `tsc`.
 */
import { readdirSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { type FakeSkyvern, fakeSkyvern, type Json } from '../support/fakeSkyvern.js';

const OUTPUT = { top_post_title: 'Linux kernel framework' };
const KEY = 'key-of-the-environment';

interface Sample {
  /** Before it runs. */
  readonly arrange?: (api: FakeSkyvern) => void;
  /** What it prints; `<id>` stands for the id of the run that it started first. */
  readonly prints: readonly unknown[];
  /** Body of each start it makes, in part. */
  readonly starts: readonly Json[];
  /** Requests beside starts and reads of runs. */
  readonly asks?: readonly string[];
}

const done = (api: FakeSkyvern) => api.scriptStarts({ status: 'completed', output: OUTPUT });
const workflow = (api: FakeSkyvern) => {
  api.workflow('wpid_123456789', { title: 'Apply to a job' });
  done(api);
};
const TASK = { prompt: 'Get the title of the top post', url: 'https://news.ycombinator.com' };
const FORM = { prompt: 'Fill out the contact form', url: 'https://example.com/contact' };
const PARAMETERS = { resume: 'https://example.com/resume.pdf', job_url: 'https://jobs.lever.co/company/position' };
const WEBHOOK = 'https://your-server.com/webhook';

const SAMPLES: Readonly<Record<string, Sample>> = {
  'task-run': { prints: ['Run ID: <id>', 'Status: created'], starts: [TASK] },
  'task-poll': { arrange: done, prints: [`Output: ${JSON.stringify(OUTPUT)}`], starts: [TASK] },
  'task-webhook': { prints: [], starts: [{ ...TASK, webhook_url: WEBHOOK }] },
  'task-wait': { arrange: done, prints: [OUTPUT], starts: [TASK] },
  'task-schema': {
    arrange: done,
    prints: [OUTPUT],
    starts: [{ data_extraction_schema: { type: 'array', items: { properties: { rating: { type: 'number' } } } } }],
  },
  'task-session': {
    arrange: (api) => {
      done(api);
      const session = { browser_session_id: 'pbs_1', organization_id: 'o_1', status: 'created', timeout: 60 };
      api.on('POST /v1/browser_sessions', { body: session });
      api.run('tsk_1', { status: 'completed', output: OUTPUT });
      api.on('POST /v1/run/tasks', { body: { run_id: 'tsk_1', run_type: 'task_v1', status: 'created' } });
    },
    prints: [],
    starts: [{ url: 'https://app.example.com/login', browser_session_id: 'pbs_1' }],
    asks: ['POST /v1/browser_sessions'],
  },
  'task-max-steps': { arrange: done, prints: [], starts: [{ ...FORM, max_steps: 10 }] },
  // The server knows the engine by another name than the documentation.
  'task-engine': { arrange: done, prints: [], starts: [{ url: 'https://example.com', engine: 'skyvern-1.0' }] },
  'task-publish': { arrange: done, prints: [], starts: [{ publish_workflow: true }] },
  'task-poll-terminal': { arrange: done, prints: [OUTPUT], starts: [{ prompt: 'Extract product data' }] },
  'task-wait-timeout': { arrange: done, prints: [expect.stringMatching(/^tsk_\d+$/)], starts: [FORM, FORM] },
  'request-options': { arrange: (api) => void api.run('tsk_123', { status: 'running' }), prints: ['running'], starts: [] },
  'workflow-run': {
    arrange: workflow,
    prints: ['Run ID: <id>'],
    // The workflow's own proxy stays: without this the server would take its default.
    starts: [{ workflow_id: 'wpid_123456789', parameters: PARAMETERS, proxy_location: null }],
  },
  'workflow-poll': { arrange: workflow, prints: ['Status: completed', `Output: ${JSON.stringify(OUTPUT)}`], starts: [{}] },
  'workflow-webhook': { arrange: workflow, prints: [], starts: [{ parameters: PARAMETERS, webhook_url: WEBHOOK }] },
  'workflow-list': { arrange: workflow, prints: ['wpid_123456789: Apply to a job'], starts: [], asks: ['GET /v1/workflows'] },
};

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test.each(Object.entries(SAMPLES))('%s', async (name, { arrange, prints, starts, asks = [] }) => {
  const api = await fakeSkyvern({ apiKey: KEY });
  arrange?.(api);
  vi.stubEnv('SKYVERN_API_KEY', KEY);
  vi.stubEnv('SKYVERN_BASE_URL', api.url);
  const { printed, enough } = listen(prints.length);
  await import(`./samples/${name}.ts`);
  await enough; // two of them end in a `main();` that nobody awaits
  expect(printed).toEqual(prints.map((each) => (typeof each === 'string' ? each.replace('<id>', api.started[0] ?? 'none') : each)));
  const sent = api.requests.map(({ method, path }) => `${method} ${path}`);
  const bodies = api.requests.filter(({ path }) => path.startsWith('/v1/run/')).map(({ text }) => JSON.parse(text));
  expect(bodies).toMatchObject(starts);
  expect(sent.filter((each) => !/^POST \/v1\/run\/|^GET \/v1\/runs\/(tsk|wr)_\w+$/.test(each))).toEqual(asks);
  if (name === 'request-options') expect(api.requests[0]?.headers['x-custom-header']).toBe('value');
});

test('every sample is run', () => {
  const files = readdirSync(new URL('samples/', import.meta.url)).map((file) => file.replace('.ts', ''));
  expect(files.sort()).toEqual(Object.keys(SAMPLES).sort());
});

/** What is printed from now on, and a promise of the `count`th line. */
function listen(count: number): { readonly printed: unknown[]; readonly enough: Promise<void> } {
  const printed: unknown[] = [];
  const enough = new Promise<void>((resolve) => {
    if (count === 0) resolve();
    vi.spyOn(console, 'log').mockImplementation((line: unknown) => {
      if (printed.push(line) === count) resolve();
    });
  });
  return { printed, enough };
}
