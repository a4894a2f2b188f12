/**
 * Where the local server tells its clients how to reach it: files of mode 0600 in a folder of mode 0700.
 *
 * `server.json` is there while a server runs. `token` and `port` stay, so that a key that was handed to another program and
 * the address it was told hold after a restart.
 */
import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makePrivateFolder, type Owner, readIfThere, removeIfThere, writeDurably } from '../durable.js';
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
  /** Database and artifacts of the server. */
  readonly dataFolder: string;
  readonly #owner: Owner;

  constructor(io: Owner & Pick<Io, 'env'>) {
    const { state, data } = paths(io);
    this.path = join(state, 'local');
    this.logFile = join(this.path, 'server.log');
    this.dataFolder = join(data, 'local');
    this.#owner = io;
  }

  /** @throws LocalError (17) when it cannot be made, or belongs to somebody else */
  make(): void {
    makePrivateFolder(this.path, this.#owner);
    chmodSync(this.path, 0o700); // of an older umask
  }

  /** What a running server wrote, or null. A server that died leaves its file: ask it before believing. */
  read(): ServerState | null {
    try {
      const state = JSON.parse(this.#readPrivate('server.json') ?? 'null') as ServerState | null;
      return state && Number.isInteger(state.port) && typeof state.token === 'string' && state.token !== '' ? state : null;
    } catch (error) {
      if (error instanceof SyntaxError) return null;
      throw error;
    }
  }

  /** Whether a running server says that it listens there. Believe it no more than `read`. */
  isAddress({ protocol, hostname, port }: URL): boolean {
    return protocol === 'http:' && hostname === '127.0.0.1' && port === String(this.read()?.port);
  }

  write(state: ServerState, random: Random): void {
    writeDurably(join(this.path, 'server.json'), `${JSON.stringify(state)}\n`, random);
    writeDurably(join(this.path, 'port'), `${state.port}\n`, random);
  }

  /** Takes back what `write` told, unless another server has written since. */
  remove(pid: number): void {
    if (this.read()?.pid === pid) removeIfThere(join(this.path, 'server.json'));
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
    writeDurably(join(this.path, 'token'), `${token}\n`, random);
    return token;
  }

  /** @throws LocalError (17) when others than the user may read it or have written it */
  #readPrivate(name: string): string | null {
    const file = join(this.path, name);
    const found = statSync(file, { throwIfNoEntry: false });
    if (!found) return null;
    const uid = this.#owner.getuid?.();
    if (uid !== undefined && (found.uid !== uid || (found.mode & 0o077) !== 0)) {
      throw new LocalError('state_file_open', `${file} is not private to you, so its key cannot be trusted`, {
        hint: 'delete that file, then type `skyvern local start`',
      });
    }
    return readIfThere(file);
  }
}
