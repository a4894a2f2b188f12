/** A run that is not real: what happens to it and when. Pure, of the time. */

type Fields = Readonly<Record<string, unknown>>;

/** Something that the run does, for its timeline. Milliseconds after the phase began. */
export interface Act {
  readonly at: number;
  readonly type: string;
  readonly intention: string;
  readonly reasoning: string;
  readonly status?: 'completed' | 'failed';
}

/** A change of the run. */
export interface Turn {
  /** Milliseconds after the phase began. */
  readonly at: number;
  readonly status: string;
  readonly fields?: Fields;
}

export interface Phase {
  readonly turns: readonly Turn[];
  readonly acts: readonly Act[];
  /** What the next phase waits for: that somebody lets the run go on, or sends the one-time code. */
  readonly until?: 'continue' | 'totp';
}

export interface Story {
  readonly phases: readonly Phase[];
}

export interface SimulatedRun {
  readonly id: string;
  readonly story: Story;
  readonly request: Fields;
  readonly title: string | null;
  /** Simulated epoch ms. */
  readonly startedAt: number;
  /** When what a phase waited for came, in the order of the phases that wait. */
  readonly releases: number[];
  canceledAt: number | null;
}

const TERMINAL = new Set(['completed', 'failed', 'terminated', 'canceled', 'timed_out']);

/** Times as the server writes them: UTC without saying so, microseconds. */
export const wireTime = (at: number): string => `${new Date(at).toISOString().slice(0, -1)}000`;

interface State {
  readonly status: string;
  readonly fields: Fields;
  readonly changedAt: number;
  readonly queuedAt: number | null;
  readonly begunAt: number | null;
  readonly endedAt: number | null;
  readonly acts: readonly (Act & { readonly doneAt: number })[];
  /** What the run waits for now. */
  readonly waitsFor: 'continue' | 'totp' | null;
}

/** How the run stands. @param now simulated epoch ms */
export function stateOf(run: SimulatedRun, now: number): State {
  let state: State = {
    status: 'created',
    fields: {},
    changedAt: run.startedAt,
    queuedAt: null,
    begunAt: null,
    endedAt: null,
    acts: [],
    waitsFor: null,
  };
  const until = run.canceledAt ?? now;
  let from = run.startedAt;
  let releases = 0;
  for (const { turns, acts, until: gate } of run.story.phases) {
    for (const turn of turns) if (from + turn.at <= until) state = enter(state, turn, from + turn.at);
    const done = acts.filter(({ at }) => from + at <= until).map((act) => ({ ...act, doneAt: from + act.at }));
    state = { ...state, acts: [...state.acts, ...done] };
    if (gate === undefined) break;
    const release = run.releases[releases++];
    if (release === undefined || release > until) {
      state = { ...state, waitsFor: until >= from + (turns.at(-1)?.at ?? 0) ? gate : null };
      break;
    }
    from = release;
  }
  if (run.canceledAt !== null && state.endedAt === null) state = enter(state, { at: 0, status: 'canceled' }, run.canceledAt);
  return state;
}

function enter(state: State, { status, fields }: Turn, at: number): State {
  const isRetry = fields?.['retry_pending'] === true;
  return {
    ...state,
    status,
    fields: { ...state.fields, ...fields },
    changedAt: at,
    waitsFor: null,
    queuedAt: status === 'queued' ? at : state.queuedAt,
    begunAt: status === 'running' ? (state.begunAt ?? at) : state.begunAt,
    endedAt: TERMINAL.has(status) && !isRetry ? at : null,
  };
}

const isTask = ({ id }: SimulatedRun): boolean => id.startsWith('tsk_');

/** The answer of `GET /v1/runs/{id}`. */
export function runAnswer(run: SimulatedRun, now: number): Fields {
  const state = stateOf(run, now);
  const time = (at: number | null) => (at === null ? null : wireTime(at));
  return {
    run_id: run.id,
    run_type: isTask(run) ? 'task_v1' : 'workflow_run',
    status: state.status,
    output: null,
    downloaded_files: null,
    recording_url: null,
    screenshot_urls: null,
    failure_reason: null,
    errors: null,
    created_at: wireTime(run.startedAt),
    modified_at: wireTime(state.changedAt),
    queued_at: time(state.queuedAt),
    started_at: time(state.begunAt),
    finished_at: time(state.endedAt),
    app_url: null,
    browser_session_id: null,
    step_count: state.acts.length,
    run_request: run.request,
    ...(isTask(run) ? {} : { attempt: 1, retry_pending: false, next_attempt_at: null, attempts: [] }),
    ...state.fields,
  };
}

/** A row of `GET /v1/runs`. */
export function rowAnswer(run: SimulatedRun, now: number): Fields {
  const whole = runAnswer(run, now);
  return {
    task_run_id: `tr_${run.id.replace(/^\w+_/, '')}`,
    run_id: run.id,
    task_run_type: whole['run_type'],
    status: whole['status'],
    title: run.title,
    created_at: whole['created_at'],
    started_at: whole['started_at'],
    finished_at: whole['finished_at'],
    workflow_permanent_id: isTask(run) ? null : (run.request['workflow_id'] ?? null),
    workflow_deleted: false,
    script_run: false,
    trigger_type: 'api',
    retry_pending: whole['retry_pending'] ?? false,
  };
}

const actionAnswer = (run: SimulatedRun, act: State['acts'][number], index: number): Fields => ({
  action_id: `act_${run.id}_${index}`,
  action_type: act.type,
  status: act.status ?? 'completed',
  task_id: isTask(run) ? run.id : null,
  step_id: `stp_${run.id}`,
  step_order: 0,
  action_order: index,
  reasoning: act.reasoning,
  intention: act.intention,
  confidence_float: 0.9,
  created_at: wireTime(act.doneAt),
  modified_at: wireTime(act.doneAt),
  started_at: wireTime(act.doneAt - 400),
  finished_at: wireTime(act.doneAt),
});

/** `GET /api/v1/tasks/{id}/steps`: oldest first. */
export function stepsAnswer(run: SimulatedRun, now: number): Fields[] {
  const { begunAt, status, endedAt, changedAt } = stateOf(run, now);
  if (begunAt === null) return [];
  const step = { step_id: `stp_${run.id}`, task_id: run.id, order: 0, retry_index: 0, is_last: true };
  const ends = endedAt === null ? 'running' : status === 'completed' ? 'completed' : 'failed';
  return [{ ...step, status: ends, created_at: wireTime(begunAt), modified_at: wireTime(endedAt ?? changedAt) }];
}

/** `GET /api/v1/tasks/{id}/actions`: oldest first. */
export const actionsAnswer = (run: SimulatedRun, now: number): Fields[] =>
  stateOf(run, now).acts.map((act, index) => actionAnswer(run, act, index));

/** `GET /v1/runs/{id}/timeline`: newest first at every level. */
export function timelineAnswer(run: SimulatedRun, now: number): Fields[] {
  const state = stateOf(run, now);
  if (state.begunAt === null) return [];
  const common = { created_at: wireTime(state.begunAt), modified_at: wireTime(state.changedAt) };
  const work = {
    workflow_run_block_id: `wrb_${run.id}_1`,
    block_type: 'task_v2',
    label: 'work',
    description: 'Carry out the order',
    status: state.endedAt === null ? 'running' : state.status,
    failure_reason: state.fields['failure_reason'] ?? null,
    output: state.fields['output'] ?? null,
    actions: actionsAnswer(run, now).toReversed(),
    ...common,
  };
  const block = (fields: Fields) => ({ type: 'block', block: fields, thought: null, children: [], ...common });
  if (state.waitsFor !== 'continue') return [block(work)];
  const waiting = {
    workflow_run_block_id: `wrb_${run.id}_2`,
    block_type: 'human_interaction',
    label: 'approve',
    status: 'running',
    instructions: 'Look at the order and let the run go on.',
    actions: [],
    created_at: wireTime(state.changedAt),
    modified_at: wireTime(state.changedAt),
  };
  return [block(waiting), block({ ...work, status: 'completed' })];
}
