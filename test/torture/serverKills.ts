/**
 * `kill -9` of the embedded server at random moments of its work. What it acknowledged must be there afterwards, no run may have
 * acted twice, what is listed must be whole, and whoever is to be told of an end is told.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { systemClock } from '../../src/clock.js';
import { verifyWebhook } from '../../src/protocol/webhookSignature.js';
import type { Random } from '../../src/random.js';
import { seededRandom } from '../support/clock.js';

/** Latest moment of a kill after the server answers, in milliseconds: the work of one round takes about as long. */
const LATEST_MS = 250;
/** As many of ten are killed while they start. */
const EARLY_OF_TEN = 2;
const STARTS_PER_ROUND = 12;
const TERMINAL = ['completed', 'failed', 'terminated', 'canceled', 'timed_out'];

/** The program as one file, which starts faster than its sources. */
export async function buildServerProgram(folder: string): Promise<string> {
  const file = join(folder, 'tortured.mjs');
  const bundle = await rolldown({ input: fileURLToPath(new URL('./serverProgram.ts', import.meta.url)), platform: 'node' });
  await bundle.write({ file, format: 'esm', codeSplitting: false });
  await bundle.close();
  return file;
}

export interface KillTally {
  kills: number;
  acknowledged: number;
  acted: number;
  interrupted: number;
  told: number;
}

export const emptyKillTally = (): KillTally => ({ kills: 0, acknowledged: 0, acted: 0, interrupted: 0, told: 0 });

interface Running {
  readonly child: ChildProcess;
  readonly baseUrl: string;
  readonly token: string;
}

export class KillWorld {
  readonly folder = mkdtempSync(join(tmpdir(), 'skyvern-torture-'));
  readonly #program: string;
  readonly #random: Random;
  readonly #tally: KillTally;
  readonly #receiver: Server;
  readonly #effects = join(this.folder, 'effects');
  /** Idempotency key to the run that was acknowledged for it. */
  readonly #acknowledged = new Map<string, string>();
  /** The last thing that was heard of a run, once it had ended. */
  readonly #ended = new Map<string, string>();
  readonly #credentials: string[] = [];
  readonly #told = new Map<string, Set<string>>();
  readonly #forged: string[] = [];
  #token = '';
  #running: Running | null = null;

  /** @param seed which requests are made, and when the server is killed: the system's own scheduling is not replayed */
  constructor(program: string, seed: number, tally: KillTally) {
    this.#program = program;
    this.#random = seededRandom(seed);
    this.#tally = tally;
    writeFileSync(this.#effects, ''); // on a busy machine every server may be killed before it acts
    this.#receiver = createServer(async (incoming, outgoing) => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      outgoing.writeHead(200).end();
      const body = Buffer.concat(chunks);
      if (!verifyWebhook(body, String(incoming.headers['x-skyvern-signature']), this.#token)) this.#forged.push(body.toString());
      const { run_id, status } = JSON.parse(body.toString());
      this.#told.set(run_id, (this.#told.get(run_id) ?? new Set()).add(status));
    });
  }

  /** One round: a server starts, works, and is killed. */
  async round(): Promise<void> {
    await this.#listen();
    this.#tally.kills++;
    if (this.#random.fraction() * 10 < EARLY_OF_TEN) {
      const child = this.#spawn();
      await systemClock.sleep(this.#random.fraction() * LATEST_MS * 2);
      return kill(child);
    }
    const running = await this.#start();
    const killed = systemClock.sleep(this.#random.fraction() * LATEST_MS).then(() => kill(running.child));
    await Promise.all([this.#work(running), killed]);
    this.#running = null;
  }

  /** A round whose server is killed when all of its work has ended. */
  async wholeRound(): Promise<void> {
    await this.#listen();
    const running = await this.#start();
    await this.#work(running);
    await kill(running.child);
    this.#running = null;
  }

  /** A last server, which is not killed: everything comes to its end, and is looked at. Rejects with what is wrong. */
  async settle(tamper: (folder: string, effects: string, runIds: readonly string[]) => void = () => {}): Promise<void> {
    tamper(this.folder, this.#effects, [...this.#acknowledged.values()]);
    this.#checkDatabase();
    const running = await this.#start();
    const runIds = [...this.#acknowledged.values()];
    for (const [key, runId] of this.#acknowledged) {
      const again = await post(running, '/v1/run/tasks', this.#body(key), { 'idempotency-key': key });
      if (again.body.run_id !== runId) throw new Error(`${runId} was acknowledged for ${key}, and now it is ${again.body.run_id}`);
    }
    for (const runId of runIds) await this.#checkRun(running, runId);
    for (const id of this.#credentials) {
      if ((await get(running, `/v1/credentials/${id}`)).status !== 200) throw new Error(`the credential ${id} is lost`);
    }
    this.#checkEffects();
    for (const runId of runIds) await this.#checkTold(runId);
    if (this.#forged.length > 0) throw new Error(`not signed: ${this.#forged[0]}`);
    this.#tally.acknowledged += runIds.length;
    this.#tally.told += this.#told.size;
  }

  async close(): Promise<void> {
    if (this.#running) await kill(this.#running.child);
    this.#receiver.closeAllConnections();
    this.#receiver.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #listen(): Promise<void> {
    if (!this.#receiver.listening) await new Promise<void>((resolve) => this.#receiver.listen(0, '127.0.0.1', resolve));
  }

  #spawn(): ChildProcess {
    const env = { PATH: process.env['PATH'], SKYVERN_HOME: this.folder };
    return spawn(process.execPath, ['--no-warnings', this.#program, this.#effects], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  }

  async #start(): Promise<Running> {
    const child = this.#spawn();
    let log = '';
    const baseUrl = await new Promise<string>((resolve, reject) => {
      child.stderr!.on('data', (chunk) => {
        log += chunk;
        const found = /listening on (\S+)/.exec(log)?.[1];
        if (found) resolve(found);
      });
      child.once('exit', () => reject(new Error(`the server did not start: ${log}`)));
    });
    this.#token = readFileSync(join(this.folder, 'state', 'local', 'token'), 'utf8').trim();
    this.#running = { child, baseUrl, token: this.#token };
    return this.#running;
  }

  #body(key: string): object {
    const { port } = this.#receiver.address() as AddressInfo;
    return { prompt: `do ${key}`, url: 'http://127.0.0.1:9/', webhook_url: `http://127.0.0.1:${port}/` };
  }

  /** Requests until the server is gone; an answer that came is remembered. */
  async #work(running: Running): Promise<void> {
    const each = Array.from({ length: STARTS_PER_ROUND }, async (_, index) => {
      const key = `key-${this.#tally.kills}-${index}-${Math.floor(this.#random.fraction() * 1e9)}`;
      const started = await post(running, '/v1/run/tasks', this.#body(key), { 'idempotency-key': key });
      if (started.status !== 200) throw new Error(`a start was answered ${started.status}: ${JSON.stringify(started.body)}`);
      const runId = started.body.run_id as string;
      this.#acknowledged.set(key, runId);
      if (index % 4 === 0 && (await post(running, `/v1/runs/${runId}/cancel`, {})).status === 200) this.#ended.set(runId, 'canceled');
      if (index % 4 === 1) {
        const credential = { name: key, credential_type: 'password', credential: { username: 'ada', password: 'secret' } };
        this.#credentials.push((await post(running, '/v1/credentials', credential)).body.credential_id);
      }
      for (;;) {
        const { status } = (await get(running, `/v1/runs/${runId}`)).body;
        if (TERMINAL.includes(status)) return void this.#ended.set(runId, status);
      }
    });
    for (const result of await Promise.allSettled(each)) {
      if (result.status === 'rejected' && !(result.reason instanceof Gone)) throw result.reason;
    }
  }

  #checkDatabase(): void {
    const db = new DatabaseSync(join(this.folder, 'data', 'local', 'server.db'));
    try {
      const verdict = db.prepare('PRAGMA integrity_check').all();
      if (JSON.stringify(verdict) !== '[{"integrity_check":"ok"}]') throw new Error(`integrity_check: ${JSON.stringify(verdict)}`);
      if (db.prepare('PRAGMA foreign_key_check').all().length > 0) throw new Error('rows that point nowhere');
    } finally {
      db.close();
    }
  }

  async #checkRun(running: Running, runId: string): Promise<void> {
    let run = await get(running, `/v1/runs/${runId}`);
    for (const deadline = systemClock.monotonic() + 60_000; run.status === 200 && !TERMINAL.includes(run.body.status); ) {
      if (systemClock.monotonic() > deadline) throw new Error(`${runId} is still ${run.body.status}`);
      run = await get(running, `/v1/runs/${runId}`, { prefer: 'wait=5', 'if-none-match': '"0"' });
      await systemClock.sleep(5);
    }
    if (run.status !== 200) throw new Error(`${runId} was acknowledged and is lost`);
    const known = this.#ended.get(runId);
    if (known !== undefined && known !== run.body.status) throw new Error(`${runId} was ${known} and is ${run.body.status} now`);
    if (run.body.status === 'failed') {
      if (!String(run.body.failure_reason).startsWith('interrupted')) throw new Error(`${runId} failed: ${run.body.failure_reason}`);
      this.#tally.interrupted++;
    }
    for (const artifact of (await get(running, `/v1/runs/${runId}/artifacts`)).body) {
      const content = await fetch(`${running.baseUrl}/v1/artifacts/${artifact.artifact_id}/content`, {
        headers: { 'x-api-key': running.token },
      });
      const sum = createHash('sha256')
        .update(Buffer.from(await content.arrayBuffer()))
        .digest('hex');
      if (sum !== artifact.checksum)
        throw new Error(`${artifact.artifact_type} of ${runId} is listed and is not whole (${content.status})`);
    }
  }

  #checkEffects(): void {
    const by = new Map<string, number>();
    for (const line of readFileSync(this.#effects, 'utf8').split('\n').filter(Boolean)) {
      const [runId] = line.split(' ') as [string];
      by.set(runId, (by.get(runId) ?? 0) + 1);
    }
    for (const [runId, times] of by) if (times > 1) throw new Error(`${runId} acted ${times} times`);
    this.#tally.acted += by.size;
  }

  async #checkTold(runId: string): Promise<void> {
    const deadline = systemClock.monotonic() + 60_000;
    while (!this.#told.has(runId)) {
      if (systemClock.monotonic() > deadline) throw new Error(`nobody was told of ${runId}`);
      await systemClock.sleep(10);
    }
    const told = this.#told.get(runId)!;
    if (told.size > 1) throw new Error(`two ends were told of ${runId}: ${[...told].join(' and ')}`);
  }
}

/** The server ended before it answered. */
class Gone extends Error {}

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: fields are looked at right here
  readonly body: any;
}

async function ask({ baseUrl, token }: Running, path: string, init: RequestInit): Promise<Answer> {
  try {
    const response = await fetch(baseUrl + path, { ...init, headers: { 'x-api-key': token, ...(init.headers as object) } });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  } catch (error) {
    throw new Gone(String(error), { cause: error });
  }
}

const get = (running: Running, path: string, headers: Record<string, string> = {}): Promise<Answer> => ask(running, path, { headers });

const post = (running: Running, path: string, body: object, headers: Record<string, string> = {}): Promise<Answer> =>
  ask(running, path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } });

async function kill(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  if (child.exitCode !== null || child.signalCode !== null || !child.kill('SIGKILL')) return;
  await gone;
}
