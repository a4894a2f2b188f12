/**
 * What a step of GitHub Actions can tell its runner: commands in the log, and files named by the environment.
 *
 * Commands count in whatever is printed, so text of others reaches the log only through `printable`, and these functions
 * escape what they are given. docs.github.com: workflow commands for GitHub Actions.
 */
import { appendFileSync } from 'node:fs';
import type { Io } from '../../io.js';
import type { Random } from '../../random.js';
import type { Problem } from '../../render/errors.js';
import { printable } from '../../render/sanitize.js';

type World = Pick<Io, 'env' | 'stderr'>;

export const inActions = ({ env }: Pick<Io, 'env'>): boolean => env['GITHUB_ACTIONS'] === 'true';

const escapeData = (text: string): string => text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
const escapeProperty = (text: string): string => escapeData(text).replace(/:/g, '%3A').replace(/,/g, '%2C');

function command({ stderr }: World, name: string, properties: Readonly<Record<string, string>>, data: string): void {
  const list = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(value)}`);
  stderr.write(`::${[name, list.join(',')].filter(Boolean).join(' ')}::${escapeData(data)}\n`);
}

export const beginGroup = (io: World, title: string): void => command(io, 'group', {}, printable(title, { maxLength: 200 }));
export const endGroup = (io: World): void => command(io, 'endgroup', {}, '');

/** An annotation at the run of the workflow: what went wrong, and what to do. */
export function annotate(io: World, { message, hint }: Pick<Problem, 'message' | 'hint'>, link: string | null = null): void {
  const text = [message, hint && `hint: ${hint}`, link].flatMap((each) => (each ? printable(each, { maxLength: 2_000 }) : []));
  command(io, 'error', { title: 'skyvern' }, text.join('\n'));
}

const masked = new WeakMap<World['stderr'], Set<string>>();

/** Hides a value in everything that the job prints from now on, whoever prints it. */
export function maskInLog(io: World, secret: string): void {
  if (!inActions(io) || secret === '') return;
  const known = masked.get(io.stderr) ?? new Set();
  masked.set(io.stderr, known);
  if (known.has(secret)) return;
  known.add(secret);
  command(io, 'add-mask', {}, secret);
}

/** Larger values are refused by the runner. */
const MAX_OUTPUT_BYTES = 1_000_000;
/** Of the summary of one step. */
const MAX_SUMMARY_BYTES = 1_000_000;

/** Outputs of the step, for `steps.ID.outputs.NAME`. What is too large is left out, and said. */
export function setOutputs(io: World, random: Random, outputs: Readonly<Record<string, string>>): void {
  const file = inActions(io) ? io.env['GITHUB_OUTPUT'] : undefined;
  if (!file) return;
  for (const [name, value] of Object.entries(outputs)) {
    if (Buffer.byteLength(value) > MAX_OUTPUT_BYTES) {
      io.stderr.write(`notice: the step output ${name} is left out: it is larger than 1 MB\n`);
      continue;
    }
    // Whoever could foresee the delimiter could set any output by writing it into the value.
    const delimiter = `end_${Buffer.from(random.bytes(16)).toString('hex')}`;
    append(io, file, `${name}<<${delimiter}\n${value}\n${delimiter}\n`);
  }
}

/** Adds to the summary of the step, as far as there is room. */
export function addSummary(io: World, markdown: string): void {
  const file = inActions(io) ? io.env['GITHUB_STEP_SUMMARY'] : undefined;
  if (file && Buffer.byteLength(markdown) <= MAX_SUMMARY_BYTES) append(io, file, markdown);
}

/** A file of the runner that cannot be written must not turn a run red or green. */
function append(io: World, file: string, text: string): void {
  try {
    appendFileSync(file, text);
  } catch (error) {
    io.stderr.write(`notice: ${printable(file)} cannot be written (${(error as NodeJS.ErrnoException).code})\n`);
  }
}
