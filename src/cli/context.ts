/** What a command is given: the injected world, and lazily what most commands need. And what a command is. */
import type { Command } from 'commander';
import type { Timeouts } from '../client/connection.js';
import type { Clock } from '../clock.js';
import type { Keychain } from '../config/keychain.js';
import type { Io } from '../io.js';
import type { Paths } from '../paths.js';
import type { Random } from '../random.js';

/** Flags that every command takes, as commander hands them over. */
export interface GlobalFlags {
  readonly profile?: string;
  readonly local?: boolean;
  readonly baseUrl?: string;
  readonly apiKeyFile?: string;
  readonly insecureHttp?: boolean;
  readonly output?: string;
  readonly json?: boolean;
  /** JMESPath; implies `json`. */
  readonly query?: string;
  readonly columns?: string;
  readonly quiet?: boolean;
  readonly color?: boolean;
  readonly input?: boolean;
  /** Milliseconds. */
  readonly timeout?: number;
}

export interface CliContext {
  readonly io: Io;
  readonly clock: Clock;
  readonly random: Random;
  readonly paths: Paths;
  /** Aborts with an `Interrupted`. */
  readonly signal: AbortSignal;
  /** For a live view in which Ctrl-C arrives as a key: aborts `signal` as the real signal would. */
  interrupt(): void;
  /** False by `--no-color`; the environment may say no, too. */
  readonly color: boolean;
  /** `--timeout`: when to give up, on `clock.monotonic()`; null for never. */
  readonly deadlineAt: number | null;
  /** Aborts with `signal`, and when the time limit passed: what single requests are given. */
  readonly callSignal: AbortSignal;
  /** Starts the time limit, unless there is one already. */
  limitTo(timeoutMs: number): void;
  /** Real time limits of single requests; the client's own where left out. */
  readonly timeouts?: Partial<Timeouts>;
  /** All commands, for those that tell of them. */
  readonly commands: readonly CommandNode[];
  /** Rejects with `LocalError` `no_keychain` where there is none: keys are in a file of mode 0600 then. */
  keychain(): Promise<Keychain>;
  /** Done when the command is over, however it ended. */
  onEnd(cleanUp: () => unknown): void;
}

/** A command's file: adds arguments, options, examples and the action. */
export interface CommandFile {
  define(command: Command, ctx: CliContext): void;
}

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<CommandFile>;
}

export interface CommandGroup {
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly CommandNode[];
}

export type CommandNode = CommandEntry | CommandGroup;
