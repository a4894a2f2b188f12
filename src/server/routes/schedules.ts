import type { Context, Hono } from 'hono';
import { jsonObject } from '../body.js';
import type { RouteDeps } from '../deps.js';
import { invalid, refusal } from '../httpError.js';
import { pageNumber } from '../query.js';
import { checkSchedule, checkScheduleParameters } from '../scheduleRequest.js';
import { listedScheduleWire, nextRuns, type ScheduleRow, scheduleWire } from '../scheduleStore.js';
import type { WorkflowRow } from '../workflowStore.js';

/** Said with every answer that shows when a schedule fires. */
export const FIRED_HERE =
  'schedules fire while the local server runs, which does not stop for idleness then; what falls due while it does not run is made up for within ten minutes, else missed and counted';
const NOTICE_HEADER = 'x-skyvern-notice';

/** @param onChange a schedule is new, or another one now */
export function addSchedules(app: Hono, { schedules, workflows, clock }: RouteDeps, onChange: () => void): void {
  const workflowOf = (c: Context): WorkflowRow => {
    const id = c.req.param('id')!;
    const row = workflows.latest(id);
    if (!row) throw refusal(404, `Workflow ${id} not found`);
    return row;
  };
  const scheduleOf = (c: Context): ScheduleRow => {
    const row = schedules.get(workflowOf(c).workflow_permanent_id, c.req.param('schedule')!);
    if (!row) throw refusal(404, `Schedule ${c.req.param('schedule')} not found`);
    return row;
  };
  const answer = (c: Context, row: ScheduleRow) => {
    c.header(NOTICE_HEADER, FIRED_HERE);
    return c.json({ schedule: scheduleWire(row, schedules.runOf(row)), next_runs: nextRuns(row, clock.now()) });
  };

  for (const name of ['/v1/workflows/:id/schedules', '/v1/agents/:id/schedules', '/api/v1/workflows/:id/schedules']) {
    app.post(name, async (c) => {
      const request = checkSchedule(await jsonObject(c.req.raw), clock.now());
      const workflow = workflowOf(c);
      checkScheduleParameters(request.parameters, workflow);
      const row = schedules.create(workflow.workflow_permanent_id, request);
      onChange();
      return answer(c, row);
    });
    app.get(name, (c) =>
      c.json({ schedules: schedules.of(workflowOf(c).workflow_permanent_id).map((row) => scheduleWire(row, schedules.runOf(row))) }),
    );
    app.get(`${name}/:schedule`, (c) => answer(c, scheduleOf(c)));
    app.put(`${name}/:schedule`, async (c) => {
      const request = checkSchedule(await jsonObject(c.req.raw), clock.now());
      const workflow = workflowOf(c);
      const row = scheduleOf(c);
      checkScheduleParameters(request.parameters, workflow);
      const replaced = schedules.replace(row, request);
      onChange();
      return answer(c, replaced);
    });
    app.post(`${name}/:schedule/enable`, (c) => {
      const row = schedules.setEnabled(scheduleOf(c), true);
      onChange();
      return answer(c, row);
    });
    app.post(`${name}/:schedule/disable`, (c) => answer(c, schedules.setEnabled(scheduleOf(c), false)));
    app.post(`${name}/:schedule/cancel`, (c) => {
      const row = scheduleOf(c);
      if (row.run_at === null) {
        throw refusal(422, 'Only a one-time schedule can be canceled; disable or delete a recurring schedule instead');
      }
      if (row.dispatch_status !== 'pending') {
        throw refusal(409, `Schedule ${row.schedule_id} already fired or was canceled, so it can no longer change`);
      }
      return answer(c, schedules.cancel(row));
    });
    app.delete(`${name}/:schedule`, (c) => {
      schedules.delete(scheduleOf(c));
      return c.json({ ok: true });
    });
  }

  for (const name of ['/v1/schedules', '/api/v1/schedules']) {
    app.get(name, (c) => {
      const query = new URL(c.req.url).searchParams;
      const page = pageNumber(query, 'page', 1, Number.MAX_SAFE_INTEGER);
      const pageSize = pageNumber(query, 'page_size', 10);
      const status = query.get('status');
      if (status !== null && status !== 'active' && status !== 'paused') {
        const ctx = { expected: "'active' or 'paused'" };
        throw invalid([{ type: 'literal_error', loc: ['query', 'status'], msg: `Input should be ${ctx.expected}`, input: status, ctx }]);
      }
      const { rows, total } = schedules.list({
        enabled: status === null ? null : status === 'active',
        search: query.get('search')?.toLowerCase() || null,
        limit: pageSize,
        offset: Math.min((page - 1) * pageSize, Number.MAX_SAFE_INTEGER),
      });
      c.header(NOTICE_HEADER, FIRED_HERE);
      const now = clock.now();
      return c.json({
        schedules: rows.map((row) => listedScheduleWire(row, now, schedules.runOf(row))),
        total_count: total,
        page,
        page_size: pageSize,
      });
    });
  }
}
