/** A page in the person's browser, by what the platform has for it. No shell: an address is never a command. */
import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { type Io, withoutSecrets } from '../io.js';
import { isWebUrl } from '../render/words.js';

/**
 * Whether a browser was asked to show it; false where there is no display, or no program for it.
 * @param url http or https, else nothing is done
 */
export const openUrl = async (io: Pick<Io, 'platform' | 'env'>, url: string): Promise<boolean> => isWebUrl(url) && open(io, url);

/** The same for a page that is a file of ours. @param path absolute */
export const openFile = (io: Pick<Io, 'platform' | 'env'>, path: string): Promise<boolean> => open(io, pathToFileURL(path).href);

async function open({ platform, env }: Pick<Io, 'platform' | 'env'>, url: string): Promise<boolean> {
  if (platform === 'linux' && !env['DISPLAY'] && !env['WAYLAND_DISPLAY']) return false;
  const [program, ...args] = OPENERS[platform] ?? ['xdg-open'];
  return new Promise((resolve) => {
    const child = spawn(program as string, [...args, url], { stdio: 'ignore', detached: true, shell: false, env: withoutSecrets(env) });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}

/** `start` of Windows is a word of its shell; this is what it does with an address. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  win32: ['rundll32.exe', 'url.dll,FileProtocolHandler'],
};
