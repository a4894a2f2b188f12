// What all measurements need: the program as it is published, built from the sources of now, in a folder of its own.
import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { paths } from '../src/paths.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export async function workshop(quick) {
  const folder = mkdtempSync(join(tmpdir(), 'skyvern-bench-'));
  const home = join(folder, 'home');
  const cleanUps = [() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })];

  cpSync(join(ROOT, 'bin'), join(folder, 'bin'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
  const built = spawnSync(process.execPath, [join(ROOT, 'scripts/build.js')], { env: { ...process.env, OUT: join(folder, 'dist') } });
  if (built.status !== 0) throw new Error(`the build failed: ${built.stderr}`);

  /** Bundles `programs/NAME` with production React, as a program of its own. @returns its file */
  async function bundled(name) {
    const bundle = await rolldown({
      input: { main: here(`programs/${name}`) },
      platform: 'node',
      external: [/^playwright-core/, /^@sparticuz\/chromium/, /^@napi-rs\/keyring/, 'react-devtools-core'],
      transform: { define: { 'process.env.NODE_ENV': '"production"', __VERSION__: '"0.0.0-bench"' } },
      tsconfig: false,
      logLevel: 'silent',
    });
    const dir = join(folder, name);
    mkdirSync(dir);
    await bundle.write({ dir, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' });
    await bundle.close();
    return join(dir, 'main.mjs');
  }

  /** Bundles a program once. @returns what runs it to its end, with these arguments, and gives what it sent */
  async function forked(name) {
    const file = await bundled(name);
    return async (...args) => {
      const child = fork(file, args.map(String), { cwd: folder, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
      let said = '';
      child.stderr.on('data', (text) => {
        said += text;
      });
      let sent;
      child.on('message', (message) => {
        sent = message;
      });
      const [code] = await once(child, 'exit');
      if (code !== 0 || sent === undefined) throw new Error(`${name} ended with ${code}: ${said}`);
      return sent;
    };
  }

  return {
    quick,
    bundled,
    folder,
    program: join(folder, 'bin/skyvern.js'),
    /** Where the browser is unpacked: that of the user, as unpacking takes longer than all else here. */
    cache: paths({ env: process.env, platform: process.platform }).cache,
    /** The environment of every program that is measured: nobody's settings, no terminal that is dumb. */
    env: { PATH: process.env.PATH, HOME: home, SKYVERN_HOME: home, TERM: 'xterm-256color', LANG: 'C.UTF-8' },
    script: (name) => here(`programs/${name}`),
    onClose: (cleanUp) => cleanUps.unshift(cleanUp),
    async close() {
      for (const cleanUp of cleanUps) await cleanUp();
    },

    forked,
    /** Runs a bundled program to its end. @returns what it sent */
    results: async (name, ...args) => (await forked(name))(...args),

    /** A Skyvern server on loopback in a process of its own, which answers with what was recorded from a real one. */
    async recordedServer() {
      const child = fork(here('programs/recordedServer.js'));
      cleanUps.unshift(() => child.kill());
      const [{ url }] = await once(child, 'message');
      return url;
    },
  };
}
