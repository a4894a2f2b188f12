/** A run as it is now, without following it: one read of the run and one of what it did. */
import type { Clock } from '../clock.js';
import { NetworkError } from '../errors.js';
import { Cursor } from './cursor.js';
import { Details } from './details.js';
import type { RunEvent, RunEventBody } from './events.js';
import { StatusTrack } from './facts.js';
import type { ReadOptions, RunSource } from './source.js';
import { emptyView, type RunView, reduce } from './view.js';

/** The events that a watch starting now would tell first, already reduced. Rejects with what a read of the run rejects with. */
export async function snapshotRun(source: RunSource, runId: string, clock: Clock, call: ReadOptions): Promise<RunView> {
  const [run, reading] = await Promise.all([source.get(runId, call), new Details(source, runId).read(call)]);
  if (reading.facts === null && reading.problem !== null)
    throw new NetworkError('no_details', `what ${runId} did cannot be read: ${reading.problem}`);
  const facts = new Cursor(runId).first([...new StatusTrack().look(run, true), ...(reading.facts ?? [])]);
  const bodies: readonly RunEventBody[] = [{ type: 'run', run }, ...facts.map(({ fact }) => fact.body)];
  const at = clock.now();
  return bodies.reduce<RunView>(
    (view, body, index) => reduce(view, { v: 1, seq: index + 1, at, run_id: runId, id: String(index), ...body } as RunEvent),
    emptyView(runId),
  );
}
