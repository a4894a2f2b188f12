/** Which server a command talks to, with which key: the embedded one, the one of the settings, or the one that knows the run. */
import type { Command } from 'commander';
import { type CallOptions, SkyvernClient } from '../client/client.js';
import { type ApiKey, readApiKey, type Settings } from '../config/settings.js';
import { UsageError } from '../errors.js';
import { RunStore } from '../journal/runStore.js';
import { parseBaseUrl } from '../origin.js';
import { runIdFrom } from '../protocol/ids.js';
import { printable } from '../render/sanitize.js';
import { findLocalServer, type LocalServer } from '../server/daemon.js';
import type { CliContext, GlobalFlags } from './context.js';
import { daemonDeps, startLocal } from './local.js';
import { keychain, settingsOf } from './settings.js';

export interface Target {
  readonly client: SkyvernClient;
  readonly baseUrl: URL;
  readonly profile: string;
  /** The embedded server of this machine. */
  readonly local: boolean;
  /** On `clock.monotonic()`; null for never. */
  readonly deadlineAt: number | null;
  /** What single requests are given. */
  readonly call: CallOptions;
}

export interface RunTarget extends Target {
  readonly runId: string;
}

const LOCAL_PROFILE = 'local';

export const addRunArgument = (command: Command): Command => command.argument('<run>', 'id of a run, its dashboard URL, or @last');

export const runStore = ({ paths, io, clock, random }: CliContext): RunStore => new RunStore({ paths, owner: io, clock, random });

/** The server that the flags and settings name; the embedded one is started when needed. */
export async function connect(ctx: CliContext, command: Command): Promise<Target> {
  const { local, baseUrl, insecureHttp } = command.optsWithGlobals<GlobalFlags>();
  if (local && baseUrl !== undefined) throw new UsageError('--local and --base-url name two servers', { hint: 'give one of them' });
  const settings = settingsOf(ctx, command);
  if (local || (settings.profile.value === LOCAL_PROFILE && settings.baseUrl.source === 'default')) return connectLocal(ctx);
  // With the variables of `local env` the embedded server is meant, and its extensions may be used.
  const own = settings.baseUrl.value.hostname === '127.0.0.1' ? await findLocalServer(daemonDeps(ctx)) : null;
  if (own && new URL(own.baseUrl).origin === settings.baseUrl.value.origin) return localTarget(ctx, own);
  return connectWith(ctx, settings, await keyFor(ctx, settings), insecureHttp === true);
}

/** The key that the settings mean for the server that they mean. */
export const keyFor = ({ io, paths }: CliContext, settings: Settings): Promise<ApiKey> => readApiKey({ io, paths, settings, keychain });

export const connectWith = (ctx: CliContext, { baseUrl, profile }: Settings, key: ApiKey, insecureHttp: boolean): Target =>
  targetOf(ctx, baseUrl.value, key.value, profile.value, false, insecureHttp);

export async function connectLocal(ctx: CliContext): Promise<Target> {
  return localTarget(ctx, await startLocal(ctx));
}

/** The server where this run lives: the one it was started at, unless the command line says otherwise. */
export async function connectToRun(ctx: CliContext, command: Command, text: string): Promise<RunTarget> {
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
  const home = local || baseUrl !== undefined || profile !== undefined ? null : (known ?? store.find(runId));
  if (!home) return { ...(await connect(ctx, command)), runId };
  return { ...(await connectTo(ctx, command, home)), runId };
}

/** A server that was used before, with that server's own key. */
export async function connectTo(
  ctx: CliContext,
  command: Command,
  home: { readonly local: boolean; readonly base_url: string; readonly profile: string },
): Promise<Target> {
  if (home.local) return connectLocal(ctx);
  const settings = settingsOf(ctx, command);
  const baseUrl = { ...settings.baseUrl, value: parseBaseUrl(home.base_url) };
  const at = { ...settings, baseUrl, profile: { ...settings.profile, value: home.profile } };
  return connectWith(ctx, at, await keyFor(ctx, at), command.optsWithGlobals<GlobalFlags>().insecureHttp === true);
}

const localTarget = (ctx: CliContext, { baseUrl, token }: LocalServer): Target =>
  targetOf(ctx, new URL(baseUrl), token, LOCAL_PROFILE, true, false);

function targetOf(ctx: CliContext, baseUrl: URL, apiKey: string, profile: string, local: boolean, allowInsecureHttp: boolean): Target {
  const { clock, random, deadlineAt, callSignal } = ctx;
  const client = new SkyvernClient({
    baseUrl,
    apiKey,
    clock,
    random,
    env: ctx.io.env,
    userAgent: `skyvern-cli/${__VERSION__}`,
    allowInsecureHttp,
    ...(deadlineAt !== null && { deadlineAt }),
  });
  ctx.onEnd(() => client.close());
  return { client, baseUrl, profile, local, deadlineAt, call: { signal: callSignal } };
}
