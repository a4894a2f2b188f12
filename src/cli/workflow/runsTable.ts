import type { Out } from '../../io.js';
import type { WorkflowRunItem } from '../../protocol/workflow.js';
import { utc } from '../describe.js';
import { printTable } from '../table.js';

export const printRuns = (out: Out, rows: readonly WorkflowRunItem[], json: boolean): Promise<void> =>
  printTable(
    out,
    rows,
    [
      ['RUN', (row) => row.workflow_run_id],
      ['STATUS', (row) => (row.retry_pending ? `${row.status} (retries)` : row.status)],
      ['STARTED', (row) => utc(row.started_at ?? row.created_at)],
      ['ENDED', (row) => utc(row.finished_at)],
      ['FAILURE', (row) => row.failure_reason],
    ],
    json,
  );
