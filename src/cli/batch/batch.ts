/** One run for each row, a few at a time: shared by `workflow batch` and `task batch`. */
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { maskSecrets } from '../../client/redact.js';
import { type ExitCode, exitCode, SkyvernError, UsageError, Verdict } from '../../errors.js';
import { withLock } from '../../lock.js';
import { printable, safeJson } from '../../render/sanitize.js';
import { plural } from '../../render/words.js';
import { worstExit } from '../../runs/exit.js';
import { SharedReads } from '../../runs/sharedReads.js';
import { watchRun } from '../../runs/watch.js';
import type { CliContext } from '../context.js';
import { outputMode, write } from '../output.js';
import { integer } from '../parsers.js';
import { Progress } from '../progress.js';
import type { Beginning } from '../start.js';
import { journalOf, type Target } from '../target.js';
import { Ledger } from './ledger.js';
import { type Row, readRows } from './rows.js';

export interface BatchFlags {
  readonly input: string;
  readonly concurrency: number;
  readonly ledger?: string;
  readonly resume?: boolean;
  readonly retryFailed?: boolean;
  readonly maxFailures?: number;
  readonly dryRun?: boolean;
}

const MAX_CONCURRENCY = 100;

export const addBatchOptions = (command: Command): Command =>
  command
    .requiredOption('-i, --input <file>', 'the rows: CSV whose first line names the columns, or .jsonl with an object in each line')
    .addOption(new Option('-c, --concurrency <n>', 'runs under way at once, 1 to 100').default(5).argParser(atOnce))
    .option('--ledger <file>', 'where it is written what became of each row (default: the input with .ledger)')
    .option('--resume', 'go on with a batch that was stopped: rows that have ended are passed over, no run is started twice')
    .option('--retry-failed', 'with --resume: start again what has not completed')
    .option('--max-failures <n>', 'start no more after so many rows have failed', integer)
    .option('--dry-run', 'check every row, say what would be started, and start nothing');

function atOnce(text: string): number {
  const number = integer(text);
  if (number < 1 || number > MAX_CONCURRENCY) throw new InvalidArgumentError(`It is between 1 and ${MAX_CONCURRENCY}.`);
  return number;
}

export interface BatchPlan {
  /** What is run, so that a ledger of something else is not gone on with. */
  readonly about: string;
  /** The request of a row. Throws `UsageError` for a row that does not fit. */
  requestOf(row: Row): object;
  begin(request: object): Beginning;
}

const MAX_FAULTS = 10;
const SHOWN_REQUESTS = 3;

/** @throws Verdict with the worst code of all rows, of earlier calls too */
export async function runBatch(ctx: CliContext, command: Command, target: Target, plan: BatchPlan, flags: BatchFlags): Promise<void> {
  const { io, random } = ctx;
  if (flags.retryFailed && !flags.resume)
    throw new UsageError('--retry-failed is for a batch that is gone on with', { hint: 'add --resume' });
  const input = resolve(io.cwd(), flags.input);
  const { total, alike } = await checkRows(input, plan);
  if (flags.dryRun) return tellPlan(ctx, input, total, plan);
  const path = resolve(io.cwd(), flags.ledger ?? `${flags.input}.ledger`);
  await withLock(`${path}.lock`, { ...ctx, owner: io, patienceMs: 500 }, async () => {
    const ledger = Ledger.open(path, plan.about, flags.resume === true, random);
    try {
      await new Batch(ctx, target, plan, flags, ledger, { total, alike }, outputMode(ctx, command) === 'quiet').run(readRows(input));
    } finally {
      ledger.close();
    }
  });
}

interface Checked {
  readonly total: number;
  /** Digests of requests that more than one row makes. */
  readonly alike: ReadonlySet<number>;
}

/** Knows a request again among those of the batch. A number: there may be a million. */
const digestOf = (request: object): number => createHash('sha256').update(JSON.stringify(request)).digest().readUIntBE(0, 6);

/** Every row before the first start: a fault in the last one costs nothing then. */
async function checkRows(input: string, plan: BatchPlan): Promise<Checked> {
  let count = 0;
  const seen = new Set<number>();
  const alike = new Set<number>();
  const faults: string[] = [];
  try {
    for await (const row of readRows(input)) {
      count++;
      try {
        const digest = digestOf(plan.requestOf(row));
        if (seen.has(digest)) alike.add(digest);
        seen.add(digest);
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        faults.push(`row ${row.number}: ${error.message}`);
        if (faults.length === MAX_FAULTS) break;
      }
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof SkyvernError || code === undefined) throw error;
    throw new UsageError(code === 'ENOENT' ? `there is no file ${input}` : `${input} cannot be read (${code})`, {
      hint: 'name the rows with --input',
    });
  }
  if (faults.length > 0)
    throw new UsageError(printable(faults.join('; ')), { code: 'bad_rows', hint: 'nothing was started; mend these rows first' });
  if (count === 0) throw new UsageError(`${input} has no rows`, { hint: 'the first line of CSV names the columns; rows come after it' });
  return { total: count, alike };
}

async function tellPlan({ io }: CliContext, input: string, total: number, plan: BatchPlan): Promise<void> {
  let shown = 0;
  for await (const row of readRows(input)) {
    await write(io.stdout, `${safeJson({ row: row.number, request: maskSecrets(plan.requestOf(row)) })}\n`);
    if (!io.stdout.isTTY || ++shown < SHOWN_REQUESTS) continue;
    break;
  }
  io.stderr.write(`${plural(total, 'row')} would be started; nothing was\n`);
}

/** A row that could not be started, or whose run could not be followed, for a reason that the next one has, too. */
const isFatal = ({ exit }: SkyvernError): boolean => ['auth', 'usage', 'localFault', 'integrity', 'bug'].includes(exit);
/** A refusal is an end; what may be over in a minute is not: the same start is tried again by --resume. */
const isDefinite = ({ exit }: SkyvernError): boolean => exit === 'refused' || exit === 'notFound';

class Batch {
  readonly #ctx: CliContext;
  readonly #target: Target;
  readonly #plan: BatchPlan;
  readonly #flags: BatchFlags;
  readonly #ledger: Ledger;
  readonly #total: number;
  readonly #alike: Checked['alike'];
  readonly #quiet: boolean;
  readonly #keyMark: string | null;
  readonly #reads: SharedReads;
  readonly #progress: Progress;
  readonly #codes = new Set<ExitCode>();
  #done = 0;
  #failed = 0;
  #running = 0;
  #failure: { readonly error: unknown } | null = null;

  constructor(ctx: CliContext, target: Target, plan: BatchPlan, flags: BatchFlags, ledger: Ledger, rows: Checked, quiet: boolean) {
    this.#ctx = ctx;
    this.#target = target;
    this.#plan = plan;
    this.#flags = flags;
    this.#ledger = ledger;
    this.#total = rows.total;
    this.#alike = rows.alike;
    this.#quiet = quiet;
    this.#keyMark = target.keyMark();
    const { clock, random, signal } = ctx;
    this.#reads = new SharedReads(target.client.runs, { clock, random, signal });
    this.#progress = new Progress(ctx.io);
  }

  async run(rows: AsyncGenerator<Row, void>): Promise<void> {
    const worker = async () => {
      while (!this.#isStopped()) {
        const { value: row, done } = await rows.next();
        if (done || !row) return;
        await this.#row(row).catch((error: unknown) => {
          this.#failure ??= { error };
        });
      }
    };
    try {
      await Promise.all(Array.from({ length: this.#flags.concurrency }, worker));
    } finally {
      await rows.return();
      this.#progress.end();
    }
    this.#tellEnd();
    if (this.#ctx.signal.aborted) throw this.#ctx.signal.reason;
    if (this.#failure) throw this.#failure.error;
    const worst = worstExit([...this.#codes]);
    if (worst !== exitCode('ok')) throw new Verdict(worst);
  }

  #isStopped(): boolean {
    const { maxFailures } = this.#flags;
    return this.#failure !== null || this.#ctx.callSignal.aborted || (maxFailures !== undefined && this.#failed >= maxFailures);
  }

  async #row(row: Row): Promise<void> {
    const before = this.#ledger.endOf(row);
    if (before && !(this.#flags.retryFailed && before.exit_code !== exitCode('ok'))) {
      this.#count(before.exit_code as ExitCode);
      return;
    }
    const attempt = this.#ledger.attemptOf(row);
    this.#running++;
    try {
      const runId = this.#ledger.runOf(row) ?? (await this.#start(row, attempt));
      this.#say();
      await this.#follow(row, attempt, runId);
    } catch (error) {
      if (!(error instanceof SkyvernError) || this.#ctx.callSignal.aborted || isFatal(error)) throw error;
      if (isDefinite(error)) this.#ledger.ended(row, attempt, { run_id: null, status: 'not_started', exit_code: error.exitCode });
      await this.#tell(row, null, error.exitCode, { run_id: null, status: null, output: null, failure_reason: error.message });
    } finally {
      this.#running--;
      this.#say();
    }
  }

  /** @returns its run */
  async #start(row: Row, attempt: number): Promise<string> {
    const { io, clock, random, signal } = this.#ctx;
    const { client, baseUrl, profile, local, deadlineAt } = this.#target;
    const request = this.#plan.requestOf(row);
    const isAlike = this.#alike.has(digestOf(request));
    const { run } = await this.#plan.begin(request).start(
      {
        ...{ client, clock, random, signal, journal: journalOf(this.#ctx), cwd: io.cwd() },
        server: { baseUrl, profile, local, keyMark: this.#keyMark, replays: local },
        ...(deadlineAt !== null && { deadlineAt }),
      },
      // Of rows that are alike, the run of another one must not be taken for a lost one of this.
      { runKey: `batch/${this.#ledger.id}/${row.number}/${attempt}`, adopt: isAlike ? 'exact' : 'content' },
    );
    this.#ledger.started(row, attempt, run.run_id);
    return run.run_id;
  }

  async #follow(row: Row, attempt: number, runId: string): Promise<void> {
    const { clock, random, signal } = this.#ctx;
    const options = { clock, random, signal, onPause: 'wait', deadlineMs: this.#target.deadlineAt, details: false } as const;
    for await (const event of watchRun(this.#reads.source, runId, { ...options, createdMs: clock.monotonic() })) {
      if (event.type !== 'result') continue;
      const { run, status, exit_code, error } = event;
      if (error === null) this.#ledger.ended(row, attempt, { run_id: runId, status: status ?? 'unknown', exit_code });
      const failure_reason = error?.message ?? run?.failure_reason ?? null;
      await this.#tell(row, runId, exit_code, { run_id: runId, status, output: run?.output ?? null, failure_reason });
    }
  }

  /** A line for each row, as it ends; people are told of those that did not end well. */
  async #tell(row: Row, runId: string | null, code: ExitCode, result: Readonly<Record<string, unknown>>): Promise<void> {
    this.#count(code);
    await write(this.#ctx.io.stdout, `${safeJson({ row: row.number, ...result, exit_code: code })}\n`);
    const { io, callSignal } = this.#ctx;
    if (code === exitCode('ok') || this.#quiet || callSignal.aborted || io.stderr.isTTY) return;
    const reason = typeof result['failure_reason'] === 'string' ? `: ${result['failure_reason']}` : '';
    io.stderr.write(
      `${printable(`row ${row.number} ${runId ?? ''} ${result['status'] ?? 'was not started'}${reason}`.replace(/ +/g, ' '))}\n`,
    );
  }

  #count(code: ExitCode): void {
    this.#codes.add(code);
    this.#done++;
    if (code !== exitCode('ok')) this.#failed++;
  }

  #counts(): string {
    const failed = this.#failed > 0 ? `, ${this.#failed} not completed` : '';
    return `${this.#done} of ${plural(this.#total, 'row')}${failed}`;
  }

  #say(): void {
    if (!this.#quiet && this.#ctx.io.stderr.isTTY) this.#progress.say(`${this.#counts()}; ${this.#running} under way`);
  }

  #tellEnd(): void {
    if (this.#quiet) return;
    const { io } = this.#ctx;
    io.stderr.write(`${this.#counts()}\n`);
    if (this.#done < this.#total || this.#failed > 0) {
      const more =
        this.#done < this.#total ? 'the same command with --resume goes on' : 'with --resume --retry-failed these are started again';
      io.stderr.write(`next: ${more}\n`);
    }
  }
}
