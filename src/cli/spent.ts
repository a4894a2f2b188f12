/** What asking language models cost a run, where the server tells: its steps, and the thoughts of one that plans. */
import type { ApiClient, CallOptions } from '../client/client.js';
import { SkyvernError } from '../errors.js';
import type { Run } from '../protocol/run.js';
import type { TimelineItem } from '../protocol/timeline.js';

export interface Spent {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** US dollars; 0 where the server knows no price. */
  readonly cost: number;
}

/** Null when the server tells nothing of it, or no model was asked. Never rejects for that: it is a detail. */
export async function spentBy(client: Pick<ApiClient, 'runs'>, run: Run, call: CallOptions): Promise<Spent | null> {
  // Only the embedded server, which has no dashboard, has steps of workflows.
  if (!run.run_type.startsWith('task') && run.app_url !== null) return null;
  try {
    const [steps, items] = await Promise.all([
      client.runs.steps(run.run_id, call),
      run.run_type === 'task_v2' ? client.runs.timeline(run.run_id, call) : [],
    ]);
    const parts = [
      ...steps.map(({ input_token_count, output_token_count, step_cost }) => [input_token_count, output_token_count, step_cost]),
      ...thoughts(items).map((thought) => [thought['input_token_count'], thought['output_token_count'], thought['thought_cost']]),
    ];
    const [inputTokens = 0, outputTokens = 0, cost = 0] = [0, 1, 2].map((index) =>
      parts.reduce((sum, part) => sum + (Number(part[index]) || 0), 0),
    );
    return inputTokens + outputTokens === 0 ? null : { inputTokens, outputTokens, cost };
  } catch (error) {
    if (!(error instanceof SkyvernError) || call.signal?.aborted) throw error;
    return null;
  }
}

const thoughts = (items: readonly TimelineItem[]): readonly Record<string, unknown>[] =>
  items.flatMap((item) => [
    ...(item.type === 'thought' ? [item.thought as unknown as Record<string, unknown>] : []),
    ...thoughts(item.children),
  ]);

/** `3,900 tokens in, 250 out, $0.016` */
export function spentWords({ inputTokens, outputTokens, cost }: Spent): string {
  const tokens = `${inputTokens.toLocaleString('en')} tokens in, ${outputTokens.toLocaleString('en')} out`;
  return cost > 0 ? `${tokens}, $${cost < 0.01 ? cost.toFixed(4) : cost.toFixed(2)}` : tokens;
}
