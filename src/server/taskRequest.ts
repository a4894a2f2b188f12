/**
 * Checking the body of `POST /v1/run/tasks`: upstream's validation in upstream's shapes, then what this server cannot do,
 * named field by field. After this a request is complete, typed and free of secrets.
 */
import { originsOfHost } from '../protocol/allowedHost.js';
import { ENGINES, RISKS, RULES_ENGINE, type TaskRunRequest } from '../protocol/task.js';
import { type Fault, invalid, notOneOf, refusal } from './httpError.js';
import { normalisedUrl } from './webUrl.js';
import type { RunSecrets } from './worker.js';

/** More steps than this are a loop, not a task. */
const MAX_STEPS = 1_000;
const SECRET_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

export interface CheckedTask {
  /** With `engine` as it was asked for, defaults filled in, and neither `secrets` nor values of `cdp_connect_headers`. */
  readonly request: TaskRunRequest;
  /** The engine that will run it. */
  readonly engine: string;
  readonly title: string | null;
  /** Null when it holds none. */
  readonly held: RunSecrets | null;
}

/**
 * @param defaultEngine what runs tasks that name no engine of ours; null: nothing can
 * @throws HttpError 422 (validation, a field that cannot be honoured, no engine) or 400 (URL)
 */
export function checkTaskRequest(body: Record<string, unknown>, defaultEngine: string | null): CheckedTask {
  const check = new Checker(body);
  const prompt = check.text('prompt', { required: true });
  const url = check.text('url');
  const webhookUrl = check.text('webhook_url');
  const engine = check.text('engine') ?? ENGINES[0];
  const title = check.text('title');
  const maxSteps = check.integer('max_steps', 1, MAX_STEPS);
  const errorCodeMapping = check.texts('error_code_mapping');
  const extraHttpHeaders = check.texts('extra_http_headers');
  const cdpHeaders = check.texts('cdp_connect_headers');
  const secrets = check.secrets('secrets');
  const startFresh = check.flag('start_fresh_browser') ?? false; // always so, but in a session and with a profile
  const allowHosts = check.listed('allow_hosts', (host) => originsOfHost(host) !== null, 'Input should be a host, with or without a port');
  const confirm = check.listed('confirm', (risk) => RISKS.some((known) => known === risk), `Input should be ${RISKS.join(', ')}`);
  const unattended = check.flag('unattended') ?? false;
  const headed = check.flag('headed') ?? false;
  const browserPath = check.text('browser_path');
  const browserAddress = check.text('browser_address');
  const schema = check.schema('data_extraction_schema');
  const sessionId = check.text('browser_session_id');
  const profileId = check.text('browser_profile_id');
  const credentialId = check.text('credential_id');
  const totpIdentifier = check.text('totp_identifier');
  const totpUrl = check.text('totp_url');
  const model = check.model('model');
  const maxCost = check.amount('max_cost');
  const downloadSuffix = check.text('download_suffix');
  const downloadTimeout = check.amount('download_timeout');
  const fileIds = check.listed('file_ids', (id) => /^file_[\w-]{1,80}$/.test(id), 'Input should be the id of an uploaded file');
  // Who names a model means an engine that asks one.
  const byDefault = model === null ? defaultEngine : null;
  const unhonoured = check.unhonoured(byRules(engine, byDefault));
  check.oneOf('engine', engine, [...ENGINES, RULES_ENGINE]);
  if (prompt !== null && prompt.trim() === '') {
    check.fault({
      type: 'string_too_short',
      loc: ['body', 'prompt'],
      msg: 'String should have at least 1 character',
      input: prompt,
      ctx: { min_length: 1 },
    });
  }
  if (startFresh && (sessionId ?? profileId) !== null) {
    const what = sessionId !== null ? 'browser_session_id — a live session is the browser for the run' : 'browser_profile_id';
    check.fault({
      type: 'value_error',
      loc: ['body'],
      msg: `Value error, start_fresh_browser cannot be combined with ${what}.`,
      input: '***',
    });
  }
  check.done();
  const startPage = url === null ? null : normalisedUrl('url', url);
  const codesUrl = totpUrl === null ? null : normalisedUrl('totp_url', totpUrl);
  const webhook = webhookUrl === null ? null : normalisedUrl('webhook_url', webhookUrl);
  if (browserAddress !== null) checkAddress(browserAddress);
  if (unhonoured.length > 0) {
    throw refusal(
      422,
      `The local server cannot honour ${list(unhonoured)}. Leave ${unhonoured.length > 1 ? 'them' : 'it'} out, or use another server.`,
    );
  }
  const held = secrets.size > 0 || cdpHeaders !== null ? { secrets, cdpHeaders: cdpHeaders ?? {} } : null;
  const running = engineFor(engine, byDefault);
  if (running === RULES_ENGINE && (model !== null || maxCost !== null)) {
    throw refusal(422, 'Engine "rules" asks no language model: leave `model` and `max_cost` out, or name another engine.');
  }
  return {
    engine: running,
    title,
    held,
    request: {
      prompt: prompt!,
      url: startPage,
      webhook_url: webhook,
      engine,
      max_steps: maxSteps,
      data_extraction_schema: schema,
      error_code_mapping: errorCodeMapping,
      extra_http_headers: extraHttpHeaders,
      cdp_connect_headers: cdpHeaders && Object.fromEntries(Object.keys(cdpHeaders).map((name) => [name, '***'])),
      browser_address: browserAddress,
      totp_identifier: totpIdentifier,
      totp_url: codesUrl,
      credential_id: credentialId,
      browser_session_id: sessionId,
      browser_profile_id: profileId,
      start_fresh_browser: startFresh,
      allow_hosts: allowHosts,
      confirm,
      unattended,
      model: model === null ? null : { model_name: model },
      max_cost: maxCost,
      file_ids: fileIds,
      headed,
      browser_path: browserPath,
      download_suffix: downloadSuffix,
      download_timeout: downloadTimeout,
      proxy_location: (Object.hasOwn(body, 'proxy_location') ? body['proxy_location'] : 'RESIDENTIAL') as string | null,
    },
  };
}

/** Engines that ask a language model here. */
const MODEL_ENGINES: readonly string[] = ['skyvern-1.0', 'skyvern-2.0'];

/** The rules ask for no one-time code. */
const byRules = (asked: string, defaultEngine: string | null): boolean =>
  asked === RULES_ENGINE || (asked === ENGINES[0] && defaultEngine === RULES_ENGINE);

/** Our rules run what asks for them, and by choice of whoever started the server also what other clients send by default. */
function engineFor(asked: string, defaultEngine: string | null): string {
  if (asked === RULES_ENGINE) return RULES_ENGINE;
  if (asked === ENGINES[0] && defaultEngine !== null) return defaultEngine;
  if (MODEL_ENGINES.includes(asked)) return asked;
  throw refusal(
    422,
    `The local server does not run engine ${asked}, which acts by screen coordinates: ` +
      'ask for "skyvern-1.0", "skyvern-2.0" or "rules", or use another server.',
  );
}

function checkAddress(address: string): void {
  const scheme = URL.canParse(address) ? new URL(address).protocol : '';
  if (!['http:', 'https:', 'ws:', 'wss:'].includes(scheme)) {
    throw refusal(400, 'Invalid browser_address: use an http, https, ws or wss URL of a browser that listens for CDP.');
  }
}

const list = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');

/** Collects every fault of a body before the request is refused. */
class Checker {
  readonly #body: Record<string, unknown>;
  readonly #faults: Fault[] = [];
  constructor(body: Record<string, unknown>) {
    this.#body = body;
  }

  fault(fault: Fault): void {
    this.#faults.push(fault);
  }

  done(): void {
    if (this.#faults.length > 0) throw invalid(this.#faults);
  }

  text(name: string, { required = false } = {}): string | null {
    const value = this.#value(name);
    if (required && !Object.hasOwn(this.#body, name)) {
      this.fault({ type: 'missing', loc: ['body', name], msg: 'Field required', input: withoutSecrets(this.#body) });
      return null;
    }
    if (typeof value === 'string') return value;
    if (value !== null || required) this.#typeFault('string_type', 'Input should be a valid string', [name], value);
    return null;
  }

  integer(name: string, least: number, most: number): number | null {
    const value = this.#value(name);
    if (value === null) return null;
    if (typeof value === 'string' && !/^\s*[+-]?\d+\s*$/.test(value)) {
      this.#typeFault('int_parsing', 'Input should be a valid integer, unable to parse string as an integer', [name], value);
      return null;
    }
    const number = typeof value === 'string' ? Number(value) : value;
    if (typeof number !== 'number') this.#typeFault('int_type', 'Input should be a valid integer', [name], value);
    else if (!Number.isInteger(number)) {
      this.#typeFault('int_from_float', 'Input should be a valid integer, got a number with a fractional part', [name], value);
    } else if (number < least) {
      this.#limitFault('greater_than_equal', `Input should be greater than or equal to ${least}`, name, value, { ge: least });
    } else if (number > most) {
      this.#limitFault('less_than_equal', `Input should be less than or equal to ${most}`, name, value, { le: most });
    } else return number;
    return null;
  }

  /** `{"model_name": "..."}`. */
  model(name: string): string | null {
    const value = this.#value(name);
    if (value === null) return null;
    const model = typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>)['model_name'] : undefined;
    if (typeof model === 'string' && /^[\x21-\x7e]{1,200}$/.test(model)) return model;
    this.#typeFault('dict_type', 'Input should be an object with the name of a model in model_name', [name], value);
    return null;
  }

  /** US dollars, or seconds. */
  amount(name: string): number | null {
    const value = this.#value(name);
    if (value === null || (typeof value === 'number' && value > 0 && Number.isFinite(value))) return value as number | null;
    this.#typeFault('float_type', 'Input should be a number above 0', [name], value);
    return null;
  }

  flag(name: string): boolean | null {
    const value = this.#value(name);
    if (typeof value === 'boolean') return value;
    if (value !== null) this.#typeFault('bool_type', 'Input should be a valid boolean', [name], value);
    return null;
  }

  texts(name: string): Readonly<Record<string, string>> | null {
    const value = this.#value(name);
    if (value === null) return null;
    if (typeof value !== 'object' || Array.isArray(value)) {
      this.#typeFault('dict_type', 'Input should be a valid dictionary', [name], value);
      return null;
    }
    const entries = Object.entries(value as object);
    for (const [key, text] of entries) {
      if (typeof text !== 'string')
        this.#typeFault('string_type', 'Input should be a valid string', [name, key], name === 'secrets' ? null : text);
    }
    // fromEntries defines own properties, so a key `__proto__` stays data
    return Object.fromEntries(entries as [string, string][]);
  }

  /** A list of texts of which each passes `isValid`. */
  listed(name: string, isValid: (text: string) => boolean, msg: string): readonly string[] | null {
    const value = this.#value(name);
    if (value === null) return null;
    if (!Array.isArray(value)) {
      this.#typeFault('list_type', 'Input should be a valid list', [name], value);
      return null;
    }
    value.forEach((each: unknown, index) => {
      if (typeof each !== 'string' || !isValid(each)) this.#typeFault('value_error', msg, [name, String(index)], each);
    });
    return value as string[];
  }

  secrets(name: string): ReadonlyMap<string, string> {
    const named = Object.entries(this.texts(name) ?? {});
    for (const [key] of named) {
      if (!SECRET_NAME.test(key)) {
        this.#typeFault('string_pattern_mismatch', 'A secret is named with letters, digits and underscores', [name, key], key);
      }
    }
    return new Map(named);
  }

  /** A JSON Schema as an object, or as the JSON text of one. */
  schema(name: string): unknown {
    const value = this.#value(name);
    if (value === null) return null;
    const schema = typeof value === 'string' ? parsed(value) : value;
    if (typeof schema === 'object' && schema !== null && !Array.isArray(schema)) return schema;
    this.#typeFault('dict_type', 'Input should be a JSON Schema, as an object or as the JSON text of one', [name], value);
    return null;
  }

  oneOf(name: string, value: string, allowed: readonly string[]): void {
    if (!allowed.includes(value)) this.fault(notOneOf(['body', name], allowed, value));
  }

  /** Names of fields that were given a value that would have to be ignored. */
  unhonoured(byRules: boolean): string[] {
    const given = (name: string) => this.#value(name) !== null;
    const needless: Readonly<Record<string, (value: unknown) => boolean>> = {
      proxy_location: (value) => value === 'RESIDENTIAL' || value === 'NONE', // upstream's default, and none at all
      run_with: (value) => value === 'agent',
      publish_workflow: (value) => value === false,
      include_action_history_in_verification: (value) => value === false,
      ...(byRules && { file_ids: (value: unknown) => Array.isArray(value) && value.length === 0 }),
      max_screenshot_scrolls: (value) => value === 0,
    };
    // Upstream has the criteria in blocks of workflows only, and lets them pass unread in a task.
    const others = ['complete_criterion', 'terminate_criterion', ...(byRules ? ['totp_identifier', 'totp_url'] : [])];
    const refused = Object.keys(needless).filter((name) => given(name) && !needless[name]!(this.#value(name)));
    return [...others.filter(given), ...refused];
  }

  #value(name: string): unknown {
    return Object.hasOwn(this.#body, name) ? (this.#body[name] ?? null) : null;
  }

  #typeFault(type: string, msg: string, path: readonly string[], input: unknown): void {
    this.fault({ type, loc: ['body', ...path], msg, input });
  }

  #limitFault(type: string, msg: string, name: string, input: unknown, ctx: Record<string, number>): void {
    this.fault({ type, loc: ['body', name], msg, input, ctx });
  }
}

/** Validation echoes what was sent; secrets are not echoed. */
const withoutSecrets = ({ secrets: _secrets, cdp_connect_headers: _headers, ...rest }: Record<string, unknown>) => rest;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
