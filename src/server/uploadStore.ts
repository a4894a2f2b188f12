/** Files that clients sent, below the data folder: folder 0700, files 0600, gone when their time is over. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock.js';
import type { Store } from './store.js';

interface UploadRow {
  readonly file_id: string;
  /** Below the folder of uploads. */
  readonly file: string;
}

export class UploadStore {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #folder: string;

  constructor(store: Store, clock: Clock, dataFolder: string) {
    this.#store = store;
    this.#clock = clock;
    this.#folder = join(dataFolder, 'uploads');
  }

  /** @param expiresAt epoch milliseconds; null: it is kept */
  async save(name: string, bytes: Uint8Array, expiresAt: number | null): Promise<{ readonly fileId: string; readonly path: string }> {
    await this.removeExpired();
    const fileId = this.#store.newId('file');
    const file = `${fileId}_${safeName(name)}`;
    const path = join(this.#folder, file);
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await writeFile(path, bytes, { mode: 0o600, flag: 'wx' });
    const sql = 'INSERT INTO uploads (file_id, file, file_size, expires_at, created_at) VALUES (?, ?, ?, ?, ?)';
    this.#store.transact(() => this.#store.run(sql, fileId, file, bytes.length, expiresAt, this.#clock.now()));
    return { fileId, path };
  }

  /** A file that runs can give to pages; null when there is none. */
  find(fileId: string): { readonly name: string; readonly path: string } | null {
    const sql = 'SELECT file_id, file FROM uploads WHERE file_id = ? AND (expires_at IS NULL OR expires_at > ?)';
    const row = this.#store.get<UploadRow>(sql, fileId, this.#clock.now());
    return row && { name: row.file.slice(row.file_id.length + 1), path: join(this.#folder, row.file) };
  }

  /** False when there is none. */
  async delete(fileId: string): Promise<boolean> {
    const row = this.#store.get<UploadRow>('SELECT file_id, file FROM uploads WHERE file_id = ?', fileId);
    if (row) await this.#remove(row);
    return row !== null;
  }

  async removeExpired(): Promise<void> {
    const sql = 'SELECT file_id, file FROM uploads WHERE expires_at <= ?';
    for (const row of this.#store.all<UploadRow>(sql, this.#clock.now())) await this.#remove(row);
  }

  async #remove({ file_id, file }: UploadRow): Promise<void> {
    await rm(join(this.#folder, file), { force: true });
    this.#store.transact(() => this.#store.run('DELETE FROM uploads WHERE file_id = ?', file_id));
  }
}

/** What is left of a name that a stranger chose: no folders, no dots at its ends, nothing that a shell or system reads. */
const safeName = (name: string): string =>
  (name.split(/[\\/]/).at(-1) ?? '')
    .replace(/[^\w.-]+/g, '_')
    .replace(/^\.+|\.+$/g, '')
    .slice(-100) || 'file';
