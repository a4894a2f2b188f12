/**
 * Where the local server tells its clients how to reach it: files of mode 0600 in a folder of mode 0700.
 *
 * `server.json` is there while a server runs. `token` and `port` stay, so that a key that was handed to another program and
 * the address it was told hold after a restart.
 */
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalError } from '../errors.js';
import type { Io } from '../io.js';
import { paths } from '../paths.js';
import type { Random } from '../random.js';

export interface ServerState {
  readonly pid: number;
  /** Epoch milliseconds. */
  readonly started: number;
  readonly port: number;
  /** The API key. */
  readonly token: string;
  readonly version: string;
  readonly base_url: string;
}

export class StateFolder {
  readonly path: string;
  readonly logFile: string;
  readonly #uid: number | undefined;

  constructor(io: Pick<Io, 'env' | 'platform' | 'getuid'>) {
    this.path = join(paths(io).state, 'local');
    this.logFile = join(this.path, 'server.log');
    this.#uid = io.getuid?.();
  }

  /** @throws LocalError (17) when it cannot be made */
  make(): void {
    try {
      mkdirSync(this.path, { recursive: true, mode: 0o700 });
      chmodSync(this.path, 0o700);
    } catch (error) {
      throw new LocalError('state_folder', `cannot make the folder ${this.path}: ${(error as Error).message}`, {
        hint: 'set SKYVERN_HOME to a folder that you may write',
        cause: error,
      });
    }
  }

  /** What a running server wrote, or null. A server that died leaves its file: ask it before believing. */
  read(): ServerState | null {
    const text = this.#readPrivate('server.json');
    if (text === null) return null;
    try {
      const state = JSON.parse(text) as ServerState;
      return Number.isInteger(state.port) && typeof state.token === 'string' && state.token !== '' ? state : null;
    } catch {
      return null;
    }
  }

  write(state: ServerState): void {
    this.#writePrivate('server.json', `${JSON.stringify(state)}\n`);
    this.#writePrivate('port', `${state.port}\n`);
  }

  /** Takes back what `write` told, unless another server has written since. */
  remove(pid: number): void {
    if (this.read()?.pid === pid) rmSync(join(this.path, 'server.json'), { force: true });
  }

  /** The port of last time, or null. */
  lastPort(): number | null {
    const port = Number(this.#readPrivate('port') ?? Number.NaN);
    return Number.isInteger(port) && port > 0 && port < 65_536 ? port : null;
  }

  /** The key of this installation: made once, kept. */
  token(random: Random): string {
    const known = this.#readPrivate('token')?.trim();
    if (known) return known;
    const token = Buffer.from(random.bytes(32)).toString('base64url');
    this.#writePrivate('token', `${token}\n`);
    return token;
  }

  /** @throws LocalError (17) when others than the user may read or have written it */
  #readPrivate(name: string): string | null {
    const file = join(this.path, name);
    try {
      const { mode, uid } = statSync(file);
      if (this.#uid !== undefined && (uid !== this.#uid || (mode & 0o077) !== 0)) {
        throw new LocalError('state_file_open', `${file} is not private to you, so its key cannot be trusted`, {
          hint: 'delete that file, then type `skyvern local start`',
        });
      }
      return readFileSync(file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      if (error instanceof LocalError) throw error;
      throw new LocalError('state_file', `cannot read ${file}: ${(error as Error).message}`, { cause: error });
    }
  }

  /** Whole or not at all: readers never see half a file. */
  #writePrivate(name: string, text: string): void {
    this.make();
    const file = join(this.path, name);
    const temporary = `${file}.new`;
    rmSync(temporary, { force: true });
    writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' });
    renameSync(temporary, file);
  }
}
