import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import { type Clock, systemClock } from '../../src/clock.js';
import type { ModelDesk, TaskRunner } from '../../src/engine/task.js';
import { systemRandom } from '../../src/random.js';
import { createServer, type EmbeddedServer } from '../../src/server/app.js';
import { openDatabase } from '../../src/server/database.js';
import type { CheckTask } from '../../src/server/deps.js';
import { listen } from '../../src/server/listen.js';
import type { RetentionLimits } from '../../src/server/retention.js';
import { tempFolder } from './io.js';
import { noModels, scriptedRunner } from './scriptedRunner.js';

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests read fields of answers whose shape they state themselves
  readonly body: any;
}

export interface EmbeddedOptions {
  readonly models?: ModelDesk;
  readonly runner?: TaskRunner;
  readonly checkTask?: CheckTask;
  readonly defaultEngine?: string | null;
  readonly concurrency?: number;
  readonly clock?: Clock;
  readonly retention?: RetentionLimits;
  /** Of a former server, to start again on what it left. */
  readonly folder?: string;
  readonly pid?: number;
  /** Told of every statement that is prepared. */
  readonly onStatement?: (sql: string) => void;
}

export interface Embedded {
  readonly server: EmbeddedServer;
  readonly url: string;
  readonly token: string;
  readonly folder: string;
  readonly db: DatabaseSync;
  /** What `start()` returned: runs that were failed as interrupted. */
  readonly interrupted: readonly string[];
  readonly log: readonly string[];
  /** Over the socket, with the key. */
  ask(method: string, path: string, options?: { readonly body?: unknown; readonly headers?: Record<string, string> }): Promise<Answered>;
  /** Starts a task; returns its id. */
  start(prompt: string, fields?: Record<string, unknown>): Promise<string>;
  /** Waits over the API until the run has one of these statuses; returns the run. */
  until(runId: string, ...statuses: string[]): Promise<Answered['body']>;
  /** Waits over the API until the run has that many actions. */
  untilActions(runId: string, count: number): Promise<void>;
  /** Ends everything, as a clean exit would. */
  stop(): Promise<void>;
}

const overheard = (db: DatabaseSync, onStatement: (sql: string) => void): DatabaseSync =>
  new Proxy(db, {
    get: (target, name) => {
      if (name === 'prepare') {
        return (sql: string) => {
          onStatement(sql);
          return target.prepare(sql);
        };
      }
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

/** A real embedded server on a free port, with an engine of scripts. */
export async function embedded(options: EmbeddedOptions = {}): Promise<Embedded> {
  const folder = options.folder ?? tempFolder();
  const clock = options.clock ?? systemClock;
  const { db, notices } = openDatabase(join(folder, 'server.db'), clock.now());
  const token = 'the-token-of-the-tests';
  const log: string[] = [];
  let address = '';
  const server = createServer({
    db: options.onStatement ? overheard(db, options.onStatement) : db,
    dataFolder: folder,
    runner: options.runner ?? scriptedRunner(),
    checkTask: options.checkTask ?? (() => null),
    models: options.models ?? noModels,
    clock,
    random: systemRandom,
    token,
    pid: options.pid ?? process.pid,
    version: '9.9.9',
    defaultEngine: options.defaultEngine === undefined ? 'rules' : options.defaultEngine,
    concurrency: options.concurrency ?? 2,
    notices,
    retention: options.retention ?? { ageMs: null, bytes: null },
    address: () => address,
    onStop: () => {},
    log: (line) => log.push(line),
  });
  const listening = await listen(server.handle, 0);
  address = `127.0.0.1:${listening.port}`;
  const url = `http://${address}`;
  const interrupted = server.start();
  let stopped = false;
  const stop = async () => {
    if (stopped) return;
    stopped = true;
    await server.stop(0);
    await listening.close(systemClock);
    db.close();
  };
  onTestFinished(stop);

  const ask: Embedded['ask'] = async (method, path, { body, headers } = {}) => {
    const json = body === undefined ? {} : { 'content-type': 'application/json' };
    const response = await fetch(url + path, {
      method,
      headers: { 'x-api-key': token, ...json, ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      redirect: 'manual',
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') && text !== '';
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };

  /** Calls `look` with each version of the run, until it finds something. */
  const eachVersion = async <T>(runId: string, look: (run: Answered['body']) => Promise<T | null>): Promise<T> => {
    for (let etag = ''; ; ) {
      const answer = await ask('GET', `/v1/runs/${runId}`, { headers: { prefer: 'wait=20', 'if-none-match': etag } });
      if (answer.status >= 400) throw new Error(`the run was answered ${answer.status}`);
      etag = answer.headers.get('etag') ?? '';
      const found = answer.status === 200 ? await look(answer.body) : null;
      if (found !== null) return found;
    }
  };

  return {
    server,
    url,
    token,
    folder,
    db,
    interrupted,
    log,
    ask,
    stop,
    async start(prompt, fields = {}) {
      const { status, body } = await ask('POST', '/v1/run/tasks', { body: { prompt, url: 'http://127.0.0.1:9/', ...fields } });
      if (status !== 200) throw new Error(`the start was answered ${status} ${JSON.stringify(body)}`);
      return body.run_id;
    },
    until: (runId, ...statuses) => eachVersion(runId, async (run) => (statuses.includes(run.status) ? run : null)),
    async untilActions(runId, count) {
      await eachVersion(runId, async () => ((await ask('GET', `/api/v1/tasks/${runId}/actions`)).body.length >= count ? true : null));
    },
  };
}
