/**
 * A workflow's run, from its first block to its end: the parts of this server that blocks need, put behind `FlowHost`.
 *
 * It runs under the lease of its worker like any other run: `acting` is on disk before the first block, each write is fenced, one
 * browser is shared by all blocks and opened for the first that wants it.
 */
import type { Clock } from '../../clock.js';
import type { CodeSource, Recorder, TaskRunner, TaskSpec } from '../../engine/task.js';
import type { Verdict } from '../../workflow/conditions.js';
import { FENCE_RULE, fence, fenced, isFenced } from '../../workflow/fence.js';
import { type FlowHost, runFlow } from '../../workflow/interpreter.js';
import type { ArtifactFiles } from '../artifactFiles.js';
import type { CodeOrigins } from '../codeSource.js';
import type { CredentialStore } from '../credentialStore.js';
import type { CheckTask } from '../deps.js';
import type { Pauses } from '../pauses.js';
import type { Lease, Queue } from '../queue.js';
import type { RunEnd, RunRow, Store } from '../store.js';
import type { UploadStore } from '../uploadStore.js';
import { BlockStore } from './blockStore.js';
import { KINDS } from './blocks/kinds.js';
import { FlowContext } from './context.js';
import type { FlowRequest } from './flowRequest.js';
import type { Triggers } from './triggers.js';

export interface FlowRunDeps {
  readonly store: Store;
  readonly queue: Queue;
  readonly files: ArtifactFiles;
  readonly pauses: Pauses;
  readonly runner: TaskRunner;
  readonly clock: Clock;
  readonly credentials: CredentialStore;
  readonly uploads: UploadStore;
  /** Made after the worker that it starts runs with. */
  readonly triggers: () => Triggers;
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
  /** Counts from 1. */
  readonly attempt: number;
  /** By the attempts before this one. */
  readonly used: Used;
}

export interface Used {
  readonly steps: number;
  /** US dollars. */
  readonly cost: number;
}

const MINUTE_MS = 60_000;
/** As upstream, where neither the run nor the workflow names one. */
const DEFAULT_MINUTES = 240;
/** Of what is known, in a question about conditions, in characters: the newest first. */
const MAX_KNOWN = 24_000;
const MAX_KNOWN_EACH = 6_000;

/** One attempt. */
export async function runWorkflow(deps: FlowRunDeps, flow: FlowRun): Promise<{ readonly end: RunEnd; readonly used: Used }> {
  const { signal, request } = flow;
  const minutes = request.max_elapsed_time_minutes ?? DEFAULT_MINUTES;
  const [timeUp, done] = [new AbortController(), new AbortController()];
  deps.clock.sleep(minutes * MINUTE_MS, AbortSignal.any([signal, done.signal])).then(
    () => timeUp.abort(),
    () => {},
  );
  const host = new Host(deps, { ...flow, signal: AbortSignal.any([signal, timeUp.signal]) });
  try {
    return { end: await host.toEnd(), used: host.used };
  } catch (error) {
    if (signal.aborted || !timeUp.signal.aborted) throw error;
    const limit = `${minutes} minute${minutes === 1 ? '' : 's'}`;
    return { end: { status: 'timed_out', reason: `Workflow run exceeded max elapsed runtime limit of ${limit}.` }, used: host.used };
  } finally {
    done.abort();
    await host.close();
  }
}

class Host implements FlowHost {
  readonly #deps: FlowRunDeps;
  readonly #flow: FlowRun;
  readonly #context: FlowContext;
  readonly #blocks: BlockStore;

  constructor(deps: FlowRunDeps, flow: FlowRun) {
    this.#deps = deps;
    this.#flow = flow;
    this.#context = new FlowContext(deps, flow);
    this.#blocks = new BlockStore(deps.store, deps.clock);
  }

  async toEnd(): Promise<RunEnd> {
    const { recorder, signal } = this.#flow;
    await recorder.acting();
    const { definition, credentials, constants } = this.#context;
    const { status, reason, errors } = await runFlow(definition, credentials.values, constants, this, signal);
    return { status, reason, errors };
  }

  get used(): Used {
    return this.#context.used;
  }

  close(): Promise<void> {
    return this.#context.close();
  }

  async begun(...[block, place]: Parameters<FlowHost['begun']>): Promise<string> {
    const { lease, attempt } = this.#flow;
    return this.#deps.queue.write(lease, () => this.#blocks.insert(lease.runId, block, place, this.#context.used.steps, attempt));
  }

  async news(...[id, news]: Parameters<FlowHost['news']>): Promise<void> {
    const { lease } = this.#flow;
    this.#deps.queue.write(lease, () => this.#blocks.news(lease.runId, id, news));
  }

  async ended(...[id, _block, end]: Parameters<FlowHost['ended']>): Promise<void> {
    const { lease } = this.#flow;
    this.#deps.queue.write(lease, () => this.#blocks.end(lease.runId, id, end, this.#context.used.steps));
  }

  async outputs(all: Readonly<Record<string, unknown>>): Promise<void> {
    const { lease } = this.#flow;
    const kept = { ...all, extracted_information: this.#context.extracted };
    this.#deps.queue.write(lease, () => this.#deps.store.keepOutput(lease.runId, kept));
  }

  carryOut(...[block, written, names, id]: Parameters<FlowHost['carryOut']>): ReturnType<FlowHost['carryOut']> {
    const { carryOut } = KINDS[block.block_type] ?? {};
    if (!carryOut) throw new Error(`a workflow was accepted with a block of type ${block.block_type}`);
    return carryOut({ block, written, names, id }, this.#context);
  }

  async judge(...[written, block, names]: Parameters<FlowHost['judge']>): ReturnType<FlowHost['judge']> {
    const { typed } = this.#context;
    const conditions = written.map((condition) => fenced(condition, names, typed, true));
    const known = knownText(names);
    const rules = [this.#context.instructionsFor(block, names), conditions.some(isFenced) || known !== '' ? FENCE_RULE : ''];
    const end = await this.#context.ask({ kind: 'conditions', conditions, rules: rules.filter(Boolean).join('\n'), known }, block);
    if (end.status === 'failed') return { error: end.reason, errors: end.errors };
    return { verdicts: end.output as readonly Verdict[], prompt: end.prompt, response: end.response };
  }
}

/** What templates see, as data: what came last first, each of it and all together not too long. */
function knownText(names: Readonly<Record<string, unknown>>): string {
  const lines: string[] = [];
  let length = 0;
  for (const [name, value] of Object.entries(names).reverse()) {
    // Outputs are there under two names, and all together once more.
    if (value === null || value === undefined || name === 'workflow_run_outputs' || Object.hasOwn(names, `${name}_output`)) continue;
    const text = JSON.stringify(value);
    const line = `${name}: ${text.length > MAX_KNOWN_EACH ? `${text.slice(0, MAX_KNOWN_EACH)}...` : text}`;
    length += line.length;
    if (length > MAX_KNOWN) {
      lines.push('...');
      break;
    }
    lines.push(line);
  }
  return fence(lines.join('\n'));
}
