/**
 * A workflow's run, from its first block to its end: the parts of this server that blocks need, put behind `FlowHost`.
 *
 * It runs under the lease of its worker like any other run: `acting` is on disk before the first block, each write is fenced, one
 * browser is shared by all blocks and opened for the first that wants it.
 */
import type { Clock } from '../../clock.js';
import type { CodeSource, Outcome, Recorder, SharedBrowser, TaskRunner, TaskSpec } from '../../engine/task.js';
import { originsOfHost } from '../../protocol/allowedHost.js';
import { RISKS, RULES_ENGINE } from '../../protocol/task.js';
import { allBlocks, type BlockEnd, type FlowBlock, type FlowHost, runFlow } from '../../workflow/interpreter.js';
import type { ArtifactFiles } from '../artifactFiles.js';
import type { CodeOrigins } from '../codeSource.js';
import type { CredentialStore, OpenedCredential } from '../credentialStore.js';
import type { CheckTask } from '../deps.js';
import type { Pauses } from '../pauses.js';
import type { Lease, Queue } from '../queue.js';
import type { RunEnd, RunRow, Store } from '../store.js';
import type { UploadStore } from '../uploadStore.js';
import { BlockStore } from './blockStore.js';
import { type FlowCredentials, openCredentials } from './credentials.js';
import { definitionOf, type FlowRequest } from './flowRequest.js';
import { type BlockTask, blockTask, judgedByTemplates } from './goalBlocks.js';
import { httpRequest, parseFile, type Reach, wait } from './ownBlocks.js';
import { typedUrls } from './typedUrls.js';

export interface FlowRunDeps {
  readonly store: Store;
  readonly queue: Queue;
  readonly files: ArtifactFiles;
  readonly pauses: Pauses;
  readonly runner: TaskRunner;
  readonly clock: Clock;
  readonly credentials: CredentialStore;
  readonly uploads: UploadStore;
  readonly codesOf: (origins: CodeOrigins) => CodeSource | null;
  /** Of goals that are known only while a workflow runs. */
  readonly checkTask: CheckTask;
}

export interface FlowRun {
  readonly lease: Lease;
  readonly run: RunRow;
  readonly request: FlowRequest;
  readonly browser: Pick<TaskSpec, 'browser' | 'keepBrowserState'>;
  readonly recorder: Recorder;
  readonly signal: AbortSignal;
}

const MINUTE_MS = 60_000;
/** As upstream, where neither the run nor the workflow names one. */
const DEFAULT_MINUTES = 240;
const NOBODY = 'Timeout elapsed with no human interaction';

export async function runWorkflow(deps: FlowRunDeps, flow: FlowRun): Promise<RunEnd> {
  const { signal, request } = flow;
  const minutes = request.max_elapsed_time_minutes ?? DEFAULT_MINUTES;
  const [timeUp, done] = [new AbortController(), new AbortController()];
  deps.clock.sleep(minutes * MINUTE_MS, AbortSignal.any([signal, done.signal])).then(
    () => timeUp.abort(),
    () => {},
  );
  const host = new Host(deps, { ...flow, signal: AbortSignal.any([signal, timeUp.signal]) });
  try {
    return await host.toEnd();
  } catch (error) {
    if (signal.aborted || !timeUp.signal.aborted) throw error;
    const limit = `${minutes} minute${minutes === 1 ? '' : 's'}`;
    return { status: 'timed_out', reason: `Workflow run exceeded max elapsed runtime limit of ${limit}.` };
  } finally {
    done.abort();
    await host.close();
  }
}

class Host implements FlowHost {
  readonly #deps: FlowRunDeps;
  readonly #flow: FlowRun;
  readonly #definition;
  readonly #blocks: BlockStore;
  readonly #browser: SharedBrowser;
  readonly #allowedUrls: readonly string[];
  readonly #credentials: FlowCredentials;
  /** What blocks extracted, in order. */
  readonly #extracted: unknown[] = [];
  /** Steps of the run so far. */
  #steps = 0;
  #home: string | null = null;
  /** US dollars that asking models cost so far. */
  #cost = 0;
  /** Whether a block has had the browser. */
  #began = false;

  constructor(deps: FlowRunDeps, flow: FlowRun) {
    const { run, request, browser, recorder } = flow;
    const { store, files, runner } = deps;
    this.#deps = deps;
    this.#flow = flow;
    this.#definition = definitionOf(store, run);
    this.#blocks = new BlockStore(store, deps.clock);
    this.#credentials = openCredentials(deps.credentials, this.#definition.parameters, request.parameters);
    const hosts = (request.allow_hosts ?? []).flatMap((host) => originsOfHost(host) ?? []);
    this.#allowedUrls = [...typedUrls(this.#definition.blocks, request.parameters), ...hosts];
    this.#browser = runner.share(
      {
        ...browser,
        extraHttpHeaders: request.extra_http_headers ?? {},
        allowedUrls: this.#allowedUrls,
        downloadsDir: files.downloadsFolder(run.run_id),
        evidenceDir: files.runFolder(run.run_id),
      },
      recorder,
    );
  }

  async toEnd(): Promise<RunEnd> {
    const { run, request, recorder, signal } = this.#flow;
    await recorder.acting();
    const constants = {
      workflow_id: run.workflow_id,
      workflow_permanent_id: run.workflow_permanent_id,
      workflow_run_id: run.run_id,
      workflow_title: run.title,
      browser_session_id: request.browser_session_id ?? null,
      workflow_run_summary: { workflow_run_id: run.run_id, workflow_title: run.title, status: 'running' },
      current_date: new Date(this.#deps.clock.now()).toISOString().slice(0, 10),
    };
    const { status, reason, errors } = await runFlow(this.#definition, this.#credentials.values, constants, this, signal);
    return { status, reason, errors };
  }

  close(): Promise<void> {
    return this.#browser.close();
  }

  async begun(...[block, place]: Parameters<FlowHost['begun']>): Promise<string> {
    const { lease } = this.#flow;
    return this.#deps.queue.write(lease, () => this.#blocks.insert(lease.runId, block, place, this.#steps));
  }

  async news(...[id, news]: Parameters<FlowHost['news']>): Promise<void> {
    const { lease } = this.#flow;
    this.#deps.queue.write(lease, () => this.#blocks.news(lease.runId, id, news));
  }

  async ended(...[id, _block, end]: Parameters<FlowHost['ended']>): Promise<void> {
    const { lease } = this.#flow;
    this.#deps.queue.write(lease, () => this.#blocks.end(lease.runId, id, end, this.#steps));
  }

  async outputs(all: Readonly<Record<string, unknown>>): Promise<void> {
    const { lease } = this.#flow;
    const kept = { ...all, extracted_information: this.#extracted };
    this.#deps.queue.write(lease, () => this.#deps.store.keepOutput(lease.runId, kept));
  }

  async carryOut(block: FlowBlock): Promise<BlockEnd> {
    const { clock } = this.#deps;
    const { signal } = this.#flow;
    const reach: Reach = { browser: this.#browser, allowedUrls: this.#allowedUrls, clock, signal };
    switch (block.block_type) {
      case 'wait':
        return wait(block, reach);
      case 'http_request':
        return httpRequest(block, reach);
      case 'file_url_parser':
        return parseFile(block, reach);
      case 'human_interaction':
        return this.#askPerson(block);
      case 'terminate': {
        const reason = String(block['reason']);
        const code = (block['error_code'] ?? null) as string | null;
        const errors = code === null ? [] : [{ error_code: code, reasoning: reason, error_type: 'USER_DEFINED_ERROR' }];
        return { status: 'terminated', output: { reason }, reason, errors };
      }
      default:
        return this.#pursue(block);
    }
  }

  async #askPerson(block: FlowBlock): Promise<BlockEnd> {
    const { lease, signal } = this.#flow;
    const { queue, pauses } = this.#deps;
    // Also where nobody watches: it is asked of people elsewhere, who have time.
    queue.pause(lease, String(block['instructions']));
    const answer = await pauses.wait(lease.runId, signal, Number(block['timeout_seconds'] ?? 7_200) * 1000);
    queue.pause(lease, null);
    if (answer === 'approved') return { status: 'completed', output: { success: true, reason: 'status_changed:running' } };
    return { status: 'timed_out', output: { success: false, reason: NOBODY }, reason: NOBODY };
  }

  async #pursue(block: FlowBlock): Promise<BlockEnd> {
    if (block.block_type === 'validation') {
      const written = allBlocks(this.#definition.blocks).find(({ label }) => label === block.label)!;
      const judged = judgedByTemplates(block, written);
      if (judged)
        return this.#taskEnd(
          judged.passed ? { status: 'completed', output: null } : { status: 'terminated', reason: judged.reason, errors: [], output: null },
          new Set(),
        );
    }
    const { run, request, browser, signal } = this.#flow;
    const given = blockTask(block, run.engine, this.#definition.instructions, request.step_limit ?? null);
    // In a session the first block begins on the page where the session is.
    const task = { ...given, url: given.url ?? (this.#began ? null : (browser.browser.state?.url ?? null)) };
    const no = await this.#refusal(block, task);
    if (no !== null) return { status: 'failed', reason: no };
    this.#began = true;
    const before = new Set(this.#downloads().map(({ artifact_id }) => artifact_id));
    const outcome = await this.#browser.run(this.#spec(block, task), this.#shifted(), signal);
    if (task.url !== null) this.#home = task.url;
    return this.#taskEnd(outcome, before);
  }

  /** Why the block cannot be carried out, as far as that shows now that its texts are known; null when it can. */
  async #refusal(block: FlowBlock, task: BlockTask): Promise<string | null> {
    const { request } = this.#flow;
    if (task.url !== null && !/^https?:\/\//i.test(task.url)) return `${task.url} is no web address`;
    const lost = ((block['parameters'] ?? []) as readonly Record<string, unknown>[]).find(({ key }) =>
      this.#credentials.missing.has(String(key)),
    );
    if (lost) return `the credential of the parameter ${String(lost['key'])} was deleted, or was stored under another key`;
    const limit = request.max_cost ?? null;
    if (limit !== null && this.#cost >= limit)
      return `asking the language model cost ${this.#cost.toFixed(4)} dollars so far, and may cost ${limit}`;
    if (task.engine !== RULES_ENGINE) return null;
    const secretNames = this.#credentialOf(block)?.credential.secretNames ?? [];
    const asked = { ...request, prompt: task.prompt, data_extraction_schema: task.schema };
    const refused =
      task.prompt === '' ? { clause: '', reason: 'it has no goal' } : await this.#deps.checkTask(asked, task.engine, secretNames);
    return refused && `the goal cannot be carried out: "${refused.clause}": ${refused.reason}`;
  }

  #spec(block: FlowBlock, task: BlockTask): TaskSpec {
    const { run, request, browser } = this.#flow;
    const opened = this.#credentialOf(block);
    const text = (name: string): string | null => (block[name] as string | null | undefined) || null;
    return {
      runId: run.run_id,
      prompt: task.prompt,
      url: task.url,
      home: this.#home,
      engine: task.engine,
      model: task.model ?? request.model?.model_name ?? null,
      maxCost: request.max_cost == null ? null : request.max_cost - this.#cost,
      maxSteps: task.maxSteps,
      dataExtractionSchema: task.schema,
      errorCodeMapping: { ...this.#definition.errorCodes, ...(block['error_code_mapping'] as Record<string, string> | null | undefined) },
      extraHttpHeaders: request.extra_http_headers ?? {},
      secrets: opened?.secrets ?? new Map(),
      credential: opened?.credential ?? null,
      codes: this.#deps.codesOf({
        runId: run.run_id,
        key: opened?.totpKey ?? null,
        url: text('totp_verification_url') ?? request.totp_url ?? null,
        identifier: text('totp_identifier') ?? request.totp_identifier ?? opened?.totpIdentifier ?? null,
      }),
      allowedUrls: this.#allowedUrls,
      confirm: { risks: RISKS.filter((risk) => request.confirm?.includes(risk)), unattended: request.unattended ?? false },
      ...browser,
      files: (request.file_ids ?? []).flatMap((id) => this.#deps.uploads.find(id) ?? []),
      mustDownload: task.mustDownload,
      downloads: {
        suffix: text('download_suffix'),
        timeoutMs: block['download_timeout'] ? Math.round(Number(block['download_timeout']) * 1000) : null,
      },
      downloadsDir: this.#deps.files.downloadsFolder(run.run_id),
      evidenceDir: null,
    };
  }

  #downloads() {
    return this.#deps.store.artifacts(this.#flow.run.run_id, ['download']);
  }

  #taskEnd(outcome: Outcome, before: ReadonlySet<string>): BlockEnd {
    const files = this.#downloads().filter(({ artifact_id }) => !before.has(artifact_id));
    const [reason, errors] = outcome.status === 'completed' ? [null, []] : [outcome.reason, outcome.errors];
    if (outcome.output !== null && outcome.output !== undefined) this.#extracted.push(outcome.output);
    const output = {
      task_id: this.#flow.run.run_id,
      status: outcome.status,
      extracted_information: outcome.output ?? null,
      failure_reason: reason,
      errors,
      failure_category: null,
      downloaded_files: files.map(({ artifact_id, file_name, file_size, checksum }) => ({
        artifact_id,
        filename: file_name,
        file_size,
        checksum,
      })),
      downloaded_file_urls: null,
      downloaded_file_artifact_ids: files.length === 0 ? null : files.map(({ artifact_id }) => artifact_id),
      task_screenshots: null,
      workflow_screenshots: null,
      task_screenshot_artifact_ids: [],
      workflow_screenshot_artifact_ids: [],
    };
    return { status: outcome.status, output, ...(reason !== null && { reason }), errors };
  }

  /** Steps of a block follow those of the blocks before it. Its thoughts and parts are not told: the block stands for them. */
  #shifted(): Recorder {
    const { recorder } = this.#flow;
    const first = this.#steps;
    return {
      ...recorder,
      stepStarted: (order) => {
        this.#steps = first + order + 1;
        return recorder.stepStarted(first + order);
      },
      action: (order, action) => recorder.action(first + order, action),
      stepEnded: (order, end) => {
        this.#cost += end.usage?.cost ?? 0;
        return recorder.stepEnded(first + order, { ...end, isLast: false });
      },
      stepArtifact: (order, artifact) => recorder.stepArtifact(first + order, artifact),
      thought: async () => {},
      subtaskStarted: async () => {},
      subtaskEnded: async () => {},
    };
  }

  #credentialOf(block: FlowBlock): OpenedCredential | null {
    const { opened } = this.#credentials;
    const parameters = (block['parameters'] ?? []) as readonly Record<string, unknown>[];
    const found = parameters.flatMap(({ key }) => opened.get(String(key)) ?? []);
    // A log-in needs one; where the workflow has one only, it is that.
    if (found.length === 0 && block.block_type === 'login' && opened.size === 1) return [...opened.values()][0]!;
    return found[0] ?? null;
  }
}
