/** Workflows in SQLite: every version of each is kept. */
import { createHash } from 'node:crypto';
import type { Clock } from '../clock.js';
import { formatServerTime } from '../protocol/time.js';
import type { Store } from './store.js';
import { ORGANIZATION_ID } from './wire.js';
import { allBlocks, type CheckedWorkflow } from './workflowCheck.js';
import { workflowWire } from './workflowWire.js';

export interface WorkflowRow {
  readonly workflow_id: string;
  readonly workflow_permanent_id: string;
  readonly version: number;
  readonly title: string;
  readonly status: string;
  /** JSON: the workflow as the API shows it, but for `deleted_at`. */
  readonly shown: string;
  readonly deleted_at: number | null;
}

export interface WorkflowFilter {
  readonly statuses: readonly string[];
  /** Lower case; null: no search. */
  readonly search: string | null;
  readonly title: string | null;
  /** Null: both kinds. */
  readonly savedTask: boolean | null;
  readonly limit: number;
  readonly offset: number;
}

export class WorkflowStore {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** A new workflow; with a key the one of that key, as it was made first, even if it was deleted since. */
  create(idempotencyKey: string | null, checked: () => CheckedWorkflow): WorkflowRow {
    return this.#store.transact(() => {
      const permanentId = idempotencyKey === null ? this.#store.newId('wpid') : keyedId(idempotencyKey);
      return this.#version(permanentId, 1) ?? this.#insert(permanentId, 1, checked());
    });
  }

  /** The next version; null when there is no such workflow. @param checked gets the latest version as it is shown */
  update(permanentId: string, checked: (latest: Record<string, unknown>) => CheckedWorkflow): WorkflowRow | null {
    return this.#store.transact(() => {
      const latest = this.latest(permanentId);
      return latest && this.#insert(permanentId, latest.version + 1, checked(JSON.parse(latest.shown)));
    });
  }

  latest(permanentId: string): WorkflowRow | null {
    return this.versions(permanentId)[0] ?? null;
  }

  /** A version of a workflow that was not deleted. */
  version(permanentId: string, version: number): WorkflowRow | null {
    return this.versions(permanentId).find((row) => row.version === version) ?? null;
  }

  /** Newest first; none of a deleted workflow. */
  versions(permanentId: string): WorkflowRow[] {
    const sql = 'SELECT * FROM workflows WHERE workflow_permanent_id = ? AND deleted_at IS NULL ORDER BY version DESC';
    return this.#store.all<WorkflowRow>(sql, permanentId);
  }

  /** The latest version of each, newest first. */
  list({ statuses, search, title, savedTask, limit, offset }: WorkflowFilter): WorkflowRow[] {
    return this.#store.all<WorkflowRow>(
      `SELECT * FROM workflows AS w
       WHERE deleted_at IS NULL
         AND version = (SELECT max(version) FROM workflows WHERE workflow_permanent_id = w.workflow_permanent_id)
         AND status IN (SELECT value FROM json_each(?1))
         AND (?2 IS NULL OR instr(words, ?2) > 0)
         AND (?3 IS NULL OR instr(lower(title), lower(?3)) > 0)
         AND (?4 IS NULL OR is_saved_task = ?4)
       ORDER BY seq DESC LIMIT ?5 OFFSET ?6`,
      JSON.stringify(statuses),
      search,
      title,
      savedTask === null ? null : Number(savedTask),
      limit,
      offset,
    );
  }

  delete(permanentId: string): void {
    this.#store.transact(() => {
      const sql = 'UPDATE workflows SET deleted_at = ? WHERE workflow_permanent_id = ? AND deleted_at IS NULL';
      this.#store.run(sql, this.#clock.now(), permanentId);
    });
  }

  #version(permanentId: string, version: number): WorkflowRow | null {
    return this.#store.get<WorkflowRow>('SELECT * FROM workflows WHERE workflow_permanent_id = ? AND version = ?', permanentId, version);
  }

  #insert(permanentId: string, version: number, checked: CheckedWorkflow): WorkflowRow {
    const workflowId = this.#store.newId('w');
    const at = this.#clock.now();
    const identity = { workflowId, permanentId, version, at, newId: (prefix: string) => this.#store.newId(prefix) };
    this.#store.run(
      `INSERT INTO workflows (workflow_id, workflow_permanent_id, version, title, status, is_saved_task, words, shown, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      workflowId,
      permanentId,
      version,
      checked.fields['title'] as string,
      checked.fields['status'] as string,
      checked.fields['is_saved_task'] === true ? 1 : 0,
      words(checked),
      JSON.stringify(workflowWire(checked, identity)),
      at,
    );
    return this.#version(permanentId, version)!;
  }
}

export const shownWorkflow = (row: WorkflowRow): Record<string, unknown> => ({
  ...JSON.parse(row.shown),
  deleted_at: row.deleted_at === null ? null : formatServerTime(row.deleted_at),
});

/** The same for the same key on this server, and nothing that the key could be read from. */
const keyedId = (key: string): string => `wpid_${createHash('sha256').update(`${ORGANIZATION_ID}\n${key}`).digest('hex')}`;

/** What a search looks through, in lower case. */
function words({ fields, parameters, blocks }: CheckedWorkflow): string {
  const told = parameters.flatMap(({ key, description, default_value }) => [key, description, default_value]);
  const texts = [fields['title'], ...told, ...allBlocks(blocks).map(({ label }) => label)];
  return texts
    .filter((text) => text !== null && text !== undefined)
    .join('\n')
    .toLowerCase();
}
