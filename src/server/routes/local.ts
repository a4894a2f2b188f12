/** Extensions for our own client: proving that this is the server of the state file, saying what it does, ending it. */
import type { Hono } from 'hono';
import type { ModelAccess } from '../../model/types.js';
import { jsonObject, optionalJsonObject } from '../body.js';
import { challengeProof, NONCE } from '../challenge.js';
import type { RouteDeps } from '../deps.js';
import { refusal } from '../httpError.js';
import type { Pruned } from '../retention.js';

/** Time for runs at work when the server is told to stop, in milliseconds. */
export const STOP_GRACE_MS = 10_000;

/** What `GET /v1/local/status` answers. */
export interface LocalStatus {
  readonly pid: number;
  readonly version: string;
  readonly base_url: string;
  /** Epoch milliseconds. */
  readonly started_at: number;
  /** Runs tasks that name no engine of ours; null: none does. */
  readonly default_engine: string | null;
  readonly concurrency: number;
  readonly data_folder: string;
  readonly runs: { readonly queued: number; readonly running: number };
  /** What the data folder holds. */
  readonly held: { readonly runs: number; readonly artifacts: number; readonly artifact_bytes: number };
  /** What the user should know, such as a damaged database that was moved aside. */
  readonly notices: readonly string[];
}

/** Of what was missed, the user is told for this long, in milliseconds. */
const TOLD_MS = 7 * 24 * 60 * 60_000;

const LOST: Readonly<Record<string, string>> = {
  missed: 'was missed TIMES: no server ran',
  refused: 'could not be started TIMES',
  skipped: 'was skipped TIMES: its run before still went on',
};

/** Why the server does not stop, and what it could not start. */
function scheduleNotices({ schedules, clock }: RouteDeps): string[] {
  const waiting = schedules.waiting();
  const enabled = `${waiting} enabled ${waiting === 1 ? 'schedule' : 'schedules'}: the server does not stop for idleness`;
  const lost = schedules.lost(clock.now() - TOLD_MS).map(({ schedule_id, outcome, count, at }) => {
    const times = `${count} ${count === 1 ? 'time' : 'times'}, last for ${new Date(at).toISOString()}`;
    return `${schedule_id} ${LOST[outcome]!.replace('TIMES', times)}`;
  });
  return [...(waiting === 0 ? [] : [enabled]), ...lost];
}

export function addLocal(app: Hono, deps: RouteDeps): void {
  const { pid, version } = deps;

  app.get('/v1/local/challenge', (c) => {
    const nonce = c.req.query('nonce') ?? '';
    if (!NONCE.test(nonce)) throw refusal(422, 'nonce must be 32 to 128 hexadecimal digits');
    return c.json({ pid, version, proof: challengeProof(deps.token, nonce) });
  });

  app.get('/v1/local/status', (c) =>
    c.json({
      pid,
      version,
      base_url: deps.baseUrl(),
      started_at: deps.startedAt,
      default_engine: deps.defaultEngine,
      concurrency: deps.concurrency,
      data_folder: deps.dataFolder,
      runs: deps.store.counts(),
      held: deps.store.holdings(),
      notices: [...deps.notices, ...scheduleNotices(deps)],
    } satisfies LocalStatus),
  );

  app.post('/v1/local/prune', async (c) => {
    const body = (await optionalJsonObject(c.req.raw)) ?? {};
    const whole = (name: string): number | null => {
      const value = body[name] ?? null;
      if (value === null || (Number.isSafeInteger(value) && (value as number) >= 0)) return value as number | null;
      throw refusal(422, `${name} must be a whole number`);
    };
    const options = { endedBefore: whole('ended_before'), bytes: whole('keep_bytes'), dryRun: body['dry_run'] === true };
    return c.json((await deps.retention.prune(options)) satisfies Pruned);
  });

  app.put('/v1/local/model', async (c) => c.json({ model_name: deps.models.share(modelAccess(await jsonObject(c.req.raw))) }));

  app.post('/v1/local/stop', (c) => {
    const { queued, running } = deps.store.counts();
    if (c.req.query('if_idle') === 'true' && queued + running > 0) {
      throw refusal(409, `The local server is at work: ${running} running, ${queued} queued.`);
    }
    deps.stop(STOP_GRACE_MS);
    return c.json({ stopping: true, pid });
  });
}

/** Sent by our own client alone, so what is wrong with it is not spelled out; what it holds is never echoed. */
function modelAccess({ provider, name, base_url, api_key, price }: Record<string, unknown>): ModelAccess {
  const isText = (value: unknown): value is string => typeof value === 'string' && /^[\x21-\x7e]{1,8192}$/.test(value);
  const { input, output } = Object(price) as Record<string, unknown>;
  const knows = provider === 'openai-compatible' || provider === 'anthropic' || provider === 'google';
  const isAddress = isText(base_url) && URL.canParse(base_url) && /^https?:$/.test(new URL(base_url).protocol);
  if (!knows || !isText(name) || !isAddress || !(api_key === null || isText(api_key))) {
    throw refusal(422, 'A model has provider, name, base_url, and api_key or null.');
  }
  const priced = typeof input === 'number' && typeof output === 'number';
  return { provider, name, baseUrl: base_url, apiKey: api_key, price: priced ? { input, output } : null };
}
