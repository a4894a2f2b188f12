import { posix, win32 } from 'node:path';
import type { Io } from './io.js';

/** The folders this tool owns. They need not exist: whoever writes makes them, 0700. */
export interface Paths {
  /** `conf` and named profiles. */
  readonly config: string;
  /** Journal of starts, ids started here, the embedded server's state file. */
  readonly state: string;
  /** The embedded server's database and artifacts. */
  readonly data: string;
  /** What can be made again: unpacked browsers. */
  readonly cache: string;
}

/** XDG folders on Linux, the platform's own elsewhere; `SKYVERN_HOME` puts all four below one folder. */
export function paths({ env, platform }: Pick<Io, 'env' | 'platform'>): Paths {
  const { join } = platform === 'win32' ? win32 : posix;
  const under = (root: string): Paths => ({
    config: join(root, 'config'),
    state: join(root, 'state'),
    data: join(root, 'data'),
    cache: join(root, 'cache'),
  });
  if (env['SKYVERN_HOME']) return under(env['SKYVERN_HOME']);
  if (platform === 'win32') return under(join(env['LOCALAPPDATA'] ?? join(env['USERPROFILE'] ?? '.', 'AppData', 'Local'), 'skyvern'));
  const home = env['HOME'] ?? '/';
  if (platform === 'darwin')
    return { ...under(join(home, 'Library', 'Application Support', 'skyvern')), cache: join(home, 'Library', 'Caches', 'skyvern') };
  const xdg = (name: string, fallback: string) => join(env[name] || join(home, fallback), 'skyvern');
  return {
    config: xdg('XDG_CONFIG_HOME', '.config'),
    state: xdg('XDG_STATE_HOME', '.local/state'),
    data: xdg('XDG_DATA_HOME', '.local/share'),
    cache: xdg('XDG_CACHE_HOME', '.cache'),
  };
}
