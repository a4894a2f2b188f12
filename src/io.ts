/** A stream we write to; `columns` and `rows` are there on a terminal. */
export type Out = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number };

/** What a command may know of the outside world, except time, randomness and the network. `process` has this shape. */
export interface Io {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  /** Results: what a pipe wants. */
  readonly stdout: Out;
  /** What a person wants. */
  readonly stderr: Out;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  readonly pid: number;
  /** The Node that runs us and the script it was given: how the embedded server is started beside us. */
  readonly execPath: string;
  readonly argv: readonly string[];
  cwd(): string;
  /** Undefined where the platform knows no user ids. */
  getuid?(): number;
  /** `kill(pid, 0)` asks whether a process lives; throws ESRCH when it does not. Process 0 is the whole group of this one. */
  kill(pid: number, signal?: NodeJS.Signals | 0): true;
}

/** Names of variables that hold a key, a password or the like, whoever set them. */
const SECRET_NAME = /KEY|TOKEN|SECRET|PASSW|CREDENTIAL/i;

/** User and password of an address, as a proxy's variable may hold them. */
const USERINFO = /(:\/\/)[^/?#\s@]+@/g;

/** An environment for a child process: without what `isUnwanted` names, and without anybody's keys and passwords. */
export const withoutSecrets = (env: Io['env'], isUnwanted: (name: string) => boolean = () => false): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value === undefined || SECRET_NAME.test(name) || isUnwanted(name) ? [] : [[name, value.replace(USERINFO, '$1')]],
    ),
  );
