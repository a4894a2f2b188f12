/**
 * The embedded server as a function from request to response.
 *
 * Here: putting the parts together, guards before routes, errors into answers. Not here: sockets (listen.ts), files that
 * tell others where we are (stateFile.ts), browsers (the injected `TaskRunner`).
 */
import type { DatabaseSync } from 'node:sqlite';
import { Hono } from 'hono';
import type { Clock } from '../clock.js';
import type { TaskRunner } from '../engine/task.js';
import type { Random } from '../random.js';
import { ArtifactFiles } from './artifactFiles.js';
import { storageFault } from './database.js';
import type { CheckTask, RouteDeps } from './deps.js';
import { checkKey, checkOrigin, errorResponse, secured } from './guard.js';
import { HttpError, refusal } from './httpError.js';
import { Queue } from './queue.js';
import { addArtifacts } from './routes/artifacts.js';
import { addLocal } from './routes/local.js';
import { addRuns } from './routes/runs.js';
import { addService } from './routes/service.js';
import { addStartTask } from './routes/startTask.js';
import { addWorkflows } from './routes/workflows.js';
import { Store } from './store.js';
import { Waiters } from './waiters.js';
import { type RunSecrets, Worker } from './worker.js';

export interface ServerDeps {
  readonly db: DatabaseSync;
  readonly dataFolder: string;
  readonly runner: TaskRunner;
  readonly checkTask: CheckTask;
  readonly clock: Clock;
  readonly random: Random;
  readonly token: string;
  readonly pid: number;
  readonly version: string;
  readonly defaultEngine: string | null;
  readonly concurrency: number;
  readonly notices: readonly string[];
  /** `127.0.0.1:PORT`; known once the port is. */
  address(): string;
  /** A client asked the server to end. */
  onStop(graceMs: number): void;
  readonly log: (line: string) => void;
}

export interface EmbeddedServer {
  handle(request: Request): Promise<Response>;
  /** Settles what a former server left, then starts working. Returns ids of runs that were failed as interrupted. */
  start(): readonly string[];
  /** Takes no more runs; those at work get `graceMs`. Closes the browser, not the database. */
  stop(graceMs: number): Promise<void>;
  /** Milliseconds without a request and without a run; 0 while there is one. */
  idleMs(): number;
}

/** Needs no key: liveness, version, and the proof of identity that comes before a client shows its key. */
const OPEN_PATHS = /^\/(?:v1\/version|api\/v1\/version|api\/v1\/heartbeat|v1\/local\/challenge)\/?$/;
const METHODS = ['GET', 'POST'] as const;

export function createServer(deps: ServerDeps): EmbeddedServer {
  const { clock, log } = deps;
  const startedAt = clock.now();
  const waiters = new Waiters(clock);
  const store = new Store(deps.db, clock, deps.random, (runId) => waiters.notify(runId));
  const queue = new Queue(store, clock, `${deps.pid}-${startedAt}`);
  const files = new ArtifactFiles(deps.dataFolder);
  const secrets = new Map<string, RunSecrets>();
  const worker = new Worker({ ...deps, store, queue, files, secrets });
  let stopping = false;
  const routeDeps: RouteDeps = {
    ...deps,
    store,
    queue,
    worker,
    waiters,
    files,
    secrets,
    startedAt,
    baseUrl: () => `http://${deps.address()}`,
    stop: (graceMs) => deps.onStop(graceMs),
    stopping: () => stopping,
  };

  const app = new Hono({ strict: false });
  addStartTask(app, routeDeps);
  addRuns(app, routeDeps);
  addArtifacts(app, routeDeps);
  addWorkflows(app);
  addService(app, routeDeps);
  addLocal(app, routeDeps);
  app.onError((error, c) => {
    if (error instanceof HttpError) return errorResponse(error, c.req.method);
    log(`${c.req.method} ${c.req.path}: ${error.stack ?? error}`);
    const fault = storageFault(error);
    if (fault) return errorResponse(refusal(507, `The local server cannot write to ${deps.dataFolder}: ${fault}.`), c.req.method);
    return errorResponse(new HttpError(500, { error: `Unexpected error: ${error.name}` }), c.req.method);
  });

  const answer = async (request: Request): Promise<Response> => {
    try {
      const address = deps.address();
      checkOrigin(request, [address, address.replace('127.0.0.1', 'localhost')]);
      const pathname = new URL(request.url).pathname.replace(/(?<=.)\/$/, ''); // routes answer with a trailing slash too
      const allowed = METHODS.filter((method) => app.router.match(method, pathname)[0].length > 0);
      if (allowed.length === 0) throw refusal(404, 'Not Found');
      // Hono would answer HEAD by GET, upstream does not.
      if (!allowed.some((method) => method === request.method)) {
        throw new HttpError(405, { detail: 'Method Not Allowed' }, { allow: allowed.join(', ') });
      }
      if (!OPEN_PATHS.test(pathname)) checkKey(request, deps.token);
      return await app.fetch(request);
    } catch (error) {
      if (error instanceof HttpError) return errorResponse(error, request.method);
      throw error;
    }
  };

  let inFlight = 0;
  let lastActive = clock.monotonic();
  return {
    async handle(request) {
      inFlight++;
      try {
        return secured(await answer(request));
      } finally {
        inFlight--;
        lastActive = clock.monotonic();
      }
    },
    start() {
      const failed = queue.recover();
      worker.pump();
      return failed;
    },
    async stop(graceMs) {
      stopping = true;
      await worker.stop(graceMs);
      waiters.notifyAll();
    },
    idleMs() {
      const { queued, running } = store.counts();
      if (inFlight + queued + running + worker.running > 0) lastActive = clock.monotonic();
      return clock.monotonic() - lastActive;
    },
  };
}
