/** What the blocks of workflow runs did, in SQLite. Writes are made inside somebody's transaction. */
import type { Clock } from '../../clock.js';
import type { BlockEnd, BlockNews, FlowBlock, FlowPlace } from '../../workflow/interpreter.js';
import type { Store } from '../store.js';

export interface BlockRow {
  readonly block_id: string;
  readonly run_id: string;
  /** The loop or conditional around it. */
  readonly parent_id: string | null;
  readonly block_type: string;
  readonly label: string;
  readonly status: string;
  /** JSON: the block with its texts rendered. */
  readonly block: string;
  readonly output: string | null;
  readonly failure_reason: string | null;
  readonly errors: string;
  readonly round: number | null;
  /** JSON: the element of the loop around it. */
  readonly round_value: string | null;
  readonly loop_values: string | null;
  /** JSON: of a conditional, what was taken. */
  readonly branch: string | null;
  /** Steps of the run from this one on, before `last_step`. */
  readonly first_step: number;
  readonly last_step: number | null;
  readonly attempt: number;
  readonly created_at: number;
  readonly modified_at: number;
}

const json = (value: unknown): string | null => (value === undefined || value === null ? null : JSON.stringify(value));

export class BlockStore {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  insert(runId: string, block: FlowBlock, { parent, index, value }: FlowPlace, firstStep: number, attempt: number): string {
    const id = this.#store.newId('wrb');
    const now = this.#clock.now();
    this.#store.run(
      `INSERT INTO blocks (block_id, run_id, parent_id, block_type, label, status, block, round, round_value, first_step, attempt, created_at, modified_at)
       VALUES (?, ?, ?, ?, ?, 'running', ?, ?, ?, ?, ?, ?, ?)`,
      id,
      runId,
      parent,
      block.block_type,
      block.label,
      JSON.stringify(ownFields(block)),
      index,
      json(value),
      firstStep,
      attempt,
      now,
      now,
    );
    this.#store.touch(runId);
    return id;
  }

  news(runId: string, id: string, { loopValues, branch }: BlockNews): void {
    const sql =
      'UPDATE blocks SET loop_values = coalesce(?, loop_values), branch = coalesce(?, branch), modified_at = ? WHERE block_id = ?';
    this.#store.run(sql, json(loopValues), json(branch), this.#clock.now(), id);
    this.#store.touch(runId);
  }

  /** So far. */
  gives(runId: string, id: string, output: unknown): void {
    this.#store.run('UPDATE blocks SET output = ?, modified_at = ? WHERE block_id = ?', json(output), this.#clock.now(), id);
    this.#store.touch(runId);
  }

  end(runId: string, id: string, end: BlockEnd, lastStep: number): void {
    this.#store.run(
      `UPDATE blocks SET status = ?, output = ?, failure_reason = ?, errors = ?, last_step = ?, modified_at = ? WHERE block_id = ?`,
      end.status,
      json(end.output),
      end.reason ?? null,
      JSON.stringify(end.errors ?? []),
      lastStep,
      this.#clock.now(),
      id,
    );
    this.#store.touch(runId);
  }

  /** Oldest first. */
  of(runId: string): BlockRow[] {
    return this.#store.all<BlockRow>('SELECT * FROM blocks WHERE run_id = ? ORDER BY seq', runId);
  }
}

/** Without the blocks inside, and without what is told of parameters. */
function ownFields({ loop_blocks: _inner, output_parameter: _output, parameters: _parameters, ...own }: FlowBlock) {
  return own;
}
