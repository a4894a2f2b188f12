/** What `npm run torture` is made of: parts, each with its own count and seeds. */
import { spawn } from 'node:child_process';

export interface PartOptions {
  /** How much is tried: starts, histories, strings, updates of each process. */
  readonly count: number;
  /** Everything that is drawn comes from it. */
  readonly seed: number;
  /** Processes at a time. */
  readonly jobs: number;
}

export interface Outcome {
  /** Figures, as sentences. */
  readonly figures: readonly string[];
  /** What was promised and did not hold, each with how to see it again. */
  readonly broken: readonly string[];
}

export interface Part {
  readonly title: string;
  /** What is tried and what must hold, in a sentence or two. */
  readonly about: string;
  /** How much a whole run tries. */
  readonly count: number;
  run(options: PartOptions): Promise<Outcome>;
  /** A share of the work in a process of its own: the items `first` to `first + count - 1`. What it gives is sent as JSON. */
  work?(first: number, count: number): Promise<unknown>;
}

/** Node's own flags with which a program of the tests runs from its sources. */
export const SOURCES = ['--no-warnings', '--import', new URL('../support/runSources.mjs', import.meta.url).pathname];

/** Items `first` to `first + count - 1` shared out over processes. @returns what each process sent */
export const shareOut = <Result>(name: string, first: number, count: number, jobs: number): Promise<Result[]> =>
  shareOutTo([...SOURCES, new URL('./torture.ts', import.meta.url).pathname, '--only', name, '--work'], first, count, jobs, ([a, b]) => [
    `${a} ${b}`,
  ]);

/** The same over processes of any program. @param argsOf its last arguments, of the first item and the number of items */
export function shareOutTo<Result>(
  program: readonly string[],
  first: number,
  count: number,
  jobs: number,
  argsOf: (share: readonly [first: number, count: number]) => readonly string[] = ([from, many]) => [String(from), String(many)],
): Promise<Result[]> {
  const each = Math.ceil(count / Math.min(jobs, count));
  const firsts = Array.from({ length: Math.ceil(count / each) }, (_, job) => job * each);
  return Promise.all(firsts.map((from) => answerOf<Result>([...program, ...argsOf([first + from, Math.min(each, count - from)])])));
}

function answerOf<Result>(args: readonly string[]): Promise<Result> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  return new Promise((resolve, reject) =>
    child.on('close', (code) =>
      code === 0 ? resolve(JSON.parse(text)) : reject(new Error(`${args.slice(-2).join(' ')} ended with ${code}`)),
    ),
  );
}
