/** Streams of events for tests of what people see. */
import type { RunEvent, RunEventBody } from '../../src/runs/events.js';
import { anAction, aRun, aStep } from '../runs/sources.js';

export const START = Date.UTC(2026, 0, 20, 12);

/** Bodies as a stream: numbered, a second apart. */
export const stream = (bodies: readonly RunEventBody[], runId = 'tsk_1'): RunEvent[] =>
  bodies.map((body, index) => ({ v: 1, seq: index + 1, at: START + index * 1000, run_id: runId, id: `e${index + 1}`, ...body }));

const server = (ms: number): string => new Date(START + ms).toISOString().slice(0, -1);

export interface StoryOptions {
  readonly steps?: number;
  readonly status?: string;
  readonly output?: unknown;
  readonly reason?: string | null;
}

/** A whole run: a step for each item, two actions in each. */
export function story({
  steps = 2,
  status = 'completed',
  output = { title: 'Watering can' },
  reason = null,
}: StoryOptions = {}): RunEvent[] {
  const request = { prompt: 'Get the title of the top post', url: 'https://shop.example/', engine: 'rules' };
  const run = aRun({ status: 'created', run_request: request, created_at: server(0) });
  const bodies: RunEventBody[] = [
    { type: 'run', run },
    { type: 'status', from: null, to: 'created', since: START },
    { type: 'status', from: 'created', to: 'running', since: START + 400 },
  ];
  for (let order = 0; order < steps; order++) {
    const at = 1000 + order * 3000;
    const step = { step_id: `stp_${order}`, order, created_at: server(at) };
    const action = (index: number, fields: Record<string, unknown>): RunEventBody => ({
      type: 'action',
      block_id: null,
      action: anAction({
        action_id: `act_${order}_${index}`,
        step_id: `stp_${order}`,
        step_order: order,
        action_order: index,
        created_at: server(at + index * 500),
        started_at: server(at + index * 500),
        finished_at: server(at + index * 500 + 300),
        ...fields,
      }),
    });
    bodies.push(
      { type: 'step', step: aStep({ ...step, status: 'running' }) },
      action(0, { action_type: 'click', intention: `link "Item ${order + 1}"`, reasoning: 'The prompt says to open it.' }),
      action(1, { action_type: 'extract', intention: `heading of item ${order + 1}`, reasoning: 'It is the only heading.' }),
      { type: 'step', step: aStep({ ...step, status: 'completed', modified_at: server(at + 2500) }) },
    );
  }
  const end = 1000 + steps * 3000;
  const last = aRun({ ...run, status, output, failure_reason: reason, finished_at: server(end), modified_at: server(end) });
  const exit = { completed: 0, failed: 10, terminated: 11, canceled: 12, timed_out: 13 }[status] ?? 8;
  bodies.push(
    { type: 'status', from: 'running', to: status, since: START + end },
    { type: 'result', run: last, status, exit_code: exit as 0, error: null },
  );
  return stream(bodies);
}
