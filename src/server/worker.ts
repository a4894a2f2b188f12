import type { BrowserState, CodeSource, Outcome, TaskSpec } from '../engine/task.js';
import { SkyvernError } from '../errors.js';
import { originsOfHost } from '../protocol/allowedHost.js';
import { RISKS, type TaskRunRequest } from '../protocol/task.js';
import type { BrowserStates } from './browserStates.js';
import type { OpenedCredential } from './credentialStore.js';
import { storageFault } from './database.js';
import { runAttempts } from './flow/attempts.js';
import type { FlowRequest } from './flow/flowRequest.js';
import type { FlowRunDeps } from './flow/flowRun.js';
import { interrupted, type Lease, LeaseLost } from './queue.js';
import { createRecorder } from './recorder.js';
import type { Place, SessionUse } from './sessionUse.js';
import type { RunEnd, RunRow } from './store.js';
import type { UploadStore } from './uploadStore.js';

/** Step limit of a task that names none, as upstream's. */
export const DEFAULT_MAX_STEPS = 10;
/** Of one that plans. */
const DEFAULT_PLANNED_STEPS = 25;

/** What a run needs and the database must never hold. */
export interface RunSecrets {
  readonly secrets: ReadonlyMap<string, string>;
  readonly cdpHeaders: Readonly<Record<string, string>>;
}

export interface WorkerDeps extends FlowRunDeps {
  readonly concurrency: number;
  /** By run id, from the POST to the end of the run. */
  readonly secrets: Map<string, RunSecrets>;
  readonly sessionUse: SessionUse;
  readonly browserStates: BrowserStates;
  /** A run has ended. */
  readonly onEnd: () => void;
  readonly log: (line: string) => void;
}

const SECRETS_LOST: RunEnd = {
  status: 'failed',
  reason: 'secrets are held in memory only, and those of this run were lost when the local server restarted. Start the run again',
  errors: [
    { error_code: 'SECRETS_LOST', reasoning: 'the local server restarted before the run began', error_type: 'SYSTEM_DEFINED_ERROR' },
  ],
};
const STOPPED = 'interrupted: the local server was stopped while this run was acting on a page';

/** Between two tries to write the end of a run, and to take one from the queue, in milliseconds. */
const RETRY_MS = 1_000;
const PUMP_AGAIN_MS = 5_000;

interface AtWork {
  readonly lease: Lease;
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

export class Worker {
  readonly #deps: WorkerDeps;
  readonly #atWork = new Map<string, AtWork>();
  /** Runs that wait for another, and give their place to it. */
  readonly #lent = new Set<string>();
  readonly #stopped = new AbortController();
  #pumpsAgain = false;

  constructor(deps: WorkerDeps) {
    this.#deps = deps;
  }

  get running(): number {
    return this.#atWork.size;
  }

  #stopping(): boolean {
    return this.#stopped.signal.aborted;
  }

  /** Starts as many waiting runs as there are free places. To be called whenever one may have come or gone. */
  pump(): void {
    try {
      this.#fill();
    } catch (error) {
      this.#deps.log(`no run can be taken from the queue: ${reasonOf(error)}`);
      void this.#pumpAgain();
    }
  }

  /** What waits must not wait for ever because nobody else comes. */
  async #pumpAgain(): Promise<void> {
    if (this.#pumpsAgain) return;
    this.#pumpsAgain = true;
    try {
      await this.#deps.clock.sleep(PUMP_AGAIN_MS, this.#stopped.signal);
    } catch {
      return; // the next server takes them
    }
    this.#pumpsAgain = false;
    this.pump();
  }

  #fill(): void {
    while (!this.#stopping() && this.#atWork.size - this.#lent.size < this.#deps.concurrency) {
      const lease = this.#deps.queue.claim();
      if (!lease) break; // none waits, or those that do have their turn later
      const abort = new AbortController();
      const done = this.#work(lease, abort.signal)
        .catch((error: unknown) => this.#deps.log(`${lease.runId}: ${reasonOf(error)}`))
        .finally(() => {
          this.#atWork.delete(lease.runId);
          this.#deps.secrets.delete(lease.runId);
          this.#deps.onEnd();
          this.pump();
        });
      this.#atWork.set(lease.runId, { lease, abort, done });
    }
    if (!this.#stopping()) this.#deps.queue.markWaiting();
  }

  /** The run waits for another: somebody else may have its place until it is taken back. */
  lend(runId: string): void {
    this.#lent.add(runId);
    this.pump();
  }

  takeBack(runId: string): void {
    this.#lent.delete(runId);
  }

  /** Cancels a run wherever it is. False when it had already ended. */
  cancel(runId: string): boolean {
    const canceled = this.#deps.queue.cancel(runId);
    if (canceled) {
      this.#atWork.get(runId)?.abort.abort(new LeaseLost(runId));
      this.#deps.secrets.delete(runId);
    }
    return canceled;
  }

  /** Ends a run at work, as failed; one that is not is left alone. */
  fail(runId: string, reason: string): void {
    const atWork = this.#atWork.get(runId);
    if (!atWork) return;
    // Where there is no room on the disk now, its end is written later.
    this.#finishInTheEnd(atWork.lease, { status: 'failed', reason }).catch((error: unknown) =>
      this.#deps.log(`${runId}: ${reasonOf(error)}`),
    );
    atWork.abort.abort(new LeaseLost(runId));
  }

  /**
   * Takes no more runs and lets those at work finish, for at most `graceMs`. Runs that then still act are failed with
   * their evidence. Those that did nothing yet, such as one whose browser does not come up, wait for the next server: at once, or
   * where that one would lack their secrets at the end of the time.
   */
  async stop(graceMs: number): Promise<void> {
    this.#stopped.abort();
    for (const { lease, abort } of this.#atWork.values()) {
      if (!this.#deps.secrets.has(lease.runId) && this.#givenBack(lease)) abort.abort(new LeaseLost(lease.runId));
    }
    const all = Promise.all([...this.#atWork.values()].map(({ done }) => done));
    const drained = new AbortController();
    void all.then(() => drained.abort());
    if (graceMs > 0) await this.#deps.clock.sleep(graceMs, drained.signal).catch(() => {});
    for (const { lease, abort } of this.#atWork.values()) {
      if (abort.signal.aborted) continue;
      if (!this.#givenBack(lease)) this.#finish(lease, interrupted(STOPPED));
      abort.abort(new LeaseLost(lease.runId));
    }
    await all;
    await this.#deps.runner.close();
  }

  /** Whether the run waits for the next server; false when it acts, or was ended. */
  #givenBack(lease: Lease): boolean {
    try {
      this.#deps.queue.giveBack(lease);
    } catch (error) {
      if (error instanceof LeaseLost) return false;
      this.#deps.log(`${lease.runId}: left for the next server: ${reasonOf(error)}`);
    }
    return true;
  }

  async #work(lease: Lease, signal: AbortSignal): Promise<void> {
    try {
      const end = await this.#carryOut(lease, signal);
      await this.#finishInTheEnd(lease, end);
    } catch (error) {
      if (signal.aborted || error instanceof LeaseLost) return;
      if (!(error instanceof SkyvernError)) this.#deps.log(`${lease.runId}: ${error instanceof Error ? error.stack : error}`);
      await this.#finishInTheEnd(lease, { status: 'failed', reason: reasonOf(error) });
    }
  }

  async #carryOut(lease: Lease, signal: AbortSignal): Promise<RunEnd> {
    const { store, queue, files, pauses, runner, secrets } = this.#deps;
    const run = store.runById(lease.runId)!;
    const held = secrets.get(lease.runId);
    if (run.holds_secrets && !held) return SECRETS_LOST;
    const request = JSON.parse(run.request) as TaskRunRequest;
    const opened = request.credential_id ? this.#deps.credentials.open(request.credential_id) : null;
    if (request.credential_id && !opened) return credentialGone(request.credential_id);
    const sessionId = request.browser_session_id ?? null;
    const place = sessionId === null ? null : this.#deps.sessionUse.enter(sessionId, run.run_id);
    if (typeof place === 'string') return { status: 'failed', reason: place };
    const left = new AbortController();
    try {
      // A run does not outlive its session.
      place?.timeOver(left.signal).then(
        (reason) => this.fail(run.run_id, reason),
        () => {},
      );
      if (run.kind === 'workflow') {
        const { browser, keepBrowserState } = browserOf(request, held, place, this.#stateFor(request, place));
        const recorder = createRecorder(lease, store, queue, files, pauses, signal, this.#deps.log);
        return await runAttempts(this.#deps, {
          lease,
          run,
          request: request as FlowRequest,
          browser: { browser, keepBrowserState },
          recorder,
          signal,
        });
      }
      const codes = this.#deps.codesOf({
        runId: run.run_id,
        key: opened?.totpKey ?? null,
        url: request.totp_url ?? null,
        identifier: request.totp_identifier ?? opened?.totpIdentifier ?? null,
      });
      const spec = taskSpec(run, request, {
        held,
        opened,
        codes,
        downloadsDir: files.downloadsFolder(run.run_id),
        evidenceDir: files.runFolder(run.run_id),
        uploads: this.#deps.uploads,
        place,
        state: this.#stateFor(request, place),
      });
      return endOf(await runner.run(spec, createRecorder(lease, store, queue, files, pauses, signal, this.#deps.log), signal));
    } finally {
      left.abort();
      place?.leave();
    }
  }

  /** What the browser begins with. */
  #stateFor(request: TaskRunRequest, place: Place | null): BrowserState | null {
    return place?.state ?? (request.browser_profile_id ? this.#deps.browserStates.open(request.browser_profile_id) : null);
  }

  /** A full disk must not make a run go on for ever: its end is written as soon as there is room. */
  async #finishInTheEnd(lease: Lease, end: RunEnd): Promise<void> {
    while (!this.#finish(lease, end) && !this.#stopping()) await this.#deps.clock.sleep(RETRY_MS);
  }

  /** False when there is no room to write the end now. */
  #finish(lease: Lease, end: RunEnd): boolean {
    try {
      this.#deps.queue.finish(lease, end);
    } catch (error) {
      if (error instanceof LeaseLost) return true;
      if (storageFault(error) === null) {
        if (end.output === undefined || end.output === null) throw error;
        // Output that no database takes must not make the run go on for ever.
        this.#deps.log(`${lease.runId}: ${reasonOf(error)}`);
        return this.#finish(lease, { status: 'failed', reason: `its output cannot be kept: ${reasonOf(error)}` });
      }
      this.#deps.log(`${lease.runId}: its end could not be written: ${reasonOf(error)}`);
      return false;
    }
    return true;
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function endOf(outcome: Outcome): RunEnd {
  if (outcome.status === 'completed') return { status: 'completed', output: outcome.output };
  return { status: outcome.status, reason: outcome.reason, errors: outcome.errors, output: outcome.output };
}

const credentialGone = (id: string): RunEnd => ({
  status: 'failed',
  reason: `the credential ${id} was deleted before the run began, or was stored under another key`,
});

interface SpecParts {
  readonly held: RunSecrets | undefined;
  readonly opened: OpenedCredential | null;
  readonly codes: CodeSource | null;
  readonly downloadsDir: string;
  readonly evidenceDir: string;
  readonly uploads: UploadStore;
  /** In a session; null: the run is in none. */
  readonly place: Place | null;
  readonly state: BrowserState | null;
}

const browserOf = (
  request: TaskRunRequest,
  held: RunSecrets | undefined,
  place: Place | null,
  state: BrowserState | null,
): Pick<TaskSpec, 'browser' | 'keepBrowserState'> => ({
  browser: {
    headed: request.headed ?? false,
    path: request.browser_path ?? null,
    address: request.browser_address ?? null,
    cdpHeaders: held?.cdpHeaders ?? {},
    state,
  },
  keepBrowserState: place?.keep ?? null,
});

function taskSpec(run: RunRow, request: TaskRunRequest, parts: SpecParts): TaskSpec {
  const { held, opened, codes, downloadsDir, evidenceDir, uploads, place, state } = parts;
  return {
    runId: run.run_id,
    prompt: request.prompt,
    url: request.url ?? place?.state?.url ?? null, // where the session is
    engine: run.engine,
    model: request.model?.model_name ?? null,
    maxCost: request.max_cost ?? null,
    maxSteps: request.max_steps ?? (run.kind === 'planned' ? DEFAULT_PLANNED_STEPS : DEFAULT_MAX_STEPS),
    dataExtractionSchema: request.data_extraction_schema ?? null,
    errorCodeMapping: request.error_code_mapping ?? {},
    extraHttpHeaders: request.extra_http_headers ?? {},
    secrets: new Map([...(opened?.secrets ?? []), ...(held?.secrets ?? [])]),
    credential: opened?.credential ?? null,
    codes,
    allowedUrls: (request.allow_hosts ?? []).flatMap((host) => originsOfHost(host) ?? []),
    confirm: { risks: RISKS.filter((risk) => request.confirm?.includes(risk)), unattended: request.unattended ?? false },
    ...browserOf(request, held, place, state),
    files: (request.file_ids ?? []).flatMap((id) => uploads.find(id) ?? []),
    mustDownload: run.kind === 'download',
    downloads: {
      suffix: request.download_suffix || null,
      timeoutMs: request.download_timeout ? Math.round(request.download_timeout * 1000) : null,
    },
    downloadsDir,
    evidenceDir,
  };
}
