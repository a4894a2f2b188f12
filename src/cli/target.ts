/** Which server a command talks to, with which key: the embedded one, the one of the settings, or the one that knows the run. */
import type { Command } from 'commander';
import { ApiClient, type CallOptions, type ClientOptions } from '../client/client.js';
import { LOCAL_PROFILE } from '../config/files.js';
import type { Notify } from '../config/schema.js';
import { type ApiKey, readApiKey, type Settings } from '../config/settings.js';
import { UsageError } from '../errors.js';
import { Journal } from '../journal/journal.js';
import { RunStore } from '../journal/runStore.js';
import { isLoopback, parseBaseUrl } from '../origin.js';
import { runIdFrom } from '../protocol/ids.js';
import { Activity } from '../render/activity.js';
import { printable } from '../render/sanitize.js';
import type { LocalServer } from '../server/daemon.js';
import { StateFolder } from '../server/stateFile.js';
import type { CliContext, GlobalFlags } from './context.js';
import { exchangeLog } from './exchangeLog.js';
import { maskInLog } from './github/workflow.js';
import { isEmbedded, readOnlyOf, settingsOf } from './settings.js';

export interface Target {
  readonly client: ApiClient;
  readonly baseUrl: URL;
  readonly profile: string;
  /** The embedded server of this machine. */
  readonly local: boolean;
  /** Knows the key again with which a run was started; null for none. Makes what is needed to know it. */
  keyMark(): string | null;
  /** On `clock.monotonic()`; null for never. */
  readonly deadlineAt: number | null;
  readonly notify: Notify;
  /** The requests of the client, for eyes. */
  readonly activity: Activity;
  /** What single requests are given. */
  readonly call: CallOptions;
}

export interface RunTarget extends Target {
  readonly runId: string;
}

/** Runs that one command takes at once: what the API takes at once. */
export const MAX_RUNS = 100;

export const addRunsArgument = (command: Command): Command =>
  command.argument('<run...>', `ids of at most ${MAX_RUNS} runs, dashboard URLs, or @last`);

export const addRunArgument = (command: Command): Command => command.argument('<run>', 'id of a run, its dashboard URL, or @last');

export const journalOf = ({ paths, io, clock, random }: CliContext): Journal => new Journal({ paths, owner: io, clock, random });

export const runStore = ({ paths, io, clock, random }: CliContext): RunStore => new RunStore({ paths, owner: io, clock, random });

/** The server that the flags and settings name; the embedded one is started when needed. */
export async function connect(ctx: CliContext, command: Command): Promise<Target> {
  const { local, baseUrl } = command.optsWithGlobals<GlobalFlags>();
  if (local && baseUrl !== undefined) throw new UsageError('--local and --base-url name two servers', { hint: 'give one of them' });
  const settings = settingsOf(ctx, command);
  if (isEmbedded(command, settings)) return connectLocal(ctx, command);
  // With the variables of `local env` the embedded server is meant, and its extensions may be used.
  if (new StateFolder(ctx.io).isAddress(settings.baseUrl.value)) {
    const { findLocal } = await import('./local.js');
    const own = await findLocal(ctx);
    if (own) return localTarget(ctx, command, own);
  }
  return connectWith(ctx, command, await keyFor(ctx, settings), settings);
}

/** The key that the settings mean for the server that they mean. */
export const keyFor = ({ io, paths, keychain }: CliContext, settings: Settings, isMeant?: (key: string) => boolean): Promise<ApiKey> =>
  readApiKey({ io, paths, settings, keychain, ...(isMeant && { isMeant }) });

/** A server with a given key. */
export function connectWith(
  ctx: CliContext,
  command: Command,
  key: ApiKey,
  { baseUrl, profile }: Pick<Settings, 'baseUrl' | 'profile'> = settingsOf(ctx, command),
): Target {
  const { insecureHttp } = command.optsWithGlobals<GlobalFlags>();
  return targetOf(ctx, command, {
    baseUrl: baseUrl.value,
    apiKey: key.value,
    profile: profile.value,
    local: false,
    allowInsecureHttp: insecureHttp === true,
  });
}

export async function connectLocal(ctx: CliContext, command: Command): Promise<Target> {
  const { startLocal } = await import('./local.js'); // few commands start a server, all come through here
  return localTarget(ctx, command, await startLocal(ctx));
}

/** The server where this run lives: the one it was started at, unless the command line says otherwise. */
export async function connectToRun(ctx: CliContext, command: Command, text: string): Promise<RunTarget> {
  const { runId, home } = homeOf(ctx, command, text);
  return { ...(home ? await connectTo(ctx, command, home) : await connect(ctx, command)), runId };
}

/** The same for many: one client for each server. Each run once, in the order given. */
export async function connectToRuns(ctx: CliContext, command: Command, texts: readonly string[]): Promise<RunTarget[]> {
  const servers = new Map<string, Target>();
  const targets = new Map<string, RunTarget>();
  for (const text of texts) {
    const { runId, home } = homeOf(ctx, command, text);
    const name = home ? `${home.local} ${home.base_url} ${home.profile}` : '';
    const server = servers.get(name) ?? (home ? await connectTo(ctx, command, home) : await connect(ctx, command));
    servers.set(name, server);
    targets.set(runId, { ...server, runId });
  }
  return [...targets.values()];
}

/** Null for a run that is where the settings say. */
function homeOf(ctx: CliContext, command: Command, text: string): { readonly runId: string; readonly home: Home | null } {
  const store = runStore(ctx);
  const known = text === '@last' ? store.last(ctx.io.cwd()) : null;
  if (text === '@last' && known === null) {
    throw new UsageError('no run was started from here yet', { hint: '`skyvern run list` shows those of the server' });
  }
  const runId = known?.run_id ?? runIdFrom(text);
  if (runId === null) {
    throw new UsageError(`${JSON.stringify(printable(text, { maxLength: 80 }))} is no run id`, {
      hint: 'give an id such as tsk_123 or wr_456, a dashboard URL, or @last',
    });
  }
  const { local, baseUrl, profile } = command.optsWithGlobals<GlobalFlags>();
  return { runId, home: local || baseUrl !== undefined || profile !== undefined ? null : (known ?? store.find(runId)) };
}

type Home = Parameters<typeof connectTo>[2];

/**
 * A server that was used before, with that server's own key. The key in the environment is that of the server that the settings name: it goes
 * to another one only when it is known to have started this there.
 */
export async function connectTo(
  ctx: CliContext,
  command: Command,
  home: { readonly local: boolean; readonly base_url: string; readonly profile: string; readonly key_mark?: string | null },
): Promise<Target> {
  if (home.local) return connectLocal(ctx, command);
  const settings = settingsOf(ctx, command);
  const baseUrl = { ...settings.baseUrl, value: parseBaseUrl(home.base_url) };
  const at = { ...settings, baseUrl, profile: { ...settings.profile, value: home.profile } };
  const isMeant = (key: string) =>
    baseUrl.value.origin === settings.baseUrl.value.origin || (home.key_mark != null && home.key_mark === journalOf(ctx).hmac(key));
  return connectWith(ctx, command, await keyFor(ctx, at, isMeant), at);
}

const localTarget = (ctx: CliContext, command: Command, { baseUrl, token }: LocalServer): Target =>
  targetOf(ctx, command, {
    baseUrl: new URL(baseUrl),
    apiKey: token,
    profile: LOCAL_PROFILE,
    local: true,
    allowInsecureHttp: false,
  });

interface Address extends Pick<Target, 'baseUrl' | 'profile' | 'local'>, Required<Pick<ClientOptions, 'apiKey' | 'allowInsecureHttp'>> {}

function targetOf(ctx: CliContext, command: Command, { apiKey, allowInsecureHttp, ...at }: Address): Target {
  const settings = settingsOf(ctx, command); // first: it may begin the time limit
  const readOnly = readOnlyOf(settings);
  const { io, clock, random, deadlineAt, callSignal, timeouts } = ctx;
  const { baseUrl } = at;
  const onExchange = exchangeLog(io);
  maskInLog(io, apiKey);
  const activity = new Activity();
  const client = new ApiClient({
    baseUrl,
    apiKey,
    clock,
    random,
    env: io.env,
    userAgent: `skyvern-cli/${__VERSION__}`,
    allowInsecureHttp,
    onAsked: (asked) => activity.add({ ...asked, at: clock.now() }),
    ...(timeouts && { timeouts }),
    ...(readOnly && { readOnly }),
    ...(onExchange && { onExchange }),
    ...(deadlineAt !== null && { deadlineAt }),
  });
  if (baseUrl.protocol === 'http:' && !isLoopback(baseUrl)) {
    io.stderr.write(`warning: the key goes to ${baseUrl.origin} in plain http: whoever is on the way can read it\n`);
  }
  ctx.onEnd(() => client.close());
  const keyMark = () => (apiKey === '' ? null : journalOf(ctx).hmac(apiKey));
  return { client, ...at, keyMark, activity, notify: settings.notify.value, deadlineAt, call: { signal: callSignal } };
}
