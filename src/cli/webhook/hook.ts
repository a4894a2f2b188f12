/** `--exec`: a program of the user's own for each webhook. It gets the body on its standard input and nothing in its arguments. */
import { spawn } from 'node:child_process';
import type { Io } from '../../io.js';

export interface HookDeps {
  readonly io: Pick<Io, 'env'>;
  readonly signal: AbortSignal;
  /** What the program writes, both streams. */
  onOutput(text: string): void;
}

/** A program that takes longer is ended. */
const LIMIT_MS = 600_000;

/** What programs need to work at all. Keys and tokens of this shell are none of it. */
const PASSED = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'TZ',
  'TMPDIR',
  'TEMP',
  'TMP',
  'SystemRoot',
  'ComSpec',
  'PATHEXT',
  'USERPROFILE',
];

/** Resolves with null for success, else with what went wrong. No shell: the words are the program and its arguments. */
export function runHook(
  { io, signal, onOutput }: HookDeps,
  [program, ...args]: readonly string[],
  body: Uint8Array,
  about: Readonly<Record<string, string>>,
): Promise<string | null> {
  const env = Object.fromEntries(
    Object.entries(io.env).filter(([name, value]) => value !== undefined && (PASSED.includes(name) || /^LC_/.test(name))),
  );
  return new Promise((resolve) => {
    const child = spawn(program as string, args, {
      shell: false,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...env, ...about },
      signal: AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]),
      killSignal: 'SIGKILL',
    });
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', onOutput);
    // One that does not read its input is fine.
    child.stdin.on('error', () => {});
    child.stdin.end(body);
    child.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ENOENT' ? `there is no program ${program}` : error.message),
    );
    child.once('close', (code, killedBy) => resolve(code === 0 ? null : `${program} ended with ${killedBy ?? code}`));
  });
}
