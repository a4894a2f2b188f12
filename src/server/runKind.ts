/** Kinds of runs: what their ids and answers look like. All but runs of workflows are one task of the engine. */

export type RunKind = 'task' | 'planned' | 'login' | 'download' | 'workflow';

interface Looks {
  readonly prefix: string;
  /** `run_type` of the API. */
  readonly runType: string;
  readonly blockType: string;
  /** Label of the one block; null for a task, which has none. */
  readonly label: string | null;
}

const LOOKS: Readonly<Record<RunKind, Looks>> = {
  task: { prefix: 'tsk', runType: 'task_v1', blockType: 'task', label: null },
  planned: { prefix: 'tsk_v2', runType: 'task_v2', blockType: 'task_v2', label: null },
  workflow: { prefix: 'wr', runType: 'workflow_run', blockType: 'workflow', label: null },
  // The ready-made runs: workflows of one block.
  login: { prefix: 'wr', runType: 'workflow_run', blockType: 'login', label: 'login' },
  download: { prefix: 'wr', runType: 'workflow_run', blockType: 'file_download', label: 'file_download' },
};

export const looksOf = ({ kind }: { readonly kind: string }): Looks => LOOKS[kind as RunKind] ?? LOOKS.task;

/** Kinds whose runs answer with one of these `run_type`s. */
export const kindsOf = (runTypes: readonly string[]): readonly string[] =>
  Object.entries(LOOKS).flatMap(([kind, { runType }]) => (runTypes.includes(runType) ? [kind] : []));
