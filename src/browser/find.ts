/** Which browser to start: the one that was named, an installed one, or the one from npm. */
import { constants } from 'node:fs';
import { access, chmod, lstat, mkdir, open, realpath, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { LocalError } from '../errors.js';
import type { Host } from './types.js';
import { type Progress, unpackChromium } from './unpack.js';

export interface BrowserProgram {
  readonly path: string;
  /** True for a headless shell: it cannot open a window. */
  readonly headlessOnly: boolean;
  /** What the program needs in its environment besides ours. */
  readonly env: Readonly<Record<string, string>>;
}

export interface FindOptions {
  /** `--browser-path`; null when not given. */
  readonly path: string | null;
  readonly headed: boolean;
  /** Our cache folder. A process of root uses one that other users can read instead. */
  readonly cacheDir: string;
  readonly onProgress?: Progress;
  /** Where installed browsers are looked for; the platform's usual places when left out. */
  readonly places?: readonly string[];
}

const WAYS =
  'install Chrome, Chromium or Edge; or on Linux x64 type `npm install @sparticuz/chromium` beside this program; or name one with `--browser-path` or SKYVERN_BROWSER_PATH';

/**
 * Finds a browser, unpacking the one from npm the first time.
 *
 * Throws `LocalError`: `browser_path` when the named one cannot be run, `browser_missing` when there is none.
 */
export async function findBrowser(host: Host, options: FindOptions): Promise<BrowserProgram> {
  const named = options.path ?? host.env['SKYVERN_BROWSER_PATH'];
  if (named) {
    if (await isProgram(named)) return { path: named, headlessOnly: /headless[-_]shell/i.test(named), env: {} };
    throw new LocalError('browser_path', `${named} is not a program that can be run`, { hint: 'name a browser with `--browser-path`' });
  }
  for (const path of options.places ?? usualPlaces(host)) {
    if ((await isProgram(path)) && !(await isSnap(path))) return { path, headlessOnly: false, env: {} };
  }
  const fromNpm = host.platform === 'linux' && host.arch === 'x64' ? npmPackage() : null;
  if (!fromNpm) throw new LocalError('browser_missing', 'no Chromium was found on this machine', { hint: WAYS });
  if (options.headed) {
    throw new LocalError('browser_missing', 'the Chromium from npm cannot open a window, and no other one was found', { hint: WAYS });
  }
  const root = await readableCache(host, options.cacheDir);
  const at = await unpackChromium(fromNpm.binDir, join(root, `chromium-${fromNpm.version}`), options.onProgress);
  return { path: at.program, headlessOnly: true, env: { LD_LIBRARY_PATH: at.libraries, FONTCONFIG_FILE: at.fontSettings } };
}

/** Full paths where the platform's installers put browsers, stable Chrome first. */
function usualPlaces({ env, platform }: Host): string[] {
  if (platform === 'win32') {
    const roots = [env['PROGRAMFILES'], env['PROGRAMFILES(X86)'], env['LOCALAPPDATA']].filter((root) => root !== undefined);
    const programs = [
      'Google\\Chrome\\Application\\chrome.exe',
      'Chromium\\Application\\chrome.exe',
      'Microsoft\\Edge\\Application\\msedge.exe',
    ];
    return programs.flatMap((program) => roots.map((root) => `${root}\\${program}`));
  }
  if (platform === 'darwin') {
    const apps = ['Google Chrome', 'Chromium', 'Microsoft Edge'];
    const roots = ['/Applications', ...(env['HOME'] ? [`${env['HOME']}/Applications`] : [])];
    return apps.flatMap((app) => roots.map((root) => `${root}/${app}.app/Contents/MacOS/${app}`));
  }
  const names = ['google-chrome-stable', 'google-chrome', 'chromium', 'chromium-browser', 'microsoft-edge-stable', 'microsoft-edge'];
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder.startsWith('/'));
  return [
    ...names.flatMap((name) => folders.map((folder) => join(folder, name))),
    '/opt/google/chrome/chrome',
    '/opt/chromium/chrome',
    '/opt/microsoft/msedge/msedge',
  ];
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** Snaps see neither our temporary folders nor our pipes: Ubuntu's `chromium-browser` is a script that starts one. */
async function isSnap(path: string): Promise<boolean> {
  const real = await realpath(path);
  if (real.startsWith('/snap/') || real === '/usr/bin/snap') return true;
  const file = await open(real);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
    const head = buffer.toString('latin1', 0, bytesRead);
    return head.startsWith('#!') && head.includes('/snap/');
  } finally {
    await file.close();
  }
}

function npmPackage(): { readonly binDir: string; readonly version: string } | null {
  const require = createRequire(import.meta.url);
  try {
    // Its exports name only the entry, which lies in build/; package.json is one folder up.
    const root = dirname(dirname(require.resolve('@sparticuz/chromium')));
    const { version } = require(join(root, 'package.json')) as { version: string };
    return { binDir: join(root, 'bin'), version };
  } catch {
    return null;
  }
}

/**
 * Where an unpacked browser goes. Started by root, the browser gives up root: it cannot read below a 0700 home, so it lies in a
 * system folder, which must be root's own: anybody could have made one of that name in a temporary folder.
 */
async function readableCache(host: Host, cacheDir: string): Promise<string> {
  if (host.getuid?.() !== 0) return cacheDir;
  for (const folder of ['/var/cache/skyvern', join(tmpdir(), 'skyvern-cache-root')]) {
    try {
      await mkdir(folder, { recursive: true, mode: 0o755 });
      const found = await lstat(folder);
      if (!found.isDirectory() || found.uid !== 0 || (found.mode & 0o022) !== 0) continue;
      if ((found.mode & 0o055) !== 0o055) await chmod(folder, 0o755);
      return folder;
    } catch {
      // Not writable here: the next one.
    }
  }
  throw new LocalError('browser_cache', 'no folder was found for a browser that does not run as root', {
    hint: 'make /var/cache writable, or name an installed browser with `--browser-path`',
  });
}
