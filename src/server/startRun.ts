/** Accepting a task that was checked: exactly one run per `Idempotency-Key`, and no run for what cannot be done. */
import { createHmac } from 'node:crypto';
import type { Context } from 'hono';
import { RULES_ENGINE, type TaskRunRequest } from '../protocol/task.js';
import type { RouteDeps } from './deps.js';
import { HttpError, invalid, refusal } from './httpError.js';
import type { Idempotency } from './queue.js';
import type { RunKind } from './runKind.js';
import type { NewRun } from './store.js';
import { checkTaskRequest } from './taskRequest.js';
import { startedWire } from './wire.js';
import type { RunSecrets } from './worker.js';

export interface Starting {
  /** What was sent, as it is: what a repeat is recognized by. */
  readonly body: Record<string, unknown>;
  /** As `POST /v1/run/tasks` takes it. */
  readonly task: Record<string, unknown>;
  /** Null: as its engine has it. */
  readonly kind: RunKind | null;
}

export async function startRun(c: Context, deps: RouteDeps, { body, task, kind }: Starting): Promise<Response> {
  const key = c.req.header('idempotency-key');
  if (key !== undefined) checkIdempotencyKey(key);
  const { request, engine, title, held } = checkTaskRequest(task, deps.defaultEngine);
  const opened = request.credential_id ? deps.credentials.open(request.credential_id) : null;
  if (request.credential_id && !opened) throw refusal(404, `Credential ${request.credential_id} not found`);
  checkPlaces(deps, request);
  const secretNames = [...(held?.secrets.keys() ?? []), ...(opened?.credential.secretNames ?? [])];
  const refused = await deps.checkTask(request, engine, secretNames);
  if (refused) throw refusal(422, `The prompt cannot be carried out: "${refused.clause}": ${refused.reason}`);
  if (engine !== RULES_ENGINE) {
    const noModel = await deps.models.refusal({ name: request.model?.model_name ?? null, needsPrice: request.max_cost != null });
    if (noModel !== null) throw refusal(422, noModel);
  }
  const run: NewRun = {
    kind: kind ?? (engine === 'skyvern-2.0' ? 'planned' : 'task'),
    title,
    engine,
    request,
    holdsSecrets: held !== null,
  };
  return acceptRun(c, deps, { key, body, run, held });
}

/** @throws HttpError where a session, a profile or a file that is named is not there */
export function checkPlaces(deps: RouteDeps, request: TaskRunRequest): void {
  const { browser_session_id: sessionId = null, browser_profile_id: profileId = null } = request;
  if (sessionId !== null) {
    const row = deps.sessions.get(sessionId);
    const refused = deps.sessionUse.refusal(sessionId, row);
    if (refused !== null) throw refusal(row === null ? 404 : 410, refused);
  }
  if (profileId !== null && !deps.profiles.get(profileId)) throw refusal(404, `Browser profile ${profileId} not found`);
  const missing = (request.file_ids ?? []).filter((id) => deps.uploads.find(id) === null);
  if (missing.length > 0) throw refusal(404, `Uploaded file not found: ${missing.join(', ')}`);
}

export interface Accepting {
  /** `Idempotency-Key`. */
  readonly key: string | undefined;
  readonly body: Record<string, unknown>;
  readonly run: NewRun;
  readonly held: RunSecrets | null;
}

/** A run for what was checked, unless its key has one. */
export function acceptRun(c: Context, deps: RouteDeps, { key, body, run, held }: Accepting): Response {
  if (deps.stopping()) throw new HttpError(503, { detail: 'The local server is stopping.' }, { 'retry-after': '1' });
  const idempotency: Idempotency | null = key === undefined ? null : { key, fingerprint: fingerprint(body, deps.token) };
  const accepted = deps.queue.accept(run, idempotency, (row) => JSON.stringify(startedWire(row)));
  if (accepted.kind === 'conflict') {
    throw refusal(422, 'This Idempotency-Key was used for another request. Send a new key to start another run.');
  }
  if (accepted.kind === 'created') {
    if (held) deps.secrets.set(accepted.run.run_id, held);
    void deps.clock.sleep(0).then(() => deps.worker.pump()); // once the answer is on its way
  }
  const replayed: Record<string, string> = accepted.kind === 'replayed' ? { 'idempotent-replayed': 'true' } : {};
  return c.body(accepted.body, 200, { 'content-type': 'application/json', ...replayed });
}

export function checkIdempotencyKey(key: string): void {
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return;
  const msg = 'Idempotency-Key must be 1 to 255 visible ASCII characters';
  throw invalid([{ type: 'value_error', loc: ['header', 'Idempotency-Key'], msg, input: key }]);
}

/**
 * Equal for equal bodies whatever the order of their keys, and wherever they were sent from: `unattended` is not what is asked for.
 * Keyed, so that secrets cannot be guessed from it.
 */
function fingerprint({ unattended: _where, ...asked }: Record<string, unknown>, token: string): string {
  const key = createHmac('sha256', token).update('idempotency').digest();
  return createHmac('sha256', key).update(canonical(asked)).digest('hex');
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, each]) => `${JSON.stringify(name)}:${canonical(each)}`).join()}}`;
}
