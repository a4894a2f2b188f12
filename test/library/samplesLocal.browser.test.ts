/**
 * The task samples of the API's documentation against the embedded server: its agent, a real Chromium, and a scripted model that
 * speaks each of the three wire formats. The hosts of the samples are played by one of ours.
 */
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { agentFactory } from '../../src/engine/agent/decider.js';
import { createTaskRunner } from '../../src/engine/loop.js';
import type { TaskRunner } from '../../src/engine/task.js';
import { openModel } from '../../src/model/ask.js';
import { systemRandom } from '../../src/random.js';
import { type Answer, servePages } from '../browser/pages.js';
import { testPool } from '../support/browserSession.js';
import { embedded } from '../support/embedded.js';
import { type Asked, PROVIDERS, type Said, scriptedModel } from '../support/scriptedModel.js';
import { noModels } from '../support/scriptedRunner.js';

const pool = testPool();
afterAll(() => pool.close());
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  vi.resetModules();
});

const PAGES: Readonly<Record<string, Answer>> = {
  '/': '<title>Example Domain</title><h1>News</h1><ol><li><a href="/1">Linux kernel framework</a></li><li><a href="/2">Another post</a></li></ol>',
  '/contact': '<h1>Contact</h1><form action="/thanks"><label>Message <input name="m"></label><button>Send</button></form>',
  '/thanks': '<h1>Thank you</h1>',
  '/login': '<h1>Log in</h1><a href="/invoices">Continue as Ada</a>',
  '/invoices': '<h1>Your invoices</h1><a href="/invoice.txt">Invoice of May</a>',
  '/invoice.txt': (_, response) =>
    void response.writeHead(200, { 'content-disposition': 'attachment; filename="invoice.txt"' }).end('9.00'),
  '/products': '<h1>Products</h1><ul><li>Widget A $29.99 4.5 stars</li><li>Widget B $19.99 4.1 stars</li></ul>',
};
const PRODUCTS = [
  { name: 'Widget A', price: '$29.99', rating: 4.5 },
  { name: 'Widget B', price: '$19.99', rating: 4.1 },
];

/** What a good model would say to each of the samples. */
function model({ tool, text }: Asked): Said {
  const evidence = ['Linux kernel framework', 'Thank you', 'Widget A', 'Your invoices'].find((words) =>
    text.slice(text.lastIndexOf('<page>')).includes(words),
  );
  if (tool === 'judge')
    return { tool: { achieved: evidence !== undefined, evidence: evidence ?? '', missing: evidence ? '' : 'all of it' } };
  const act = (...actions: readonly Record<string, unknown>[]) => ({
    tool: { thought: 'seen', actions: actions.map((each) => ({ why: 'it is asked for', ...each })) },
  });
  const complete = (output?: unknown) => act({ action: 'complete', text: evidence ?? '', ...(output !== undefined && { output }) });
  const ref = (name: string) => new RegExp(`- ${name}[^\\n]*\\[(\\w+)\\]`).exec(text)?.[1];
  if (text.includes('invoice')) {
    if (evidence === undefined) return act({ action: 'click', ref: ref('link') });
    return text.includes('got the file') ? complete() : act({ action: 'download', ref: ref('link') });
  }
  if (text.includes('contact form')) {
    return evidence === 'Thank you'
      ? complete()
      : act({ action: 'type', ref: ref('textbox'), text: 'Hello' }, { action: 'click', ref: ref('button') });
  }
  if (text.includes('page title')) return complete({ title: 'Example Domain' });
  return complete(text.includes('top post') ? { title: 'Linux kernel framework' } : PRODUCTS);
}

/** A runner for which every host is ours. */
const mapped = (runner: TaskRunner, origin: string): TaskRunner => ({
  run: (spec, ...rest) => runner.run({ ...spec, url: spec.url && origin + new URL(spec.url).pathname }, ...rest),
  share: runner.share,
  close: async () => {},
});

const sample = (name: string) => import(`./samples/task-${name}.ts`);

const HONOURED = ['run', 'poll', 'wait', 'webhook', 'schema', 'max-steps', 'engine', 'poll-terminal', 'session', 'wait-timeout'];

test.each(PROVIDERS)(
  '%s: every task sample that asks for what a local browser can do',
  async (provider) => {
    const scripted = await scriptedModel(model);
    const site = await servePages(PAGES);
    const openModelOf = () => openModel({ clock: systemClock, random: systemRandom, env: {} }, scripted.access(provider));
    const runner = createTaskRunner({ pool, clock: systemClock, deciders: { 'skyvern-1.0': agentFactory({ openModel: openModelOf }) } });
    const { url, token, ask, until } = await embedded({
      runner: mapped(runner, site.origin),
      models: { ...noModels, refusal: async () => null },
      defaultEngine: null,
    });
    vi.stubEnv('SKYVERN_API_KEY', token);
    vi.stubEnv('SKYVERN_BASE_URL', url);
    const printed: unknown[] = [];
    vi.spyOn(console, 'log').mockImplementation((line: unknown) => void printed.push(line));
    await Promise.all(HONOURED.map((name) => sample(name)));
    const runs = (await ask('GET', '/v1/runs?page_size=50')).body as { run_id: string }[];
    const ended = await Promise.all(runs.map(({ run_id }) => until(run_id, 'completed', 'failed', 'terminated')));
    expect(ended.map(({ status, failure_reason }) => failure_reason ?? status)).toEqual(
      HONOURED.concat('wait-timeout').map(() => 'completed'),
    );
    const outputs = ended.map(({ run_request, output }) => [run_request.prompt, output]);
    expect(outputs).toContainEqual(['Get the page title', { title: 'Example Domain' }]);
    expect(outputs.filter(([prompt]) => prompt === 'Get the title of the top post').map(([, output]) => output)).toEqual(
      Array(4).fill({ title: 'Linux kernel framework' }),
    );
    expect(printed).toContainEqual(PRODUCTS);
    expect(printed).toContain('Output: {"title":"Linux kernel framework"}');
    expect(scripted.asked.every((asked) => asked.provider === provider)).toBe(true);
  },
  300_000,
); // ten runs in a browser, and samples that look every five seconds

test('the sample publish asks for what is refused by name', async () => {
  const { url, token } = await embedded({ models: { ...noModels, refusal: async () => null }, defaultEngine: null });
  vi.stubEnv('SKYVERN_API_KEY', token);
  vi.stubEnv('SKYVERN_BASE_URL', url);
  await expect(sample('publish')).rejects.toThrow('cannot honour `publish_workflow`');
});
