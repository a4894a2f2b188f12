/**
 * Exit codes and the errors that carry them.
 *
 * Exit codes are public API: scripts branch on them, so a number never changes its meaning. This table is the only one:
 * `skyvern exit-codes` and the README print it.
 */
export const EXIT_CODES = {
  ok: [0, 'completed; or the command did what it says'],
  bug: [1, 'a bug in this tool'],
  usage: [2, 'usage: flag, value, file'],
  network: [3, 'network or server error, retries used up'],
  auth: [4, 'key missing or refused'],
  notFound: [5, 'not found'],
  rateLimited: [6, 'rate limited past the deadline'],
  startUnknown: [7, 'start outcome unknown; or that of making something'],
  stillRunning: [8, 'still running (`run get --exit-status`)'],
  refused: [9, 'refused by the server (400, 402, 409, 422)'],
  runFailed: [10, 'run `failed`'],
  runTerminated: [11, 'run `terminated`'],
  runCanceled: [12, 'run `canceled`'],
  runTimedOut: [13, 'run `timed_out`'],
  needsPerson: [14, 'run waits for a person (`--on-pause fail`)'],
  notMet: [15, '`--assert` or `--output-schema` not met'],
  integrity: [16, 'integrity: checksum, signature, wrong origin'],
  localFault: [17, 'local disk, lock or permission'],
  timeout: [124, '`--timeout` passed; the run goes on'],
  hangup: [129, 'SIGHUP'],
  interrupted: [130, 'SIGINT (Ctrl-C): detached, the run goes on'],
  terminated: [143, 'SIGTERM'],
} as const satisfies Record<string, readonly [number, string]>;

export type ExitName = keyof typeof EXIT_CODES;
export type ExitCode = (typeof EXIT_CODES)[ExitName][0];
export const exitCode = (name: ExitName): ExitCode => EXIT_CODES[name][0];

export interface ErrorOptions {
  /** What to type next. Commands stand in backticks and exist: a test resolves each. */
  readonly hint?: string;
  readonly cause?: unknown;
  readonly runId?: string;
  readonly requestId?: string;
  /** The answer that was the failure. */
  readonly reply?: ReplyHead;
  /** When the server wants to be asked again, in milliseconds from now. */
  readonly retryAfterMs?: number;
  /** See `SkyvernError.maybeDone`. */
  readonly maybeDone?: boolean;
}

/** An answer without its body. */
export interface ReplyHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly url: string;
}

/** The same as the official SDK gives it. */
export interface RawResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly url: string;
}

export function rawResponse({ status, headers, url }: ReplyHead): RawResponse {
  const entries = Object.entries(headers).flatMap(([name, value]) => [value ?? []].flat().map((each): [string, string] => [name, each]));
  return { status, headers: new Headers(entries), url };
}

/** `message` is what went wrong in one sentence; `code` is stable and searchable; `exit` names a row of the table. */
export class SkyvernError extends Error {
  readonly code: string;
  readonly exit: ExitName;
  readonly hint: string;
  readonly runId: string | undefined;
  readonly requestId: string | undefined;
  /** When the server wants to be asked again, in milliseconds after the failure; undefined when it does not say. */
  readonly retryAfterMs: number | undefined;
  /** What was asked for may have been done all the same: the server may have received it, and no refusal came. */
  readonly maybeDone: boolean;
  readonly #reply: ReplyHead | undefined;
  constructor(exit: ExitName, code: string, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.exit = exit;
    this.code = code;
    this.hint = options.hint ?? '';
    this.runId = options.runId;
    this.requestId = options.requestId;
    this.retryAfterMs = options.retryAfterMs;
    this.maybeDone = options.maybeDone === true;
    this.#reply = options.reply;
  }
  get exitCode(): ExitCode {
    return exitCode(this.exit);
  }
  /** The HTTP status, of an `ApiError`. */
  get statusCode(): number | undefined {
    return undefined;
  }
  /** Status, headers and address of the answer, of an `ApiError`. */
  get rawResponse(): RawResponse | undefined {
    return this.#reply && rawResponse(this.#reply);
  }
  /** The decoded answer, of an `ApiError`. */
  get body(): unknown {
    return undefined;
  }
}

/** A wait that was given a time, and took longer: 124. The run goes on; `runId` says which. */
export class WaitTimeoutError extends SkyvernError {
  constructor(message: string, options: ErrorOptions = {}) {
    super('timeout', 'timeout', message, options);
  }
}

/** Bad flag, value or file: 2. */
export class UsageError extends SkyvernError {
  constructor(message: string, options: ErrorOptions & { code?: string } = {}) {
    super('usage', options.code ?? 'usage', message, options);
  }
}

/** No usable answer after the retries that are allowed: 3. */
export class NetworkError extends SkyvernError {
  constructor(code: string, message: string, options: ErrorOptions = {}) {
    super('network', code, message, options);
  }
}

/** The server, or the way to it, was too slow: 3. */
export class SkyvernTimeoutError extends NetworkError {}

/** An answer with a status of 400 or more. The exit code follows from it. Made by `apiError`. */
export class ApiError extends SkyvernError {
  /** The HTTP status. */
  readonly status: number;
  readonly #body: unknown;
  constructor(exit: ExitName, code: string, status: number, message: string, body: unknown, options: ErrorOptions = {}) {
    super(exit, code, message, options);
    this.status = status;
    this.#body = body;
  }
  /** As the server sent it, decoded. Untrusted, and it may echo what was sent. */
  override get body(): unknown {
    return this.#body;
  }
  override get statusCode(): number {
    return this.status;
  }
}

export class BadRequestError extends ApiError {}
export class ForbiddenError extends ApiError {}
export class NotFoundError extends ApiError {}
export class ConflictError extends ApiError {}
export class RangeNotSatisfiableError extends ApiError {}
export class UnprocessableEntityError extends ApiError {}
export class InternalServerError extends ApiError {}

/** Statuses with a class of their own, named as in the official SDK. */
const API_ERRORS: Readonly<Record<number, typeof ApiError>> = {
  400: BadRequestError,
  403: ForbiddenError,
  404: NotFoundError,
  409: ConflictError,
  416: RangeNotSatisfiableError,
  422: UnprocessableEntityError,
  500: InternalServerError,
};

/** The error of the class that belongs to the status. */
export const apiError = (...[exit, code, status, ...rest]: ConstructorParameters<typeof ApiError>): ApiError =>
  new (API_ERRORS[status] ?? ApiError)(exit, code, status, ...rest);

/** @internal Says of a refusal when the server wants to be asked again. */
export function comeBackLater<E extends SkyvernError>(error: E, waitMs: number | undefined): E {
  if (waitMs !== undefined) error.message = `${error.message}; it asks to come back in ${Math.ceil(waitMs / 1000)} s`;
  return error;
}

/** Wrong origin, checksum or signature: 16. */
export class IntegrityError extends SkyvernError {
  constructor(code: string, message: string, options: ErrorOptions = {}) {
    super('integrity', code, message, options);
  }
}

/** Disk, lock, permission, missing browser, port taken: 17. */
export class LocalError extends SkyvernError {
  constructor(code: string, message: string, options: ErrorOptions = {}) {
    super('localFault', code, message, options);
  }
}

/** What an abort signal carries when the user or the system asked us to stop: 129, 130 or 143. */
export class Interrupted extends SkyvernError {
  constructor(exit: 'hangup' | 'interrupted' | 'terminated', options: ErrorOptions = {}) {
    super(exit, exit, 'interrupted', options);
  }
}

/** Not a fault: the outcome was already shown, and main() only has to exit with its code. */
export class Verdict extends Error {
  readonly exitCode: ExitCode;
  constructor(code: ExitCode) {
    super(`exit ${code}`);
    this.name = 'Verdict';
    this.exitCode = code;
  }
}
