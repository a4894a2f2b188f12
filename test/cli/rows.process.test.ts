/** Faults of disks, streams, signals and zones, tried on the built program: `npm test` builds first. */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type FaultServer, faultServer } from '../support/faultServer.js';
import { tempFolder } from '../support/io.js';
import { hasStrace } from '../torture/killPoints.js';

const ROOT = join(import.meta.dirname, '../..');
const PROGRAM = join(ROOT, 'bin/skyvern.js');

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Resolves when stdout matches. */
  shows(wanted: RegExp): Promise<void>;
}

const environment = (server: FaultServer | null, home: string) => ({
  PATH: process.env['PATH'] ?? '',
  SKYVERN_HOME: home,
  SKYVERN_API_KEY: 'key-1',
  SKYVERN_BASE_URL: server?.url ?? 'https://nowhere.invalid',
});

function start(command: string, args: readonly string[], env: Readonly<Record<string, string>>): Running {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let [stdout, stderr] = ['', ''];
  let waiting: { readonly wanted: RegExp; readonly found: () => void }[] = [];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
    waiting = waiting.filter(({ wanted, found }) => {
      if (wanted.test(stdout)) found();
      return !wanted.test(stdout);
    });
  });
  child.stderr.on('data', (chunk) => (stderr += chunk));
  return {
    pid: child.pid as number,
    ended: new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr }))),
    shows: (wanted) => (wanted.test(stdout) ? Promise.resolve() : new Promise((found) => waiting.push({ wanted, found }))),
  };
}

const skyvern = (server: FaultServer | null, argv: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  start(process.execPath, [PROGRAM, ...argv], { ...environment(server, tempFolder()), ...env });

/** The same behind a shell's redirections. `%` stands for the program and its arguments. */
const inShell = (server: FaultServer, line: string, argv: readonly string[]) =>
  start('bash', ['-c', line.replace('%', `"${process.execPath}" "${PROGRAM}" ${argv.join(' ')}`)], environment(server, tempFolder()));

const TASK = ['task', 'run', '--prompt', 'x', '--url', 'https://x.example'];

describe.skipIf(!hasStrace())('F42 a disk that fails at a call of a start', () => {
  /** By the order of a start: the key, the entry, `sent`, and after the answer `acked`. */
  const CALLS: readonly (readonly [inject: string, made: number, sentence: RegExp, hint: RegExp])[] = [
    ['fsync:error=EIO:when=1', 0, /cannot write \S+local\.key: the disk reports an error/, /SKYVERN_HOME/],
    ['link:error=EROFS:when=1', 0, /cannot write \S+: the file system is read-only/, /SKYVERN_HOME/],
    ['rename:error=EACCES:when=1', 0, /cannot write \S+\.json: permission denied/, /SKYVERN_HOME/],
    ['rename:error=ENOSPC:when=2', 1, /the run tsk_\d+ was started, and cannot write \S+: the disk is full/, /`skyvern run watch tsk_\d+`/],
  ];
  test.each(CALLS)('%s: 17, said with the path, and what came of the run', async (inject, made, sentence, hint) => {
    const server = await faultServer();
    const home = tempFolder();
    const [syscall = ''] = inject.split(':');
    // The process, not its threads: every write of ours is made there.
    const strace = ['-o', '/dev/null', '-e', `trace=${syscall}`, '-e', `inject=${inject}`];
    const { code, stdout, stderr } = await start('strace', [...strace, process.execPath, PROGRAM, ...TASK], environment(server, home))
      .ended;
    expect([code, stdout, server.made.length], stderr).toEqual([17, '', made]);
    const [error, told] = stderr.trimEnd().split('\n');
    expect(error).toMatch(sentence);
    expect(told).toMatch(/^hint: /);
    expect(told).toMatch(hint);
    // The next command knows: nothing is lost with the write.
    const { stdout: recovered } = await start(process.execPath, [PROGRAM, 'run', 'recover', '--json'], environment(server, home)).ended;
    expect(JSON.parse(recovered).flatMap(({ run_id }: { run_id: string | null }) => run_id ?? [])).toEqual(
      server.made.map(({ run_id }) => run_id),
    );
  });

  test('that the run is not remembered is no failure of its start', async () => {
    const server = await faultServer();
    const home = tempFolder();
    const strace = ['-o', '/dev/null', '-e', 'trace=fsync', '-e', 'inject=fsync:error=EIO:when=9+'];
    const { code, stdout, stderr } = await start('strace', [...strace, process.execPath, PROGRAM, ...TASK], environment(server, home))
      .ended;
    expect([code, stdout], stderr).toEqual([0, `${server.made[0]?.run_id}\n`]);
    expect(stderr).toMatch(/^notice: @last will not find tsk_\d+: cannot write .*: the disk reports an error$/m);
  });
});

describe.skipIf(process.platform === 'win32')('F47 F48 streams that fail', () => {
  const rows = async () => {
    const server = await faultServer({ status: () => 'completed' });
    for (let count = 0; count < 300; count++) server.twin({ prompt: 'x'.repeat(50), url: 'https://x.example/' }, Date.now());
    return server;
  };
  const LIST = ['run', 'list', '-n', '300', '--json'];
  test.each([
    ['F47 a reader that went away', '% | head -c 1 > /dev/null; exit ${PIPESTATUS[0]}', LIST, 0, /^$/],
    ['F47 a full disk', '% > /dev/full', LIST, 17, /^error: the output cannot be written: the disk is full\n$/],
    ['F47 a closed stdout', '% >&-', LIST, 0, /^$/],
    ['F48 a closed stderr', '% 2>&-', ['run', 'get', 'tsk_9'], 5, /^$/],
    ['F48 no TERM at all', 'unset TERM; %', ['run', 'get', 'tsk_9'], 5, /^error: .*\nhint: .*\n$/],
    ['F35 a closed stdin', '% <&-', ['run', 'get', 'tsk_9'], 5, /^error: .*\nhint: .*\n$/],
  ] as const)('%s', async (_, line, argv, code, said) => {
    const { code: ended, stderr } = await inShell(await rows(), line, argv).ended;
    expect(ended, stderr).toBe(code);
    expect(stderr).toMatch(said);
  });

  test('F47 a slow reader gets every row', async () => {
    const { stdout } = await inShell(await rows(), '% | { sleep 0.2; cat; }', LIST).ended;
    expect(JSON.parse(stdout)).toHaveLength(300);
  });
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('F34 F35 %s in a watch: %i, the way back, and whole lines', async (signal, code) => {
  const server = await faultServer();
  const id = server.twin({}, Date.now());
  const running = skyvern(server, ['run', 'watch', id, '--output', 'ndjson']);
  await running.shows(/"status"/);
  process.kill(running.pid, signal);
  const { code: ended, stdout, stderr } = await running.ended;
  expect(ended).toBe(code);
  expect(stdout.endsWith('\n')).toBe(true);
  expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) as string)).toMatchObject({ type: 'result', exit_code: code });
  expect(stderr).toContain(`skyvern run watch ${id}`);
});

test('F24 a name that nobody knows: never sent, told so, and nothing was started', async () => {
  const { code, stdout, stderr } = await skyvern(null, [...TASK, '--timeout', '20s', '--json']).ended;
  expect([code, stdout]).toEqual([3, '']);
  expect(JSON.parse(stderr.trimEnd().split('\n').at(-1) as string)).toMatchObject({
    message: expect.stringMatching(/nowhere\.invalid.*; nothing was started$/),
    exit_code: 3,
  });
});

test('F19 the zone of this machine changes nothing that is shown', async () => {
  const server = await faultServer({ status: () => 'completed' });
  const id = server.twin({ prompt: 'x' }, Date.now() - 5_000);
  const lines = [
    ['run', 'get', id],
    ['run', 'list', '--since', '1h'],
    ['run', 'timeline', id],
  ];
  const shown = await Promise.all(
    ['UTC', 'Pacific/Kiritimati', 'America/St_Johns'].map(async (TZ) => {
      const ended = await Promise.all(lines.map((line) => skyvern(server, line, { TZ }).ended));
      return ended.map(({ stdout, stderr }) => stdout + stderr);
    }),
  );
  expect(shown[0]?.[0]).toContain(id);
  expect(shown[0]?.[1]).toContain(id);
  expect(shown[1]).toEqual(shown[0]);
  expect(shown[2]).toEqual(shown[0]);
});

test('without HOME, as a service of the system has it, the home of its user is used', () => {
  const { stdout } = spawnSync(process.execPath, [PROGRAM, 'config', 'path', '--json'], { env: {}, encoding: 'utf8' });
  expect(JSON.parse(stdout)).toMatchObject({ state: join(userInfo().homedir, '.local/state/skyvern') });
});

test('F64 a program whose files are replaced while it watches goes on to the end', async () => {
  let over = false;
  const server = await faultServer({ status: () => (over ? 'completed' : 'running') });
  const id = server.twin({}, Date.now());
  const folder = tempFolder();
  for (const part of ['bin', 'dist']) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
  const argv = [join(folder, 'bin/skyvern.js'), 'run', 'watch', id, '--output', 'ndjson'];
  const running = start(process.execPath, argv, environment(server, tempFolder()));
  await running.shows(/"running"/);
  for (const part of ['bin', 'dist']) rmSync(join(folder, part), { recursive: true });
  expect(readdirSync(folder)).not.toContain('dist');
  over = true;
  expect((await running.ended).code).toBe(0);
});

test('F24 the same start goes through where the name is known: the check would notice', async () => {
  const server = await faultServer();
  expect((await skyvern(server, TASK).ended).code).toBe(0);
  expect(spawnSync(process.execPath, [PROGRAM, '--version']).status).toBe(0);
});
