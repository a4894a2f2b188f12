#!/usr/bin/env node
// The only file that touches the real process. It must parse on any Node that knows modules: it is what tells an older one.
const NEEDED = [22, 19];
const [major, minor] = process.versions.node.split('.').map(Number);

if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) await run();
else await handOver();

/** Node's own modules are taken here without `import`, which would read, and so load, more of them than is used. */
async function run() {
  const words = process.argv.slice(2);
  if (printed(readyText(words))) return;

  // A service of the system has no HOME: that of its user is meant.
  if (!process.env.HOME && process.platform !== 'win32') process.env.HOME = homeOfUser();
  // Our own cache folder: one in a shared temporary folder could hold what somebody else put there.
  const { HOME, XDG_CACHE_HOME, LOCALAPPDATA, SKYVERN_HOME } = process.env;
  const { join } = process.getBuiltinModule('node:path');
  const cache = SKYVERN_HOME ? join(SKYVERN_HOME, 'cache') : join(XDG_CACHE_HOME || LOCALAPPDATA || join(HOME ?? '/', '.cache'), 'skyvern');
  process.getBuiltinModule('node:module').enableCompileCache(join(cache, 'compiled'));

  const { main, answerToShell } = await import('../dist/cli.js');
  if (printed(answerToShell(words, process))) return;
  const interrupt = new AbortController();
  // `on`, not `once`: with no listener left, an exit hook in a dependency would end us before clean-up.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // The second Ctrl-C, or SIGTERM, does not wait.
      if (interrupt.signal.aborted && signal !== 'SIGHUP') process.exit(signal === 'SIGINT' ? 130 : 143);
      interrupt.abort(signal);
    });
  }
  // A reader that went away is no error of ours; a full disk is. Either way nobody reads on.
  process.stdout.on('error', (error) => {
    if (error.code === 'EPIPE') process.exit(0);
    const why = error.code === 'ENOSPC' ? 'the disk is full' : error.code;
    process.stderr.write(`error: the output cannot be written: ${why}\n`, () => process.exit(17));
  });
  process.stderr.on('error', () => {});
  // Node would print the error with all that hangs on it, a request with its key included. What is left is where it happened.
  process.on('uncaughtException', (error) => {
    const { name = 'Error', code = '', stack = '' } = Object(error);
    const frames = String(stack)
      .split('\n')
      .filter((line) => /^ {4}at /.test(line));
    process.stderr.write(`error: unexpected: ${[name, code, 'outside of the command', ...frames].filter(Boolean).join(' ')}\n`);
    process.exit(1);
  });
  // A report of a crash holds the environment, and so the key.
  if (/--report/.test(`${process.env.NODE_OPTIONS} ${process.execArgv}`)) process.report.excludeEnv = true;
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = (warning, ...rest) => {
    if (!String(warning).startsWith('SQLite is an experimental feature')) emitWarning(warning, ...rest);
  };
  process.exitCode = await main(words, process, interrupt.signal);
}

/** `/` for a user that the system does not know, as in some containers. */
function homeOfUser() {
  try {
    return process.getBuiltinModule('node:os').userInfo().homedir;
  } catch {
    return '/';
  }
}

/** What the build has made ready, so that it costs no more than an empty program; null when this is something else. */
function readyText(words) {
  const READY = { '--version': 'version.txt', '-V': 'version.txt', '--help': 'help.txt', '-h': 'help.txt' };
  const file = words.length === 0 ? 'help.txt' : words.length === 1 && Object.hasOwn(READY, words[0]) ? READY[words[0]] : null;
  if (file === null) return null;
  const { fstatSync, readFileSync } = process.getBuiltinModule('node:fs');
  try {
    if (file === 'help.txt' && fstatSync(1).isCharacterDevice() && process.stdout.columns < 80) return null; // it is made for 80
    return readFileSync(new URL(`../dist/${file}`, import.meta.url));
  } catch {
    return null;
  }
}

/** Writes a short text without the stream of stdout, which takes 3 ms to make. False when there is none, or it cannot be written. */
function printed(text) {
  if (text === null) return false;
  try {
    process.getBuiltinModule('node:fs').writeFileSync(1, text);
    return true;
  } catch {
    return false; // a reader that went away, a full disk: the stream knows what to do
  }
}

/** A clone brings its own Node beside it: use that one. */
async function handOver() {
  const { spawn } = await import('node:child_process');
  const { existsSync } = await import('node:fs');
  const { fileURLToPath } = await import('node:url');
  const own = fileURLToPath(new URL(`../node_modules/.bin/node${process.platform === 'win32' ? '.exe' : ''}`, import.meta.url));
  if (existsSync(own)) {
    const child = spawn(own, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
    // A terminal tells both of us: the child ends in its own time, and we wait for it.
    for (const signal of ['SIGINT', 'SIGHUP']) process.on(signal, () => {});
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    const [code, signal] = await new Promise((resolve) => child.once('close', (...how) => resolve(how)));
    if (signal) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    }
    process.exitCode = code ?? 1;
    return;
  }
  process.stderr.write(
    `error: skyvern needs Node ${NEEDED.join('.')} or newer, and this is ${process.versions.node}\nhint: install a newer one from https://nodejs.org\n`,
  );
  process.exitCode = 17;
}
