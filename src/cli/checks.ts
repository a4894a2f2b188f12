/** What `skyvern doctor` looks at: one function a check, each with what to type when it is red. */
import { accessSync, constants, realpathSync, statfsSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { Command } from 'commander';
import { findBrowser } from '../browser/find.js';
import { proxyFor } from '../client/connection.js';
import { settingsPaths } from '../config/edit.js';
import { assertOurs, createDurably, removeIfThere } from '../durable.js';
import { type ExitName, SkyvernError } from '../errors.js';
import { isSettled, Journal } from '../journal/journal.js';
import { leftStarts } from '../journal/recover.js';
import type { Random } from '../random.js';
import { duration, plural } from '../render/words.js';
import { localStatus } from '../server/daemon.js';
import type { CliContext } from './context.js';
import { daemonDeps } from './local.js';
import { editDeps, isEmbedded, settingsOf } from './settings.js';
import { connect, connectWith, keyFor } from './target.js';

export interface Finding {
  readonly status: 'ok' | 'warning' | 'failed';
  readonly detail: string;
  /** What to type or do; empty when nothing is needed. */
  readonly hint: string;
  /** Which exit code a failed check stands for. */
  readonly exit: ExitName;
}

export interface Check {
  readonly name: string;
  look(ctx: CliContext, command: Command): Finding | Promise<Finding>;
}

const ok = (detail: string): Finding => ({ status: 'ok', detail, hint: '', exit: 'ok' });
const warning = (detail: string, hint: string): Finding => ({ status: 'warning', detail, hint, exit: 'ok' });
const failed = (detail: string, hint: string, exit: ExitName): Finding => ({ status: 'failed', detail, hint, exit });

/** An error of ours is a finding: the check went wrong and said why. */
export async function lookSafely(check: Check, ctx: CliContext, command: Command): Promise<Finding> {
  try {
    return await check.look(ctx, command);
  } catch (error) {
    if (ctx.callSignal.aborted || !(error instanceof SkyvernError)) throw error;
    return failed(error.message, error.hint, error.exit);
  }
}

export const CHECKS: readonly Check[] = [
  { name: 'node', look: ({ io }) => nodeFinding(io.env['NODE_OPTIONS'], io.execPath) },
  { name: 'configuration', look: configuration },
  { name: 'on the PATH', look: onPath },
  { name: 'key', look: key },
  { name: 'server', look: server },
  { name: 'proxy', look: proxy },
  { name: 'browser', look: browser },
  { name: 'embedded server', look: embedded },
  { name: 'language model', look: languageModel },
  { name: 'starts', look: starts },
  { name: 'disk', look: disk },
];

function nodeFinding(options: string | undefined, execPath: string): Finding {
  if (options?.includes('--require') || options?.includes('--import')) {
    return warning(
      `${execPath}, with NODE_OPTIONS=${options}: other code runs inside this program`,
      'unset NODE_OPTIONS if that is not wanted',
    );
  }
  return ok(execPath);
}

function configuration(ctx: CliContext, command: Command): Finding {
  const settings = settingsOf(ctx, command);
  const { profile, baseUrl } = settings;
  const { config, keys } = settingsPaths(editDeps(ctx));
  for (const file of [config, keys]) {
    const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? 0;
    if (ctx.io.platform !== 'win32' && (mode & 0o077) !== 0) return warning(`others may read ${file}`, `chmod 600 ${file}`);
  }
  const server = isEmbedded(command, settings) ? 'the embedded server' : baseUrl.value.origin;
  return ok(`profile ${profile.value}, ${server} (${baseUrl.source === 'default' ? 'default' : baseUrl.where})`);
}

/** The Python package installs a `skyvern` too: the first one on the PATH is the one that is typed. */
function onPath({ io }: CliContext): Finding {
  const names = io.platform === 'win32' ? ['skyvern.cmd', 'skyvern.exe'] : ['skyvern'];
  const found = (io.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find(isProgram);
  if (found === undefined) return warning('no `skyvern` is on the PATH: this one was started by its path', 'npm link, or npx skyvern');
  const [theirs, ours] = [realpathSync(found), realpathSync(io.argv[1] ?? found)];
  return theirs === ours
    ? ok(found)
    : warning(`${found} is another program of that name; this one is ${ours}`, 'put the folder of the latter first in PATH');
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

async function key(ctx: CliContext, command: Command): Promise<Finding> {
  const settings = settingsOf(ctx, command);
  if (isEmbedded(command, settings)) return ok('the embedded server makes its own');
  const found = await keyFor(ctx, settings);
  const { client, call } = connectWith(ctx, command, found);
  const me = await client.server.me(call);
  const name = typeof me['organization_name'] === 'string' ? `${me['organization_name']}, ` : '';
  return ok(`from ${found.where}, of ${name}${me.organization_id}`);
}

/** How far clocks may differ before times and signatures become doubtful. */
const MAX_SKEW_MS = 60_000;

async function server(ctx: CliContext, command: Command): Promise<Finding> {
  const { client, baseUrl, call } = await connect(ctx, command);
  const version = await client.server.version(call).catch(() => 'an unknown version');
  const { serverNow } = await client.runs.listPage({ pageSize: 1 }, call);
  const skewMs = serverNow === null ? 0 : serverNow - ctx.clock.now();
  if (Math.abs(skewMs) > MAX_SKEW_MS) {
    return warning(`${baseUrl.origin}, its clock differs by ${duration(Math.abs(skewMs))}`, 'set the clock of this machine by NTP');
  }
  return ok(`${baseUrl.origin}, version ${version}`);
}

function proxy({ io }: CliContext): Finding {
  const set = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'NO_PROXY', 'no_proxy'].filter((name) => io.env[name]);
  if (io.env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    return failed(
      'NODE_TLS_REJECT_UNAUTHORIZED=0: anybody on the way can read the key',
      'unset it; name your CA in NODE_EXTRA_CA_CERTS',
      'integrity',
    );
  }
  // Throws for what is no address.
  for (const protocol of ['https', 'http']) proxyFor(new URL(`${protocol}://any.example`), io.env);
  return ok(set.length === 0 ? 'none' : `by ${set.join(', ')}`);
}

/** Whether it starts, with its sandbox, is found out by starting it. */
async function browser({ io, paths, callSignal }: CliContext): Promise<Finding> {
  const program = await findBrowser(io, { path: null, headed: false, cacheDir: paths.cache });
  const { launchBrowser } = await import('../browser/launch.js');
  const launched = await launchBrowser(io, program, { headed: false, sandbox: true, signal: callSignal });
  await launched.close();
  return ok(`${program.path}, starts with its sandbox`);
}

async function embedded(ctx: CliContext): Promise<Finding> {
  const status = await localStatus(daemonDeps(ctx));
  if (!status) return ok('not running; --local starts it');
  const { running, queued } = status.runs;
  const what = `${status.base_url}, ${running} running, ${queued} queued`;
  return status.notices.length > 0 ? warning(`${what}; ${status.notices.join('; ')}`, '`skyvern local logs`') : ok(what);
}

/** Asks the configured one a small question; nothing is asked of a model that only happens to be there. */
async function languageModel(ctx: CliContext, command: Command): Promise<Finding> {
  const { isModel, modelLabel, modelOf } = await import('./model.js');
  const settings = settingsOf(ctx, command);
  if (settings.model.provider.value === null) {
    const { ollamaModels } = await import('../model/ollama.js');
    const found = await ollamaModels(ctx.io.env, ctx.callSignal);
    const here =
      found?.[0] === undefined
        ? ''
        : `; an Ollama answers with ${found.join(', ')}: \`skyvern auth login --model ollama/${found[0]}\` uses it`;
    return ok(`none; --local runs \`--engine rules\` without one${here}`);
  }
  const found = await modelOf(ctx, settings);
  if (!isModel(found)) return failed(found.missing, found.hint, 'auth');
  const { check } = await import('./modelLogin.js');
  await check(ctx, found, { provider: settings.model.provider.value });
  return ok(`${modelLabel(found)} at ${new URL(found.baseUrl).origin} answers (${settings.model.provider.where})`);
}

function starts({ paths, io, clock, random }: CliContext): Finding {
  const left = leftStarts(new Journal({ paths, owner: io, clock, random }));
  const open = left.filter((op) => !isSettled(op)).length;
  if (left.length === 0) return ok('every start has a known outcome');
  const untold = left.length - open;
  const what = [
    open > 0 ? `${plural(open, 'start')} with an unknown outcome` : '',
    untold > 0 ? `${plural(untold, 'run')} that nobody was told of` : '',
  ];
  return warning(what.filter(Boolean).join(', '), '`skyvern run recover`');
}

const LOW_BYTES = 500 * 1024 * 1024;

function disk({ paths, io, random }: CliContext): Finding {
  const folder = nearest(paths.state);
  if (folder === paths.state) assertOurs(folder, io);
  tryWriting(folder, random);
  const { bavail, bsize, type } = statfsSync(folder);
  const megabytes = Math.floor((bavail * bsize) / 1024 / 1024);
  const detail = `${megabytes.toLocaleString('en')} MB free below ${folder}`;
  if (bavail * bsize < LOW_BYTES) return warning(detail, 'make room: a start is refused when it cannot be written down');
  const shared = sharedFileSystem(type);
  return shared === null
    ? ok(detail)
    : warning(
        `${detail}, on ${shared}: the embedded server's database is not safe there`,
        'set SKYVERN_HOME to a folder on a disk of this machine before you use `--local`',
      );
}

/** The folder itself, or the nearest above it that is there. */
const nearest = (folder: string): string =>
  statSync(folder, { throwIfNoEntry: false }) || dirname(folder) === folder ? folder : nearest(dirname(folder));

/** As a start is written down: a whole new file, on the disk. `LocalError` where that fails, whatever the free room. */
function tryWriting(folder: string, random: Random): void {
  const path = join(folder, `.doctor-${Buffer.from(random.bytes(8)).toString('hex')}`);
  createDurably(path, '', random);
  removeIfThere(path);
}

/** File systems that several machines may have open at once, by the type that Linux gives them (statfs(2)); null for others. */
export const sharedFileSystem = (type: number): string | null => SHARED.get(type) ?? null;

const SHARED: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x01021997, '9p'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x517b, 'SMB'],
  [0x5346414f, 'AFS'],
  [0x00c36400, 'Ceph'],
]);
