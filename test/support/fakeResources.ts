/** The fake's sessions, profiles, credentials, one-time codes and uploads: answers as the recordings show them. */
import type { Json, SeenRequest } from './fakeSkyvern.js';

export interface FakeTools {
  readonly organization: string;
  nextNumber(): bigint;
  moment(): string;
  /** An answer with this status and `detail`, to be thrown. */
  detail(status: number, text: unknown): Error;
  invalid(type: string, loc: readonly (string | number)[], msg: string, input: unknown, ctx?: Json): Json;
  hasRun(id: string): boolean;
}

export interface FakeResources {
  readonly sessions: Map<string, Json>;
  readonly profiles: Map<string, Json>;
  readonly credentials: Json[];
  /** One-time codes that were pushed. */
  readonly codes: Json[];
  readonly routes: readonly (readonly [method: string, path: RegExp, handler: (match: RegExpExecArray, request: SeenRequest) => unknown])[];
}

/** Answered with 204 and no body. */
export const NO_CONTENT = Symbol('no content');
/** Answered with 201. */
export class Created {
  readonly body: Json;
  constructor(body: Json) {
    this.body = body;
  }
}

const MAX_UPLOAD_BYTES = 30 * 1024 * 1024;

export function fakeResources({ organization, nextNumber, moment, detail, invalid, hasRun }: FakeTools): FakeResources {
  const sessions = new Map<string, Json>();
  const profiles = new Map<string, Json>();
  const credentials: Json[] = [];
  const codes: Json[] = [];

  const createSession = (sent: Json): Json => {
    const timeout = sent['timeout'] ?? 60;
    if (Number(timeout) < 5) {
      throw detail(422, [
        invalid('greater_than_equal', ['body', 'timeout'], 'Input should be greater than or equal to 5', timeout, { ge: 5 }),
      ]);
    }
    const profile = sent['browser_profile_id'] ?? null;
    if (profile !== null && !profiles.has(String(profile))) throw detail(404, `Browser profile ${profile} not found`);
    const id = `pbs_${nextNumber()}`;
    const session: Json = {
      browser_session_id: id,
      organization_id: organization,
      status: 'created',
      runnable_type: null,
      runnable_id: null,
      timeout: Math.min(Number(timeout), 240),
      browser_address: null,
      app_url: `http://localhost:8080/browser-session/${id}`,
      extensions: sent['extensions'] ?? null,
      browser_type: sent['browser_type'] ?? null,
      browser_profile_id: profile,
      generate_browser_profile: sent['generate_browser_profile'] ?? false,
      vnc_streaming_supported: false,
      stream_transport: null,
      download_path: null,
      downloaded_files: [],
      recordings: [],
      started_at: null,
      completed_at: null,
      created_by: null,
      created_at: moment(),
      modified_at: moment(),
      deleted_at: null,
      browser_settings: sent['browser_settings'] ?? null,
      browser_settings_receipt: null,
      source: 'managed',
      remaining_lifetime_seconds: null,
      warning:
        Number(timeout) > 240
          ? `Requested timeout of ${timeout} minutes exceeds the maximum of 240 minutes (4 hours); this session was capped at 240 minutes.`
          : null,
    };
    sessions.set(id, session);
    return session;
  };
  const session = (id: string): Json => {
    const found = sessions.get(id);
    if (!found) throw detail(404, `Browser session ${id} not found`);
    return found;
  };
  const createProfile = (sent: Json): Json => {
    if (typeof sent['name'] !== 'string') throw detail(422, [invalid('missing', ['body', 'name'], 'Field required', sent)]);
    if ([...profiles.values()].some(({ name }) => name === sent['name'])) {
      throw detail(409, `A browser profile named '${sent['name']}' already exists. Use a different name or delete the existing profile.`);
    }
    const id = `bp_${nextNumber()}`;
    const profile: Json = {
      browser_profile_id: id,
      organization_id: organization,
      name: sent['name'],
      description: sent['description'] ?? null,
      source_browser_type: null,
      proxy_location: sent['proxy_location'] ?? null,
      proxy_session_id: null,
      is_managed: false,
      workflow_permanent_id: null,
      browser_profile_key_digest: null,
      created_at: moment(),
      modified_at: moment(),
      deleted_at: null,
      last_verified_login_at: null,
      linked_credential_name: null,
    };
    profiles.set(id, profile);
    return profile;
  };
  const profile = (id: string): Json => {
    const found = profiles.get(id);
    if (!found) throw detail(404, `Browser profile ${id} not found for organization ${organization}`);
    return found;
  };
  const paged = (all: readonly Json[], query: URLSearchParams): Json[] => {
    const [page, size] = [Number(query.get('page') ?? 1), Number(query.get('page_size') ?? 10)];
    return all.slice((page - 1) * size, page * size);
  };
  const pushCode = (sent: Json): Json => {
    for (const [field, name] of [
      ['task_id', 'task'],
      ['workflow_run_id', 'workflow run'],
    ] as const) {
      if (typeof sent[field] === 'string' && !hasRun(sent[field])) throw detail(400, `Invalid ${name} id: ${sent[field]}`);
    }
    const content = String(sent['content']);
    const code: Json = {
      totp_identifier: sent['totp_identifier'],
      task_id: sent['task_id'] ?? null,
      workflow_id: null,
      workflow_run_id: sent['workflow_run_id'] ?? null,
      source: null,
      content,
      expired_at: null,
      type: null,
      totp_code_id: `totp_${nextNumber()}`,
      code: content.length <= 10 ? content : '',
      organization_id: organization,
      created_at: moment(),
      modified_at: moment(),
      otp_type: 'totp',
    };
    codes.push(code);
    return code;
  };
  /** What of a credential may be seen again, by its type. */
  const SHOWN: Readonly<Record<string, (secret: Json) => Json>> = {
    password: ({ username, totp, totp_type = 'none', totp_identifier = null }) => ({
      username,
      totp_type,
      totp_identifier,
      has_totp: Boolean(totp),
    }),
    credit_card: ({ card_number, card_brand }) => ({ last_four: String(card_number).slice(-4), brand: card_brand }),
    secret: ({ secret_label = null }) => ({ secret_label }),
  };
  const createCredential = (sent: Json): Json => {
    const missing = ['name', 'credential_type', 'credential'].filter((name) => !(name in sent));
    // Without what was sent: it may hold a secret.
    if (missing.length > 0)
      throw detail(
        422,
        missing.map((name) => ({ loc: ['body', name], msg: 'Field required', type: 'missing' })),
      );
    const credential: Json = {
      credential_id: `cred_${nextNumber()}`,
      credential: SHOWN[String(sent['credential_type'])]?.(sent['credential'] as Json) ?? {},
      credential_type: sent['credential_type'],
      name: sent['name'],
      vault_type: sent['vault_type'] ?? 'skyvern',
      browser_profile_id: sent['browser_profile_id'] ?? null,
      auto_profile_disabled: sent['auto_profile_disabled'] ?? false,
      pin_saved_session_ip: sent['pin_saved_session_ip'] ?? false,
      tested_url: sent['tested_url'] ?? null,
      user_context: null,
      save_browser_session_intent: false,
      run_sequentially: false,
      folder_id: null,
      proxy_location: null,
      proxy_session_id: null,
      created_by: null,
    };
    credentials.unshift(credential);
    return credential;
  };
  const credentialAt = (id: string, text: string): number => {
    const at = credentials.findIndex(({ credential_id }) => credential_id === id);
    if (at < 0) throw detail(404, text);
    return at;
  };
  const upload = ({ headers, text }: SeenRequest): Json => {
    const name = /name="file"; filename="([^"]*)"/.exec(text)?.[1];
    if (!/^multipart\/form-data/.test(headers['content-type'] ?? '') || name === undefined) {
      throw detail(422, [invalid('missing', ['body', 'file'], 'Field required', null)]);
    }
    if (Number(headers['content-length']) > MAX_UPLOAD_BYTES) throw detail(413, 'File size exceeds the maximum allowed size (30.0 MB)');
    const days = /name="retention_days"\r\n\r\n(\d+)/.exec(text)?.[1];
    const id = `file_${nextNumber()}`;
    const uri = `file:///srv/skyvern/artifacts/local/${id}_${name}`;
    return { s3_uri: uri, presigned_url: uri, file_id: id, expires_at: days === undefined ? null : moment() };
  };

  return {
    sessions,
    profiles,
    credentials,
    codes,
    routes: [
      ['POST', /^\/v1\/browser_sessions\/?$/, (_, { body }) => createSession((body ?? {}) as Json)],
      ['GET', /^\/v1\/browser_sessions\/?$/, () => [...sessions.values()].filter(({ status }) => status !== 'completed')],
      ['GET', /^\/v1\/browser_sessions\/([^/]+)\/?$/, ([, id]) => session(id!)],
      [
        'POST',
        /^\/v1\/browser_sessions\/([^/]+)\/close\/?$/,
        ([, id]) => {
          session(id!)['status'] = 'completed';
          return { message: 'Browser session closed' };
        },
      ],
      ['POST', /^\/v1\/browser_profiles\/?$/, (_, { body }) => createProfile((body ?? {}) as Json)],
      ['GET', /^\/v1\/browser_profiles\/?$/, (_, { query }) => paged([...profiles.values()].reverse(), query)],
      ['GET', /^\/v1\/browser_profiles\/([^/]+)\/?$/, ([, id]) => profile(id!)],
      [
        'DELETE',
        /^\/v1\/browser_profiles\/([^/]+)\/?$/,
        ([, id]) => {
          profile(id!);
          profiles.delete(id!);
          return NO_CONTENT;
        },
      ],
      ['GET', /^\/v1\/credentials\/?$/, (_, { query }) => paged(credentials, query)],
      ['POST', /^\/v1\/credentials\/totp\/?$/, (_, { body }) => pushCode((body ?? {}) as Json)],
      ['POST', /^\/v1\/credentials\/?$/, (_, { body }) => new Created(createCredential((body ?? {}) as Json))],
      ['GET', /^\/v1\/credentials\/([^/]+)\/?$/, ([, id]) => credentials[credentialAt(id!, 'Credential not found')]],
      [
        'POST',
        /^\/v1\/credentials\/([^/]+)\/delete\/?$/,
        ([, id]) => {
          credentials.splice(credentialAt(id!, `Credential not found, credential_id=${id}`), 1);
          return NO_CONTENT;
        },
      ],
      ['POST', /^\/v1\/upload_file\/?$/, (_, request) => upload(request)],
    ],
  };
}
