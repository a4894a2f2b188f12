/**
 * The client's side of the local server: finding it, starting it, ending it.
 *
 * A state file may be left by a server that died, and its port taken by anybody. So before anything else the server has to
 * prove that it knows the key; only then is the key sent. Light on purpose: no server code is loaded here.
 */
import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import type { Clock } from '../clock.js';
import { EXIT_CODES, LocalError, NetworkError } from '../errors.js';
import { type Io, withoutSecrets } from '../io.js';
import type { Random } from '../random.js';
import { challengeProof, sameText } from './challenge.js';
import { readHolder } from './holder.js';
import type { LocalStatus } from './routes/local.js';
import { type ServerState, StateFolder } from './stateFile.js';

export type { LocalStatus } from './routes/local.js';

export interface DaemonDeps {
  readonly io: Io;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** Ours; a server of another one is replaced when it does nothing. */
  readonly version: string;
}

/** A server that has proved to be ours. */
export interface LocalServer {
  readonly baseUrl: string;
  readonly token: string;
  readonly pid: number;
  readonly version: string;
}

export interface EnsureOptions {
  /** More arguments of `local start` for a server that has to be started. */
  readonly args?: readonly string[];
  /** Told when something takes time. */
  readonly onProgress?: (text: string) => void;
}

/** For one answer of a server on this machine, in milliseconds. */
const ANSWER_MS = 5_000;
const START_MS = 30_000;
const STOP_MS = 15_000;
const LOOK_AGAIN_MS = 25;
/** A second server ends with this when the first one has the folder. */
const LOCAL_FAULT = 17;

/** The running server, or null. A process that answers on the port without knowing the key is not it. */
export async function findLocalServer(deps: DaemonDeps): Promise<LocalServer | null> {
  const state = new StateFolder(deps.io).read();
  return state && identify(deps, state);
}

/**
 * The running server, started when there is none.
 * @throws LocalError (17) when it does not start, or one of another version is at work
 */
export async function ensureLocalServer(deps: DaemonDeps, options: EnsureOptions = {}): Promise<LocalServer> {
  const { onProgress = () => {} } = options;
  const running = await findLocalServer(deps);
  if (running?.version === deps.version) return running;
  if (running) {
    onProgress(`replacing the local server of version ${running.version}`);
    await replace(deps, running);
  }
  onProgress('starting the local server');
  return start(deps, options.args ?? []);
}

/** What the server does, or null when none runs. */
export async function localStatus(deps: DaemonDeps): Promise<LocalStatus | null> {
  const server = await findLocalServer(deps);
  if (!server) return null;
  const { status, body } = await ask(deps, server, 'GET', '/v1/local/status');
  if (status !== 200) throw new NetworkError('local_status', `the local server answered ${status}`, { hint: 'type `skyvern local stop`' });
  return body as unknown as LocalStatus;
}

/**
 * Ends the server and waits until it is gone; false when none ran. Runs at work get ten seconds, then they are failed with
 * their evidence kept; queued ones wait for the next server.
 * @throws LocalError (17) when it does not end
 */
export async function stopLocalServer(deps: DaemonDeps): Promise<boolean> {
  const server = await findLocalServer(deps);
  if (!server) return false;
  await ask(deps, server, 'POST', '/v1/local/stop');
  await gone(deps, server);
  return true;
}

async function gone(deps: DaemonDeps, server: LocalServer): Promise<void> {
  const deadline = deps.clock.monotonic() + STOP_MS;
  while (isAlive(deps.io, server.pid)) {
    if (deps.clock.monotonic() > deadline) throw new LocalError('local_stop', `the local server (pid ${server.pid}) does not end`);
    await deps.clock.sleep(LOOK_AGAIN_MS, deps.signal);
  }
}

/** Ends a server of another version. @throws LocalError when it is at work */
async function replace(deps: DaemonDeps, server: LocalServer): Promise<void> {
  const { status } = await ask(deps, server, 'POST', '/v1/local/stop?if_idle=true');
  if (status === 409) {
    const message = `a local server of version ${server.version} is at work (pid ${server.pid}), and this is version ${deps.version}`;
    throw new LocalError('local_version', message, { hint: 'wait for its runs to end, or type `skyvern local stop`' });
  }
  await gone(deps, server);
}

/**
 * Starts a server beside us and waits for it. When two callers do so at once, one of the two servers gets the folder and
 * the other ends; both callers find the first.
 */
async function start(deps: DaemonDeps, more: readonly string[]): Promise<LocalServer> {
  const { io, clock, signal } = deps;
  const folder = new StateFolder(io);
  folder.make();
  const log = openSync(folder.logFile, 'a', 0o600);
  const logStart = fstatSync(log).size;
  const args = [io.argv[1]!, 'local', 'start', '--foreground', ...more];
  const child = spawn(io.execPath, args, { detached: true, stdio: ['ignore', log, log], env: withoutSecrets(io.env), windowsHide: true });
  closeSync(log);
  let ended: string | null = null;
  child.once('error', (error) => {
    ended = error.message;
  });
  child.once('exit', (code, by) => {
    const holder = readHolder(folder.dataFolder);
    const lostTheRace = code === LOCAL_FAULT && holder !== null && holder !== child.pid && isAlive(io, holder);
    if (!lostTheRace) ended = `it ended with ${code === null ? by : described(code)}`;
  });
  child.unref();
  const deadline = clock.monotonic() + START_MS;
  for (;;) {
    const server = await findLocalServer(deps);
    if (server) {
      // Ours would otherwise take the folder when the other one ends.
      if (server.pid !== child.pid) child.kill();
      return server;
    }
    if (ended !== null || clock.monotonic() > deadline) {
      const said = textFrom(folder.logFile, logStart);
      throw new LocalError('local_start', `the local server did not start: ${said || (ended ?? 'it does not answer')}`, {
        hint: 'type `skyvern local start --foreground` to see why',
      });
    }
    await clock.sleep(LOOK_AGAIN_MS, signal);
  }
}

/** On a full disk the log says nothing, and the code is all that is known. */
function described(code: number): string {
  const meaning = Object.values(EXIT_CODES).find(([each]) => each === code)?.[1];
  return meaning === undefined ? `${code}` : `${code} (${meaning})`;
}

/** What was written to `file` from `start` on, as one line of at most 500 characters. */
function textFrom(file: string, start: number): string {
  try {
    return readFileSync(file)
      .subarray(start)
      .toString()
      .trim()
      .replaceAll(/\s*\n\s*/g, ' ')
      .slice(-500);
  } catch {
    return '';
  }
}

async function identify(deps: DaemonDeps, state: ServerState): Promise<LocalServer | null> {
  const nonce = Buffer.from(deps.random.bytes(32)).toString('hex');
  const target = { baseUrl: `http://127.0.0.1:${state.port}`, token: null };
  const answer = await ask(deps, target, 'GET', `/v1/local/challenge?nonce=${nonce}`).catch((error: unknown) => {
    if (deps.signal.aborted) throw error;
    return null;
  });
  if (!answer || !sameText(String(answer.body['proof']), challengeProof(state.token, nonce))) return null;
  return { baseUrl: target.baseUrl, token: state.token, pid: Number(answer.body['pid']), version: String(answer.body['version']) };
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Largest answer that is read, in characters. */
const MAX_ANSWER = 100_000;

/** One request over loopback; rejects when there is no JSON answer within `ANSWER_MS`. */
async function ask(
  { clock, signal }: DaemonDeps,
  { baseUrl, token }: { readonly baseUrl: string; readonly token: string | null },
  method: 'GET' | 'POST',
  path: string,
): Promise<Answer> {
  const over = new AbortController();
  const answered = new Promise<Answer>((resolve, reject) => {
    const options = { method, agent: false, headers: token === null ? {} : { 'x-api-key': token } };
    const sent = request(baseUrl + path, { ...options, signal: AbortSignal.any([signal, over.signal]) }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > MAX_ANSWER) over.abort();
      });
      response.on('error', reject);
      response.on('end', () => {
        try {
          resolve({ status: response.statusCode ?? 0, body: Object(JSON.parse(text)) });
        } catch (error) {
          reject(error);
        }
      });
    });
    sent.on('error', reject);
    sent.end();
  });
  const late = clock.sleep(ANSWER_MS, over.signal).then(
    () => Promise.reject(new NetworkError('local_silent', 'the local server does not answer')),
    () => answered,
  );
  try {
    return await Promise.race([answered, late]);
  } finally {
    over.abort();
  }
}

function isAlive(io: Io, pid: number): boolean {
  try {
    return io.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
