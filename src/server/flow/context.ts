/** What the blocks of one run share: its browser, who said what, what asking has cost, and what was found. */
import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../clock.js';
import type { Inquiry, InquiryEnd, Recorder, SharedBrowser } from '../../engine/task.js';
import { originsOfHost } from '../../protocol/allowedHost.js';
import { fenced } from '../../workflow/fence.js';
import type { FlowBlock } from '../../workflow/interpreter.js';
import { BlockStore } from './blockStore.js';
import { modelOf } from './blocks/goalTask.js';
import { type FlowCredentials, openCredentials } from './credentials.js';
import { type Definition, definitionOf } from './flowRequest.js';
import type { FlowRun, FlowRunDeps, Used } from './flowRun.js';
import { typedUrls } from './typedUrls.js';

type Wire = Readonly<Record<string, unknown>>;

/** The first has the run's own folder. */
function ofAttempt(folder: string, attempt: number): string {
  if (attempt === 1) return folder;
  const own = join(folder, `attempt-${attempt}`);
  mkdirSync(own, { recursive: true, mode: 0o700 });
  return own;
}

export interface FlowFile {
  readonly artifact_id: string;
  readonly filename: string | null;
  readonly file_size: number;
  /** SHA-256, hex. */
  readonly checksum: string;
}

export class FlowContext {
  readonly deps: FlowRunDeps;
  readonly flow: FlowRun;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly definition: Definition;
  readonly credentials: FlowCredentials;
  readonly browser: SharedBrowser;
  /** Addresses that people typed into the workflow and its parameters. */
  readonly typedUrls: readonly string[];
  /** What pages may reach although it may not be public: these, and hosts that people allowed. */
  readonly allowedUrls: readonly string[];
  /** What templates know besides parameters and outputs. */
  readonly constants: Wire;
  /** Names whose values people typed, or that are ours. */
  readonly typed: ReadonlySet<string>;
  /** What blocks extracted, in order. */
  readonly extracted: unknown[] = [];
  /** The last page that people said to go to: secrets belong there. Null: to none. */
  home: string | null = null;
  /** Whether a block has had the browser. */
  began = false;
  /** Where files of pages go: attempts do not share them. */
  readonly downloadsDir: string;
  /** Steps of the run so far. */
  #steps: number;
  /** US dollars that asking models cost so far. */
  #cost: number;

  constructor(deps: FlowRunDeps, flow: FlowRun) {
    const { run, request, browser, recorder } = flow;
    const { store, files, runner, clock } = deps;
    this.deps = deps;
    this.flow = flow;
    this.#steps = flow.used.steps;
    this.#cost = flow.used.cost;
    this.downloadsDir = ofAttempt(files.downloadsFolder(run.run_id), flow.attempt);
    this.clock = clock;
    this.signal = flow.signal;
    this.definition = definitionOf(store, run);
    this.credentials = openCredentials(deps.credentials, this.definition.parameters, request.parameters);
    this.constants = {
      workflow_id: run.workflow_id,
      workflow_permanent_id: run.workflow_permanent_id,
      workflow_run_id: run.run_id,
      workflow_title: run.title,
      browser_session_id: request.browser_session_id ?? null,
      workflow_run_summary: { workflow_run_id: run.run_id, workflow_title: run.title, status: 'running' },
      current_date: new Date(clock.now()).toISOString().slice(0, 10),
    };
    const untyped = request.triggered_by?.untyped ?? [];
    const given = this.definition.parameters.filter((each) => ['workflow', 'credential'].includes(String(each['parameter_type'])));
    const keys = given.map(({ key }) => String(key)).filter((key) => !untyped.includes(key));
    this.typed = new Set([...Object.keys(this.constants), ...keys]);
    const hosts = (request.allow_hosts ?? []).flatMap((host) => originsOfHost(host) ?? []);
    const values = Object.entries(request.parameters).filter(([key]) => !untyped.includes(key));
    this.typedUrls = typedUrls(this.definition.blocks, Object.fromEntries(values));
    this.allowedUrls = [...this.typedUrls, ...hosts];
    this.browser = runner.share(
      {
        ...browser,
        extraHttpHeaders: request.extra_http_headers ?? {},
        allowedUrls: this.allowedUrls,
        downloadsDir: this.downloadsDir,
        evidenceDir: ofAttempt(files.runFolder(run.run_id), flow.attempt),
      },
      recorder,
    );
  }

  get used(): Used {
    return { steps: this.#steps, cost: this.#cost };
  }

  /** What the workflow tells a model in every block, as far as this one is told it. */
  instructionsFor(block: FlowBlock, names: Wire): string {
    return block['ignore_workflow_system_prompt'] === true ? '' : fenced(this.definition.instructions, names, this.typed);
  }

  /** US dollars; null: no limit. */
  costLeft(): number | null {
    const limit = this.flow.request.max_cost ?? null;
    return limit === null ? null : limit - this.#cost;
  }

  /** Why nothing is asked any more; null: it may be. */
  tooDear(): string | null {
    const left = this.costLeft();
    if (left === null || left > 0) return null;
    return `asking the language model cost ${this.#cost.toFixed(4)} dollars so far, and may cost ${this.flow.request.max_cost}`;
  }

  /** Counts what somebody else asked for this run. */
  spend(cost: number): void {
    this.#cost += cost;
  }

  /** What a block that still runs gave so far. */
  async tell(blockId: string, soFar: unknown): Promise<void> {
    const { store, queue, clock } = this.deps;
    const { lease } = this.flow;
    queue.write(lease, () => new BlockStore(store, clock).gives(lease.runId, blockId, soFar));
  }

  /** Closes the browser. Never rejects. */
  async close(): Promise<void> {
    this.deps.triggers().spent(this, this.#cost);
    await this.browser.close();
  }

  /** Asks the model of the block, and counts what it costs. */
  async ask(asks: Inquiry['asks'], block: FlowBlock): Promise<InquiryEnd> {
    const tooDear = this.tooDear();
    if (tooDear !== null) return { status: 'failed', reason: tooDear, errors: [] };
    const inquiry = {
      model: modelOf(block['model']) ?? this.flow.request.model?.model_name ?? null,
      maxCost: this.costLeft(),
      secrets: [...this.credentials.opened.values()].flatMap(({ secrets }) => [...secrets.values()]),
      asks,
    };
    return this.browser.ask(inquiry, this.recorder(), this.signal);
  }

  /** Ids of the files that the run has got so far. */
  downloads(): ReadonlySet<string> {
    return new Set(this.#downloads().map(({ artifact_id }) => artifact_id));
  }

  /** Files that came after those of `before`, as outputs of blocks tell them. */
  filesSince(before: ReadonlySet<string>): readonly FlowFile[] {
    return this.#downloads()
      .filter(({ artifact_id }) => !before.has(artifact_id))
      .map(({ artifact_id, file_name, file_size, checksum }) => ({ artifact_id, filename: file_name, file_size, checksum }));
  }

  /** Keeps a file that a block made, as one that the run has got. @param url of the page that it is of */
  async keep(name: string, bytes: Uint8Array, url: string): Promise<FlowFile> {
    const { files } = this.deps;
    const { run, recorder } = this.flow;
    const before = this.downloads();
    const { path, sizeBytes, checksum } = await files.saveDownload(run.run_id, `made-${before.size}`, bytes);
    await recorder.downloaded({ name, path, sizeBytes, checksum, url });
    return this.filesSince(before)[0]!;
  }

  /**
   * A file that the run has got, by its name or its artifact; null: there is none of it.
   * @param typed whether people said which: then it may also be one that they sent to this server
   */
  async readFile(
    place: string,
    typed: boolean,
  ): Promise<{ readonly bytes: Uint8Array; readonly name: string; readonly kind: string } | null> {
    const { files, uploads } = this.deps;
    const id = /(?:^|\/v1\/artifacts\/)(a_\w+)(?:\/content)?$/.exec(place)?.[1] ?? null;
    const got = this.#downloads().findLast(({ artifact_id, file_name }) => artifact_id === id || (place !== '' && file_name === place));
    if (got) return { bytes: await files.bytes(got.file), name: got.file_name ?? '', kind: '' };
    const sent = typed ? uploads.find(/(?:^|\/)(file_\d+)(?:_[^/]*)?$/.exec(place)?.[1] ?? '') : null;
    return sent && { bytes: await readFile(sent.path), name: sent.name, kind: '' };
  }

  #downloads() {
    return this.deps.store.artifacts(this.flow.run.run_id, ['download']);
  }

  /** Steps of a block follow those of the blocks before it. Its thoughts and parts are not told: the block stands for them. */
  recorder(): Recorder {
    const { recorder } = this.flow;
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
      thought: async ({ usage }) => {
        this.#cost += usage?.cost ?? 0;
      },
      subtaskStarted: async () => {},
      subtaskEnded: async () => {},
    };
  }
}
