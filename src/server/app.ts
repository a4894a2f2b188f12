/**
 * The embedded server as a function from request to response.
 *
 * Here: putting the parts together, guards before routes, errors into answers. Not here: sockets (listen.ts), files that
 * tell others where we are (stateFile.ts), browsers (the injected `TaskRunner`).
 */
import type { DatabaseSync } from 'node:sqlite';
import { Hono } from 'hono';
import type { Clock } from '../clock.js';
import type { ModelDesk, TaskRunner } from '../engine/task.js';
import type { Random } from '../random.js';
import { ArtifactFiles } from './artifactFiles.js';
import { BrowserStates } from './browserStates.js';
import { type CodeOrigins, codeSource } from './codeSource.js';
import { CodeStore } from './codeStore.js';
import { CredentialStore } from './credentialStore.js';
import { storageFault } from './database.js';
import type { CheckTask, RouteDeps } from './deps.js';
import { Scheduler } from './flow/scheduler.js';
import { Triggers } from './flow/triggers.js';
import { checkKey, checkOrigin, errorResponse, secured } from './guard.js';
import { HttpError, refusal } from './httpError.js';
import { Pauses } from './pauses.js';
import { ProfileStore } from './profileStore.js';
import { Queue } from './queue.js';
import { Retention, type RetentionLimits } from './retention.js';
import { addArtifacts } from './routes/artifacts.js';
import { addCodes } from './routes/codes.js';
import { addCredentials } from './routes/credentials.js';
import { addFlows } from './routes/flows.js';
import { addLocal } from './routes/local.js';
import { addProfiles } from './routes/profiles.js';
import { addRuns } from './routes/runs.js';
import { addSchedules } from './routes/schedules.js';
import { addService } from './routes/service.js';
import { addSessions } from './routes/sessions.js';
import { addStartReadyMade } from './routes/startReadyMade.js';
import { addStartTask } from './routes/startTask.js';
import { addUploads } from './routes/uploads.js';
import { addWebhooks } from './routes/webhooks.js';
import { addWorkflows } from './routes/workflows.js';
import { ScheduleStore } from './scheduleStore.js';
import { Sealed } from './sealed.js';
import { SessionStore } from './sessionStore.js';
import { SessionUse } from './sessionUse.js';
import { Store } from './store.js';
import { UploadStore } from './uploadStore.js';
import { Waiters } from './waiters.js';
import { Webhooks } from './webhooks.js';
import { webhookWire } from './wire.js';
import { type RunSecrets, Worker } from './worker.js';
import { WorkflowStore } from './workflowStore.js';

export interface ServerDeps {
  readonly db: DatabaseSync;
  readonly dataFolder: string;
  readonly runner: TaskRunner;
  readonly checkTask: CheckTask;
  readonly models: ModelDesk;
  readonly clock: Clock;
  readonly random: Random;
  readonly token: string;
  readonly pid: number;
  readonly version: string;
  readonly defaultEngine: string | null;
  readonly concurrency: number;
  readonly notices: readonly string[];
  readonly retention: RetentionLimits;
  /** `127.0.0.1:PORT`; known once the port is. */
  address(): string;
  /** A client asked the server to end. */
  onStop(graceMs: number): void;
  readonly log: (line: string) => void;
}

export interface EmbeddedServer {
  /** Every route that it has. */
  readonly routes: readonly { readonly method: string; readonly path: string }[];
  handle(request: Request): Promise<Response>;
  /** Settles what a former server left, then starts working. Returns ids of runs that were failed as interrupted. */
  start(): readonly string[];
  /** Takes no more runs; those at work get `graceMs`. Closes the browser, not the database. */
  stop(graceMs: number): Promise<void>;
  /** Milliseconds without a request and without a run; 0 while there is one. */
  idleMs(): number;
}

/** For webhooks under way at the end; both graces together stay below the time that a client waits for the end. */
const WEBHOOK_GRACE_MS = 3_000;
/** Needs no key: liveness, version, and the proof of identity that comes before a client shows its key. */
const OPEN_PATHS = /^\/(?:v1\/version|api\/v1\/version|api\/v1\/heartbeat|v1\/local\/challenge)\/?$/;
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

export function createServer(deps: ServerDeps): EmbeddedServer {
  const { clock, log } = deps;
  const startedAt = clock.now();
  const waiters = new Waiters(clock);
  const store = new Store(deps.db, clock, deps.random, (runId) => {
    waiters.notify(runId);
    webhooks.pump();
  });
  const baseUrl = () => `http://${deps.address()}`;
  const webhookPayload = (runId: string): string =>
    JSON.stringify(webhookWire(store.runById(runId)!, store.artifacts(runId), store.webhook(runId), baseUrl()));
  const webhooks = new Webhooks({ ...deps, store, payload: webhookPayload });
  const queue = new Queue(store, clock, `${deps.pid}-${startedAt}`);
  const files = new ArtifactFiles(deps.dataFolder);
  const secrets = new Map<string, RunSecrets>();
  const sealed = new Sealed(deps.token, deps.random);
  const credentials = new CredentialStore(store, clock, sealed);
  const codes = new CodeStore(store, clock, sealed, new Waiters(clock));
  const codesOf = (origins: CodeOrigins) => codeSource({ ...deps, codes }, origins);
  const pauses = new Pauses(clock);
  const retention = new Retention(store, clock, deps.dataFolder, deps.retention, log);
  const uploads = new UploadStore(store, clock, deps.dataFolder);
  const sessions = new SessionStore(store, clock);
  const browserStates = new BrowserStates(store, clock, sealed);
  const sessionUse = new SessionUse(sessions, browserStates, clock, log);
  const worker = new Worker({
    ...deps,
    store,
    queue,
    files,
    pauses,
    secrets,
    credentials,
    codesOf,
    uploads,
    sessionUse,
    browserStates,
    triggers: () => triggers,
    onEnd: () => void retention.runEnded(),
  });
  let stopping = false;
  const routeDeps: RouteDeps = {
    ...deps,
    store,
    workflows: new WorkflowStore(store, clock),
    schedules: new ScheduleStore(store, clock),
    profiles: new ProfileStore(store, clock),
    sessions,
    sessionUse,
    browserStates,
    uploads,
    credentials,
    codes,
    queue,
    worker,
    waiters,
    pauses,
    files,
    retention,
    secrets,
    startedAt,
    baseUrl,
    webhookPayload,
    stop: (graceMs) => deps.onStop(graceMs),
    stopping: () => stopping,
  };

  const triggers = new Triggers(routeDeps);
  const scheduler = new Scheduler(routeDeps, log);
  const app = new Hono({ strict: false });
  addStartTask(app, routeDeps);
  addStartReadyMade(app, routeDeps);
  addRuns(app, routeDeps);
  addArtifacts(app, routeDeps);
  addWebhooks(app, routeDeps);
  addFlows(app, routeDeps); // before the workflows: `runs` is no id
  addWorkflows(app, routeDeps);
  addSchedules(app, routeDeps, () => scheduler.wake());
  addProfiles(app, routeDeps);
  addSessions(app, routeDeps);
  addUploads(app, routeDeps);
  addCodes(app, routeDeps); // before the credentials: `totp` is no id
  addCredentials(app, routeDeps);
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
    routes: app.routes.map(({ method, path }) => ({ method, path })),
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
      webhooks.pump();
      void retention.begin().then(() => retention.runEnded());
      browserStates.removeExpired();
      scheduler.start();
      void routeDeps.uploads.removeExpired().catch((error: unknown) => log(`expired uploads: ${error}`));
      return failed;
    },
    async stop(graceMs) {
      stopping = true;
      await scheduler.stop();
      await retention.stop();
      await worker.stop(graceMs);
      await webhooks.stop(Math.min(graceMs, WEBHOOK_GRACE_MS));
      waiters.notifyAll();
    },
    idleMs() {
      const { queued, running } = store.counts();
      if (inFlight + queued + running + worker.running + webhooks.underWay + routeDeps.schedules.waiting() > 0)
        lastActive = clock.monotonic();
      return clock.monotonic() - lastActive;
    },
  };
}
