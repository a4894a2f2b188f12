/** What looks on while runs are followed, whatever the output mode: a recording, a JUnit report, GitHub Actions. */
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { maskSecrets, type Redact, redactor, secretsOf } from '../client/redact.js';
import { LocalError } from '../errors.js';
import type { Run } from '../protocol/run.js';
import { junitXml } from '../render/junit.js';
import { isLive, type OutputMode } from '../render/pick.js';
import { recordRenderer } from '../render/recording.js';
import type { Renderer } from '../render/renderer.js';
import { printable } from '../render/sanitize.js';
import { Views } from '../runs/views.js';
import type { CliContext } from './context.js';
import { inActions } from './github/workflow.js';

export interface ObserverFlags {
  readonly record?: string;
  readonly junit?: string;
}

export const addObserverOptions = (command: Command): Command =>
  command
    .option('--record <file>', 'keep every event in this file, secrets taken out, for `skyvern run replay`')
    .option('--junit <file>', 'write the verdict to this file as a JUnit report, for CI');

export interface ObservedRuns {
  /** What they are called on the screen; null for their own names. */
  readonly title: string | null;
  /** Which runs, in a word or two. */
  readonly about: string;
  /** Mask the keys of the servers that are asked. */
  readonly keys: readonly Redact[];
}

export interface Observers {
  /** Before the renderers of the output mode, and after them. */
  readonly before: readonly Renderer[];
  readonly after: readonly Renderer[];
}

/**
 * Opens the files, so that what cannot be written is known before anything is started.
 * @throws LocalError
 */
export async function observers(
  ctx: CliContext,
  { record, junit }: ObserverFlags,
  mode: OutputMode,
  { title, about, keys }: ObservedRuns,
): Promise<Observers> {
  const after: Renderer[] = [];
  if (record !== undefined) after.push(recorder(ctx, record, title, keys));
  if (junit !== undefined) after.push(junitReport(ctx, junit));
  if (!inActions(ctx.io) || isLive(ctx.io, mode)) return { before: [], after };
  const { actionsRenderer } = await import('./github/renderer.js');
  const group = mode !== 'quiet' && mode !== 'ndjson';
  return { before: [actionsRenderer(ctx.io, { random: ctx.random, title: title ?? about, group })], after };
}

/** Readable by its owner alone: what is taken out is what is known to be secret. */
function recorder({ io }: CliContext, file: string, title: string | null, keys: readonly Redact[]): Renderer {
  const path = resolve(io.cwd(), file);
  const descriptor = opened(path, 0o600);
  let broken = false;
  const write = (line: string) => {
    if (broken) return;
    try {
      writeSync(descriptor, line);
    } catch (error) {
      broken = true;
      io.stderr.write(`warning: the recording ends here: ${printable(file)} cannot be written (${codeOf(error)})\n`);
    }
  };
  const { columns = null, rows = null, isTTY } = io.stderr;
  const size = isTTY ? { columns, rows } : { columns: null, rows: null };
  const head = { recording: 1, by: `skyvern ${__VERSION__}`, title, ...size } as const;
  const renderer = recordRenderer(head, write, cleaner(keys));
  return { ...renderer, close: () => closeSync(descriptor) };
}

/** Fields that hold no text of anybody: masked digits would make times and ids of them that nobody can read. */
const STRUCTURE = /(?:^|_)(?:at|id|type|status|ids)$|^(?:from|to|kind|code)$/;

/**
 * Takes out what is secret by its field, what the run was given under such a field wherever it comes back, keys, and what looks
 * like a secret. One for each stream: what a run was given is known from its first event on.
 */
export function cleaner(keys: readonly Redact[]): (value: unknown) => unknown {
  const secrets = new Set<string>();
  let redactGiven = redactor(secrets);
  const learn = (request: unknown) => {
    const known = secrets.size;
    for (const secret of secretsOf(request)) secrets.add(secret);
    if (secrets.size > known) redactGiven = redactor(secrets);
  };
  const redact = (text: string) => keys.reduce((clean, key) => key(clean), redactGiven(text));
  const walk = (value: unknown, name: string): unknown => {
    if (typeof value === 'string') return STRUCTURE.test(name) ? value : redact(value);
    if (Array.isArray(value)) return value.map((each) => walk(each, name));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, walk(each, key)]));
  };
  return (value) => {
    const { run } = value as { readonly run?: Run | null };
    if (run?.run_request) learn(run.run_request);
    return walk(maskSecrets(value), '');
  };
}

function junitReport({ io }: CliContext, file: string): Renderer {
  const path = resolve(io.cwd(), file);
  closeSync(opened(path, 0o666));
  const views = new Views();
  return {
    audience: 'machine',
    event: (event) => void views.event(event),
    close() {
      try {
        writeFileSync(path, junitXml(views.all()));
      } catch (error) {
        throw cannotWrite(path, error);
      }
    },
  };
}

function opened(path: string, mode: number): number {
  try {
    return openSync(path, 'w', mode);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);

const cannotWrite = (path: string, error: unknown): LocalError =>
  new LocalError('not_written', `${path} cannot be written (${codeOf(error)})`, {
    hint: 'give a file in a folder that is there and yours',
    cause: error,
  });
