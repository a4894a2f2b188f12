/** The fake's workflows and schedules: answers as the recordings show them. It checks little: what a client must not send, it refuses. */
import { readFileSync } from 'node:fs';
import type { FakeTools } from './fakeResources.js';
import type { Json, SeenRequest } from './fakeSkyvern.js';

export interface FakeWorkflows {
  /** Makes a workflow known, as if it had been created with these fields. */
  workflow(wpid: string, fields?: Json): void;
  /** The latest version; 404 where there is none. */
  find(wpid: string): Json;
  /** As on a start: 400 for a parameter that is missing or of another type. */
  checkParameters(wpid: string, given: Json): void;
  /** By id. Change one to play somebody else. */
  readonly schedules: Map<string, Json>;
  /** Puts in a schedule. Returns its id. */
  schedule(wpid: string, fields?: Json): string;
  readonly routes: readonly (readonly [method: string, path: RegExp, handler: (match: RegExpExecArray, request: SeenRequest) => unknown])[];
}

interface Deps extends FakeTools {
  /** Runs of a workflow, newest first. */
  runsOf(wpid: string | null): Json[];
  /** Epoch milliseconds. */
  now(): number;
}

const recorded = (name: string): Json =>
  JSON.parse(readFileSync(new URL(`../recorded/${name}.json`, import.meta.url), 'utf8')).response.body as Json;

export function fakeWorkflows({ organization, nextNumber, moment, detail, invalid, runsOf, now }: Deps): FakeWorkflows {
  /** Versions by permanent id, oldest first. */
  const versions = new Map<string, Json[]>();
  const schedules = new Map<string, Json>();
  /** First versions, also of what is deleted. */
  const byIdempotencyKey = new Map<string, Json>();
  const { workflow_definition: _, ...shape } = recorded('workflow-create-json');
  const defaults: Json = { ...shape, description: null, proxy_location: null, webhook_callback_url: null };

  const unknown = (wpid: string) => detail(404, `Workflow not found. workflow_permanent_id=${wpid}`);
  const find = (wpid: string): Json => {
    const found = versions.get(wpid)?.at(-1);
    if (!found) throw unknown(wpid);
    return found;
  };

  const add = (wpid: string, fields: Json): Json => {
    const known = versions.get(wpid) ?? [];
    const workflowId = `w_${nextNumber()}`;
    const time = moment();
    const definition = (fields['workflow_definition'] as Json | undefined) ?? { parameters: [], blocks: [] };
    const version: Json = {
      ...defaults,
      title: 'A workflow',
      ...fields,
      workflow_id: workflowId,
      organization_id: organization,
      workflow_permanent_id: wpid,
      agent_id: wpid,
      version: fields['version'] ?? known.length + 1,
      workflow_definition: shown(definition, workflowId, time),
      created_at: time,
      modified_at: time,
    };
    versions.set(wpid, [...known, version]);
    return version;
  };

  /** Ids, times and outputs are filled in, keys become whole parameters: what is shown is not what was sent. */
  const shown = (definition: Json, workflowId: string, time: string): Json => {
    const blocks = (definition['blocks'] ?? []) as Json[];
    const times = { created_at: time, modified_at: time, deleted_at: null };
    const flat = (each: Json): Json[] => [each, ...((each['loop_blocks'] ?? []) as Json[]).flatMap(flat)];
    const outputs = blocks.flatMap(flat).map((block) => {
      const key = `${block['label']}_output`;
      return {
        parameter_type: 'output',
        key,
        description: null,
        output_parameter_id: `op_${nextNumber()}`,
        workflow_id: workflowId,
        ...times,
      };
    });
    const own = ((definition['parameters'] ?? []) as Json[]).map((each) => ({
      description: null,
      default_value: null,
      [`${each['parameter_type']}_parameter_id`]: `wp_${nextNumber()}`,
      workflow_id: workflowId,
      ...each,
      ...times,
    }));
    const parameters: Json[] = [...outputs, ...own];
    const byKey = new Map(parameters.map((each) => [each['key'], each]));
    const block = ({ parameter_keys: keys, loop_blocks: inner, ...rest }: Json): Json => ({
      next_block_label: null,
      continue_on_failure: false,
      model: null,
      ...rest,
      output_parameter: byKey.get(`${rest['label']}_output`),
      parameters: ((keys ?? []) as string[]).map((key) => byKey.get(key)),
      ...(inner !== undefined && { loop_blocks: (inner as Json[]).map(block) }),
    });
    const routed = blocks.some((each) => each['block_type'] === 'conditional' || each['next_block_label']);
    return { finally_block_label: null, ...definition, version: routed ? 2 : 1, parameters, blocks: blocks.map(block) };
  };

  const definitionOf = (body: unknown): Json => {
    const sent = (body as Json | undefined)?.['json_definition'] as Json | null | undefined;
    if (!sent) throw detail(422, 'Invalid workflow definition. Workflow should be provided in either yaml or json format.');
    const loc = ['body', 'json_definition'];
    const missing = ['title', 'workflow_definition'].filter((name) => !(name in sent));
    if (missing.length > 0)
      throw detail(
        422,
        missing.map((name) => invalid('missing', [...loc, name], 'Field required', sent)),
      );
    const parameters = ((sent['workflow_definition'] as Json)['parameters'] ?? []) as Json[];
    if (parameters.some((each) => each['parameter_type'] === 'output')) throw detail(422, 'Cannot manually create output parameters');
    return sent;
  };
  const create = ({ body, headers }: SeenRequest): Json => {
    const key = headers['idempotency-key'];
    const earlier = key === undefined ? undefined : byIdempotencyKey.get(String(key));
    if (earlier) return earlier;
    const made = add(`wpid_${nextNumber()}`, definitionOf(body));
    if (key !== undefined) byIdempotencyKey.set(String(key), made);
    return made;
  };
  const update = (wpid: string, body: unknown): Json => {
    const sent = definitionOf(body);
    find(wpid);
    return add(wpid, sent);
  };
  const remove = (wpid: string): null => {
    versions.delete(wpid);
    for (const [id, each] of schedules) if (each['workflow_permanent_id'] === wpid) schedules.delete(id);
    return null;
  };

  const page = <T>(rows: readonly T[], query: URLSearchParams): T[] => {
    const [number, size] = [Number(query.get('page') ?? 1), Number(query.get('page_size') ?? 10)];
    return rows.slice((number - 1) * size, number * size);
  };
  const list = (query: URLSearchParams): Json[] => {
    const search = query.get('search_key')?.toLowerCase() ?? '';
    const latest = [...versions.values()].map((each) => each.at(-1)!).reverse();
    return page(
      latest.filter(({ title }) => String(title).toLowerCase().includes(search)),
      query,
    );
  };
  const get = (wpid: string, query: URLSearchParams): Json => {
    const number = query.get('version');
    if (number === null) return find(wpid);
    const found = versions.get(wpid)?.find(({ version }) => String(version) === number);
    if (!found) throw detail(404, `Workflow not found. workflow_permanent_id=${wpid}, version=${number}`);
    return found;
  };

  const parametersOf = (wpid: string): Json[] =>
    ((find(wpid)['workflow_definition'] as Json)['parameters'] as Json[]).filter((each) => each['parameter_type'] === 'workflow');
  const missingOf = (wpid: string, given: Json): string[] =>
    parametersOf(wpid)
      .filter(({ key, default_value: value, workflow_parameter_type: type }) => {
        return value === null && type !== 'credential_id' && (given[String(key)] ?? null) === null;
      })
      .map(({ key }) => String(key));
  const checkParameters = (wpid: string, given: Json): void => {
    for (const { key, workflow_parameter_type: type } of parametersOf(wpid)) {
      const value = given[String(key)] ?? null;
      if (type === 'integer' && value !== null && !Number.isInteger(Number(value))) {
        throw detail(400, `Invalid workflow parameter. Expected parameter type: integer. Value: ${value}.`);
      }
    }
    const missing = missingOf(wpid, given);
    if (missing.length > 0) throw detail(400, `Missing value for parameter ${missing.join(', ')} in workflow ${wpid}`);
  };

  const known = (wpid: string): void => {
    if (!versions.has(wpid)) throw detail(404, `Workflow ${wpid} not found`);
  };
  const scheduleFields = (wpid: string, sent: Json): Json => {
    const ways = ['cron_expression', 'interval_seconds', 'run_at'].filter((name) => (sent[name] ?? null) !== null);
    if (!('timezone' in sent)) throw detail(422, [invalid('missing', ['body', 'timezone'], 'Field required', sent)]);
    if (ways.length !== 1) {
      const text = 'Value error, Set exactly one of cron_expression, interval_seconds or run_at';
      throw detail(422, [invalid('value_error', ['body'], text, sent, { error: {} })]);
    }
    known(wpid);
    const given = (sent['parameters'] ?? {}) as Json;
    const keys = parametersOf(wpid).map(({ key }) => String(key));
    const strange = Object.keys(given).filter((key) => !keys.includes(key));
    if (strange.length > 0) throw detail(400, `Unknown schedule parameters for workflow ${wpid}: ${strange.sort().join(', ')}`);
    const missing = missingOf(wpid, given);
    if (missing.length > 0) throw detail(400, `Missing schedule parameters for workflow ${wpid}: ${missing.join(', ')}`);
    const interval = sent['interval_seconds'] ?? null;
    return {
      cron_expression: sent['cron_expression'] ?? null,
      interval_seconds: interval,
      first_fire_at: sent['first_fire_at'] ?? (interval === null ? null : utc(now() + Number(interval) * 1000)),
      run_at: sent['run_at'] ?? null,
      dispatch_status: sent['run_at'] ? 'pending' : null,
      timezone: sent['timezone'],
      parameters: sent['parameters'] ?? null,
      name: sent['name'] ?? null,
      description: sent['description'] ?? null,
    };
  };
  const schedule = (wpid: string, fields: Json = {}): string => {
    const id = String(fields['workflow_schedule_id'] ?? `wfs_${nextNumber()}`);
    const time = moment();
    schedules.set(id, {
      workflow_schedule_id: id,
      organization_id: organization,
      workflow_permanent_id: wpid,
      workflow_run_id: null,
      enabled: fields['enabled'] ?? true,
      temporal_schedule_id: `local-wf-sched-${id}`,
      ...scheduleFields(wpid, fields),
      created_at: time,
      modified_at: time,
      deleted_at: null,
    });
    return id;
  };
  const findSchedule = (wpid: string, id: string): Json => {
    known(wpid);
    const found = schedules.get(id);
    if (found?.['workflow_permanent_id'] !== wpid) throw detail(404, `Schedule ${id} not found`);
    return found;
  };
  const answer = (id: string): Json => ({ schedule: schedules.get(id), next_runs: [] });
  const change = (wpid: string, id: string, fields: Json): Json => {
    Object.assign(findSchedule(wpid, id), fields, { modified_at: moment() });
    return answer(id);
  };
  const cancel = (wpid: string, id: string): Json => {
    const { run_at: once, dispatch_status: dispatched } = findSchedule(wpid, id);
    if (once === null) throw detail(422, 'Only a one-time schedule can be canceled; disable or delete a recurring schedule instead');
    if (dispatched !== 'pending') throw detail(409, `Schedule ${id} already fired or was canceled, so it can no longer change`);
    return change(wpid, id, { dispatch_status: 'canceled' });
  };
  const listSchedules = (query: URLSearchParams): Json => {
    const [status, search] = [query.get('status'), query.get('search')?.toLowerCase() ?? ''];
    const rows = [...schedules.values()].reverse().map(({ temporal_schedule_id: _id, deleted_at: _at, ...each }): Json => {
      return { ...each, workflow_title: find(String(each['workflow_permanent_id']))['title'], next_run: null };
    });
    const matching = rows.filter(
      ({ enabled, name, workflow_title: title }) =>
        (status === null || enabled === (status === 'active')) && `${name ?? ''}\n${title}`.toLowerCase().includes(search),
    );
    const pageSize = Number(query.get('page_size') ?? 10);
    return { schedules: page(matching, query), total_count: matching.length, page: Number(query.get('page') ?? 1), page_size: pageSize };
  };

  const workflowPath = (rest = '') => new RegExp(`^/v1/(?:workflows|agents)/(wpid_[^/]+)${rest}/?$`);
  const schedulePath = (rest = '') => new RegExp(`^/v1/(?:workflows|agents)/(wpid_[^/]+)/schedules/([^/]+)${rest}$`);
  return {
    workflow: (wpid, fields = {}) => void add(wpid, fields),
    find,
    checkParameters,
    schedules,
    schedule,
    routes: [
      ['GET', /^\/v1\/(?:workflows|agents)\/?$/, (_match, { query }) => list(query)],
      ['POST', /^\/v1\/(?:workflows|agents)\/?$/, (_match, request) => create(request)],
      ['GET', /^\/v1\/(?:workflows|agents)\/runs\/?$/, (_match, { query }) => page(runsOf(null), query)],
      ['GET', workflowPath(), ([, wpid], { query }) => ({ ...get(wpid!, query), effective_default_engine: null })],
      ['POST', workflowPath(), ([, wpid], { body }) => update(wpid!, body)],
      ['POST', workflowPath('/delete'), ([, wpid]) => remove(wpid!)],
      ['GET', workflowPath('/versions'), ([, wpid]) => [...(versions.get(wpid!) ?? [])].reverse()],
      ['GET', workflowPath('/runs'), ([, wpid], { query }) => page(runsOf(wpid!), query)],
      ['GET', /^\/v1\/schedules$/, (_match, { query }) => listSchedules(query)],
      [
        'GET',
        workflowPath('/schedules'),
        ([, wpid]) => {
          known(wpid!);
          return { schedules: [...schedules.values()].filter((each) => each['workflow_permanent_id'] === wpid) };
        },
      ],
      ['POST', workflowPath('/schedules'), ([, wpid], { body }) => answer(schedule(wpid!, body as Json))],
      [
        'GET',
        schedulePath(),
        ([, wpid, id]) => {
          findSchedule(wpid!, id!);
          return answer(id!);
        },
      ],
      [
        'PUT',
        schedulePath(),
        ([, wpid, id], { body }) => {
          const { enabled = null } = body as Json;
          return change(wpid!, id!, { ...scheduleFields(wpid!, body as Json), ...(enabled !== null && { enabled }) });
        },
      ],
      [
        'DELETE',
        schedulePath(),
        ([, wpid, id]) => {
          findSchedule(wpid!, id!);
          return { ok: schedules.delete(id!) };
        },
      ],
      ['POST', schedulePath('/enable'), ([, wpid, id]) => change(wpid!, id!, { enabled: true })],
      ['POST', schedulePath('/disable'), ([, wpid, id]) => change(wpid!, id!, { enabled: false })],
      ['POST', schedulePath('/cancel'), ([, wpid, id]) => cancel(wpid!, id!)],
    ],
  };
}

const utc = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
