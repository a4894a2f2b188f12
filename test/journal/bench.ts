import { join } from 'node:path';
import { ApiClient } from '../../src/client/client.js';
import { RetryBudget } from '../../src/client/retry.js';
import { Journal } from '../../src/journal/journal.js';
import { namedStart, recover } from '../../src/journal/recover.js';
import type { StartProgress } from '../../src/journal/startOnce.js';
import { taskSearch } from '../../src/journal/startTask.js';
import { parseBaseUrl } from '../../src/origin.js';
import { paths } from '../../src/paths.js';
import type { TaskRunRequest } from '../../src/protocol/task.js';
import { type ManualClock, manualClock, seededRandom } from '../support/clock.js';
import { type FaultServer, type FaultServerOptions, faultServer } from '../support/faultServer.js';
import { type TestIo, testIo } from '../support/io.js';

export const BODY: TaskRunRequest = {
  prompt: 'Get the title of the top post',
  url: 'https://news.ycombinator.com',
  extra_http_headers: { 'x-canary': 'canary-9f8e7d' },
};

export interface BenchOptions extends Omit<FaultServerOptions, 'now'> {
  readonly clock?: ManualClock;
  readonly seed?: number;
  /** A second command at the same server and home: another process, as far as the journal knows. */
  readonly beside?: Awaited<ReturnType<typeof bench>>;
  readonly replays?: boolean;
  /** How far the server's clock is ahead of ours, in milliseconds. */
  readonly skewMs?: number;
}

/** A fault server, a client of it and a journal, on one manual clock. */
export async function bench(options: BenchOptions = {}): Promise<{
  server: FaultServer;
  io: TestIo;
  clock: ManualClock;
  client: ApiClient;
  journal: Journal;
  controller: AbortController;
  progress: StartProgress[];
  deps: Parameters<typeof import('../../src/journal/startTask.js').startTask>[0];
  opsFolder: string;
  recoverAll(op?: string): ReturnType<typeof recover>;
}> {
  const { beside, skewMs = 0 } = options;
  const clock = options.clock ?? beside?.clock ?? manualClock();
  const server = beside?.server ?? (await faultServer({ ...options, now: () => clock.now() + skewMs }));
  const io = testIo(beside ? { SKYVERN_HOME: beside.io.home } : {});
  const random = seededRandom(options.seed ?? (beside ? 2 : 1));
  const baseUrl = parseBaseUrl(server.url);
  const timeouts = { headersMs: 300, bodyIdleMs: 300, totalMs: 600, startMs: 300 };
  const client = new ApiClient({ baseUrl, apiKey: 'key-1', clock, random, timeouts, budget: new RetryBudget() });
  const journal = new Journal({ paths: paths(io), owner: io, clock, random });
  const controller = new AbortController();
  const progress: StartProgress[] = [];
  return {
    server,
    io,
    clock,
    client,
    journal,
    controller,
    progress,
    deps: {
      client,
      journal,
      clock,
      random,
      signal: controller.signal,
      server: { baseUrl, profile: 'default', local: false, replays: options.replays ?? false },
      cwd: '/home/me',
      onProgress: (event) => void progress.push(event),
    },
    opsFolder: join(paths(io).state, 'ops'),
    recoverAll: (op) =>
      recover(
        { journal, clock, searchFor: async () => taskSearch(client.runs, client.sessions) },
        op === undefined ? undefined : [namedStart(journal, op)],
      ),
  };
}
