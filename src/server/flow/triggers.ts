/** Runs that runs start: what they may do is what their parents may, what they cost is their parents', and they go no further than that. */
import { isTerminalStatus } from '../../protocol/status.js';
import type { RouteDeps } from '../deps.js';
import { HttpError } from '../httpError.js';
import type { RunRow } from '../store.js';
import { startedWire } from '../wire.js';
import type { FlowContext } from './context.js';
import { checkFlow, type TriggeredBy } from './flowRequest.js';

/** Runs above one another, the one that a person started among them. */
const MAX_DEPTH = 5;
/** A run that ends is told at once; a clock that was set is noticed within this time, in milliseconds. */
const LONGEST_WAIT_MS = 60_000;

export interface Triggered {
  readonly workflow: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Keys of parameters whose values nobody typed. */
  readonly untyped: readonly string[];
  readonly sessionId: string | null;
  readonly waits: boolean;
}

export class Triggers {
  readonly #deps: RouteDeps;
  /** US dollars, of runs that ended and somebody waits for. */
  readonly #costs = new Map<string, number>();

  constructor(deps: RouteDeps) {
    this.#deps = deps;
  }

  /** Starts it; why it cannot be is a text. */
  async start({ workflow, parameters, untyped, sessionId, waits }: Triggered, parent: FlowContext): Promise<RunRow | string> {
    const { run, request } = parent.flow;
    const above = [...(request.triggered_by?.above ?? []), run.workflow_permanent_id!];
    if (above.includes(workflow)) return `${workflow} would start itself again: ${[...above, workflow].join(' -> ')}`;
    if (above.length >= MAX_DEPTH) return `workflows start each other ${MAX_DEPTH} levels deep at most`;
    const row = this.#deps.workflows.latest(workflow);
    if (!row) return `there is no workflow ${workflow || '(no id)'}`;
    const by: TriggeredBy = { run_id: run.run_id, above, untyped, waits };
    const inherited = ['allow_hosts', 'confirm', 'unattended', 'headed', 'browser_path', 'model'] as const;
    const body = {
      ...Object.fromEntries(inherited.flatMap((name) => (request[name] === undefined ? [] : [[name, request[name]]]))),
      engine: run.engine,
      parameters,
      proxy_location: null,
      ...(parent.costLeft() !== null && { max_cost: parent.costLeft() }),
      ...(sessionId !== null && { browser_session_id: sessionId }),
    };
    try {
      const checked = await checkFlow(this.#deps, row, body, request.step_limit ?? null, { trigger: null, scheduleId: null, by });
      const accepted = this.#deps.queue.accept(checked, null, (started) => JSON.stringify(startedWire(started)));
      if (accepted.kind !== 'created') throw new Error('a start without a key was answered as another');
      void this.#deps.clock.sleep(0).then(() => this.#deps.worker.pump());
      return accepted.run;
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      const { detail } = error.body as { readonly detail?: unknown };
      return typeof detail === 'string' ? detail.replace(/\.$/, '') : JSON.stringify(detail);
    }
  }

  /** The run when it has ended, and what it cost. Its parent gives its place away meanwhile; where that ends, it ends, too. */
  async end(runId: string, parent: FlowContext): Promise<{ readonly run: RunRow; readonly cost: number }> {
    const { store, waiters, worker } = this.#deps;
    const { signal, flow } = parent;
    worker.lend(flow.run.run_id);
    try {
      for (;;) {
        const run = store.runById(runId)!;
        if (isTerminalStatus(run.status)) return { run, cost: this.#costs.get(runId) ?? 0 };
        await waiters.wait(runId, LONGEST_WAIT_MS, signal);
        signal.throwIfAborted();
      }
    } catch (error) {
      worker.cancel(runId);
      throw error;
    } finally {
      this.#costs.delete(runId);
      worker.takeBack(flow.run.run_id);
    }
  }

  /** What a run cost in all, to whoever waits for it. */
  spent({ flow: { run, request } }: FlowContext, cost: number): void {
    if (request.triggered_by?.waits) this.#costs.set(run.run_id, cost);
  }
}
