/** The local server in the foreground: from the lock on its folder to the last run drained. */
import { join } from 'node:path';
import type { Clock } from '../clock.js';
import type { ModelDesk, TaskRunner } from '../engine/task.js';
import { LocalError } from '../errors.js';
import type { Io } from '../io.js';
import { paths } from '../paths.js';
import type { Random } from '../random.js';
import { createServer } from './app.js';
import { openDatabase } from './database.js';
import type { CheckTask } from './deps.js';
import { lockFolder } from './folderLock.js';
import { type Listening, listen } from './listen.js';
import type { RetentionLimits } from './retention.js';
import { STOP_GRACE_MS } from './routes/local.js';
import { StateFolder } from './stateFile.js';

export interface LocalServerOptions {
  /** Makes the engine; called once, before the server listens. The server closes it. */
  readonly createRunner: (folders: { readonly data: string; readonly cache: string }) => TaskRunner | Promise<TaskRunner>;
  readonly checkTask: CheckTask;
  readonly models: ModelDesk;
  readonly version: string;
  /** Runs tasks that name no engine of ours, such as `rules`; null: none does. */
  readonly defaultEngine?: string | null;
  /** Runs at work at the same time. */
  readonly concurrency?: number;
  /** Ends after this long without request and run, in milliseconds; null: never. */
  readonly idleMs?: number | null;
  /** What is kept of ended runs; all of it when left out. */
  readonly retention?: RetentionLimits;
  /** Listens here or fails; without it on the port of last time, else on any. */
  readonly port?: number;
  /** Called when the server answers. */
  readonly onReady?: (server: { readonly baseUrl: string; readonly token: string; readonly pid: number }) => void;
}

const DEFAULT_CONCURRENCY = 2;
const DEFAULT_IDLE_MS = 15 * 60_000;

/**
 * Runs until `signal` aborts, a client asks it to stop, or it was idle for long. Runs at work then get ten seconds.
 * @throws LocalError (17): another server on the folder, port taken, database that cannot be used
 */
export async function runLocalServer(
  io: Io,
  clock: Clock,
  random: Random,
  signal: AbortSignal,
  options: LocalServerOptions,
): Promise<void> {
  const { cache } = paths(io);
  const log = (line: string) => void io.stderr.write(`${new Date(clock.now()).toISOString()} ${line}\n`);
  const state = new StateFolder(io);
  const { dataFolder } = state;
  state.make();
  const lock = lockFolder(dataFolder, io.pid);
  try {
    const { db, notices } = openDatabase(join(dataFolder, 'server.db'), clock.now());
    for (const notice of notices) log(notice);
    try {
      const runner = await options.createRunner({ data: dataFolder, cache });
      const ended = new AbortController();
      let graceMs = STOP_GRACE_MS;
      let address = '';
      const token = state.token(random);
      const server = createServer({
        db,
        dataFolder,
        runner,
        checkTask: options.checkTask,
        models: options.models,
        clock,
        random,
        token,
        pid: io.pid,
        version: options.version,
        defaultEngine: options.defaultEngine ?? null,
        concurrency: options.concurrency ?? DEFAULT_CONCURRENCY,
        notices,
        retention: options.retention ?? { ageMs: null, bytes: null },
        address: () => address,
        onStop: (wanted) => {
          graceMs = wanted;
          ended.abort();
        },
        log,
      });
      const listening = await bindPort(server.handle, options.port, state.lastPort()).catch(async (error: unknown) => {
        await runner.close();
        throw error;
      });
      address = `127.0.0.1:${listening.port}`;
      try {
        for (const runId of server.start()) log(`${runId}: interrupted by the end of the server before this one`);
        const baseUrl = `http://${address}`;
        const { version } = options;
        state.write({ pid: io.pid, started: clock.now(), port: listening.port, token, version, base_url: baseUrl }, random);
        log(`listening on ${baseUrl}`);
        options.onReady?.({ baseUrl, token, pid: io.pid });
        await untilIdle(
          server,
          clock,
          options.idleMs === undefined ? DEFAULT_IDLE_MS : options.idleMs,
          AbortSignal.any([signal, ended.signal]),
        );
      } finally {
        state.remove(io.pid);
        await server.stop(graceMs);
        await listening.close(clock);
        log('stopped');
      }
    } finally {
      db.close();
    }
  } finally {
    lock.release();
  }
}

/** The port asked for or none; else the last one, whose address others may hold, else any. */
async function bindPort(
  handle: (request: Request) => Promise<Response>,
  asked: number | undefined,
  last: number | null,
): Promise<Listening> {
  if (asked !== undefined) return listen(handle, asked);
  try {
    return await listen(handle, last ?? 0);
  } catch (error) {
    if (last === null || !(error instanceof LocalError)) throw error;
    return listen(handle, 0);
  }
}

/** Returns when the server was idle for `idleMs`, or when `signal` aborts. */
async function untilIdle(server: { idleMs(): number }, clock: Clock, idleMs: number | null, signal: AbortSignal): Promise<void> {
  try {
    for (;;) {
      const leftMs = idleMs === null ? 60 * 60_000 : idleMs - server.idleMs();
      if (leftMs <= 0) return;
      await clock.sleep(leftMs, signal);
    }
  } catch {
    // asked to end
  }
}
