/** The embedded server from a command's side: a browser made ready, a server found or started, and what takes time told. */
import { type DaemonDeps, ensureLocalServer, findLocalServer, type LocalServer } from '../server/daemon.js';
import type { CliContext } from './context.js';
import { Progress } from './progress.js';

export const daemonDeps = ({ io, clock, random, callSignal }: CliContext): DaemonDeps => ({
  io,
  clock,
  random,
  signal: callSignal,
  version: __VERSION__,
});

/** The running server, or null. */
export const findLocal = (ctx: CliContext): Promise<LocalServer | null> => findLocalServer(daemonDeps(ctx));

/**
 * The running server, started when there is none. The browser is made ready first and here, so that unpacking it is seen.
 * @param args more arguments of `local start` for a server that has to be started
 */
export async function startLocal(ctx: CliContext, args: readonly string[] = []): Promise<LocalServer> {
  const deps = daemonDeps(ctx);
  const running = await findLocalServer(deps);
  if (running?.version === __VERSION__) return running;
  const { findBrowser } = await import('../browser/find.js');
  const progress = new Progress(ctx.io);
  try {
    await findBrowser(ctx.io, {
      path: null,
      headed: false,
      cacheDir: ctx.paths.cache,
      onProgress: (done, total) => progress.say(`unpacking the browser ${Math.floor((done / total) * 100)} %`),
    });
    return await ensureLocalServer(deps, { args, onProgress: (text) => progress.say(text) });
  } finally {
    progress.end();
  }
}
