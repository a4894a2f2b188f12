/**
 * Starts Chromium, or connects to one that runs elsewhere.
 *
 * The sandbox is on. Chromium's sandbox does not work for root, so a browser started by root becomes an unprivileged user first,
 * with its profile and its downloads in folders of that user. It is spoken to over a pipe: no debugging port is open.
 */
import type { ChildProcess } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, LaunchOptions as LaunchSettings } from 'playwright-core';
import { LocalError, NetworkError } from '../errors.js';
import { type Io, withoutSecrets } from '../io.js';
import type { BrowserProgram } from './find.js';
import { MAX_MESSAGE_BYTES, withGuardedPipe } from './pipeGuard.js';
import type { Host } from './types.js';

export interface LaunchOptions {
  readonly headed: boolean;
  /** False only by `--no-browser-sandbox`. */
  readonly sandbox: boolean;
  /** Of one message that the browser sends. */
  readonly maxMessageBytes?: number;
  /** Ends a browser that is not there yet, with all its processes; for one that is there see `close`. */
  readonly signal?: AbortSignal;
}

/** What a later process needs to end a browser that outlived its own. */
export interface BrowserTrace {
  readonly pid: number;
  /** Holds the profile and the downloads; its name is in the browser's command line. */
  readonly folder: string;
}

export interface LaunchedBrowser {
  readonly browser: Browser;
  /** Null for a browser that we did not start. */
  readonly trace: BrowserTrace | null;
  /** Ends the browser and all its processes, and removes its folder. Never rejects. */
  close(): Promise<void>;
}

/** `nobody`: there on every Linux, owns nothing, and no login has it. */
const UNPRIVILEGED_ID = 65534;

/** Ids of the users that a browser of ours and this process run as; null where there are none. */
export function browserUsers({ getuid }: Pick<Host, 'getuid'>): readonly number[] | null {
  const own = getuid?.();
  if (own === undefined) return null;
  return own === 0 ? [0, UNPRIVILEGED_ID] : [own];
}

/**
 * Runs in place of the browser: notes its process id, gives up root when told to, and becomes the browser. The pipe that the browser
 * is driven by, descriptors 3 and 4, passes through both `exec`. The profile folder was made by root, for root alone.
 */
const STARTER = `#!/bin/sh
set -e
echo $$ > "$BROWSER_FOLDER/pid"
[ -n "$BROWSER_ID" ] || exec "$BROWSER_PROGRAM" "$@" "--skyvern-folder=$BROWSER_FOLDER"
for argument; do case $argument in --user-data-dir=*) profile=\${argument#*=} ;; esac; done
chown -R "$BROWSER_ID:$BROWSER_ID" "$profile"
export HOME="$profile" TMPDIR="$profile" XDG_CACHE_HOME="$profile" XDG_CONFIG_HOME="$profile"
exec setpriv --reuid "$BROWSER_ID" --regid "$BROWSER_ID" --clear-groups -- "$BROWSER_PROGRAM" "$@" "--skyvern-folder=$BROWSER_FOLDER"
`;

/**
 * Nothing leaves the browser but through the proxy of a run's own context: the browser as a whole has one that does not exist, no name is
 * looked up here, and WebRTC sends no datagram past a proxy. `<-loopback>` undoes Chromium's habit of passing loopback by the proxy.
 */
const NO_PROXY_HOST = 'http://no-proxy.invalid:1';
const GUARDS = [
  // A page that allocates for ever crashes at one gigabyte of objects, before it takes the machine with it. In megabytes.
  '--js-flags=--max-old-space-size=1024',
  '--webrtc-ip-handling-policy=disable_non_proxied_udp',
  '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

/** How long a browser may take to come up, in milliseconds; Playwright takes half of that again to end one that does not. */
const START_MS = 60_000;

/** Throws `LocalError`: `sandbox_unavailable` where the kernel refuses one, `browser_start` for any other failure; or as `signal` says. */
export async function launchBrowser(
  host: Host & Pick<Io, 'kill'>,
  program: BrowserProgram,
  options: LaunchOptions,
): Promise<LaunchedBrowser> {
  if (options.headed && program.headlessOnly) {
    throw new LocalError('browser_headless', `${program.path} cannot open a window`, { hint: 'name another one with `--browser-path`' });
  }
  const { signal = new AbortController().signal } = options;
  const { chromium } = await import('playwright-core');
  const dropTo = host.getuid?.() === 0 ? UNPRIVILEGED_ID : null;
  const folder = await mkdtemp(join(tmpdir(), 'skyvern-chromium-'));
  const remove = () => rm(folder, { recursive: true, force: true }).catch(() => {});
  try {
    const downloads = join(folder, 'downloads');
    await mkdir(downloads, { mode: 0o700 });
    if (dropTo !== null) {
      await chmod(folder, 0o711);
      await chown(downloads, dropTo, dropTo);
    }
    const starter = join(folder, 'start');
    const windows = host.platform === 'win32';
    if (!windows) await writeFile(starter, STARTER, { mode: 0o700 });
    const executablePath = windows ? program.path : starter;
    const settings: LaunchSettings = {
      executablePath,
      headless: !options.headed,
      chromiumSandbox: options.sandbox,
      downloadsPath: downloads,
      proxy: { server: NO_PROXY_HOST, bypass: '<-loopback>' },
      args: GUARDS,
      env: {
        // The browser runs untrusted pages: it learns nothing of ours, nor a proxy's password.
        ...withoutSecrets(host.env, (name) => name.startsWith('SKYVERN_') || /_proxy$/i.test(name)),
        ...program.env,
        BROWSER_PROGRAM: program.path,
        BROWSER_FOLDER: folder,
        BROWSER_ID: dropTo === null ? '' : String(dropTo),
      },
      // Signals are the caller's to handle.
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
      timeout: START_MS,
    };
    signal.throwIfAborted();
    const guarding = {
      maxBytes: options.maxMessageBytes ?? MAX_MESSAGE_BYTES,
      signal,
      end: (started: ChildProcess) => endWithAllOfIt(host, started.pid!),
    };
    const browser = await withGuardedPipe(executablePath, guarding, () => chromium.launch(settings));
    const pid = windows ? null : Number(await readFile(join(folder, 'pid'), 'utf8'));
    return {
      browser,
      trace: pid === null ? null : { pid, folder },
      close: async () => {
        await browser.close().catch(() => {});
        await remove();
      },
    };
  } catch (error) {
    await remove();
    signal.throwIfAborted();
    throw startError(error, program.path);
  }
}

/** Ends a browser with all its processes, whatever it does; nothing when it is gone already. */
export function endWithAllOfIt(host: Pick<Io, 'kill' | 'platform'>, pid: number): void {
  try {
    // Playwright makes the browser the leader of a process group of its own.
    host.kill(host.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // it is gone already
  }
}

/** Connects to a browser by its CDP address. Throws `NetworkError` `browser_unreachable`. */
export async function connectBrowser(address: string, headers: Readonly<Record<string, string>>): Promise<LaunchedBrowser> {
  const { chromium } = await import('playwright-core');
  try {
    const browser = await chromium.connectOverCDP(address, { headers: { ...headers }, timeout: 15_000 });
    return { browser, trace: null, close: () => browser.close().catch(() => {}) };
  } catch (cause) {
    throw new NetworkError('browser_unreachable', `no browser answers at ${address}`, { cause, hint: 'check `--browser-address`' });
  }
}

/** Ends the browser of an earlier process, if it still runs, and removes its folder. A reused process id is left alone. */
export async function endLeftBrowser(trace: BrowserTrace, kill: (pid: number, signal: NodeJS.Signals) => unknown): Promise<void> {
  const commandLine = await readFile(`/proc/${trace.pid}/cmdline`, 'utf8').catch(() => '');
  if (commandLine.split('\0').includes(`--skyvern-folder=${trace.folder}`)) {
    const profile = commandLine
      .split('\0')
      .find((argument) => argument.startsWith('--user-data-dir='))
      ?.slice('--user-data-dir='.length);
    // Playwright makes the browser the leader of a process group of its own.
    kill(-trace.pid, 'SIGKILL');
    if (profile?.startsWith(join(tmpdir(), 'playwright_'))) await rm(profile, { recursive: true, force: true, maxRetries: 3 });
  }
  if (trace.folder.startsWith(join(tmpdir(), 'skyvern-chromium-'))) await rm(trace.folder, { recursive: true, force: true });
}

function startError(error: unknown, path: string): LocalError {
  const message = error instanceof Error ? error.message : String(error);
  if (/no usable sandbox|failed to move to new namespace|sandbox_host|running as root without --no-sandbox/i.test(message)) {
    return new LocalError('sandbox_unavailable', 'this system does not let Chromium start its sandbox', {
      cause: error,
      hint: 'allow unprivileged user namespaces, or do without: `skyvern local start --no-browser-sandbox`',
    });
  }
  return new LocalError('browser_start', `the browser at ${path} did not start: ${reasonOf(message)}`, {
    cause: error,
    hint: 'name another one with `--browser-path`',
  });
}

/** The first line of the browser's own words, else of Playwright's. */
function reasonOf(message: string): string {
  const lines = message.split('\n').map((line) => line.trim());
  const own = lines.map((line) => /\[err\] (.+)/.exec(line)?.[1]).find((line) => line !== undefined);
  return own ?? lines.find((line) => line !== '') ?? 'no reason given';
}
