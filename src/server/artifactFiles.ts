/** The bytes of artifacts, in files below the data folder: folders 0700, files 0600. */
import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync } from 'node:fs';
import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { Readable } from 'node:stream';

/** Part of a file, both ends included. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

export interface StoredFile {
  /** Below the data folder, with `/`. */
  readonly file: string;
  readonly file_size: number;
  /** SHA-256, hex. */
  readonly checksum: string;
}

export class ArtifactFiles {
  readonly #root: string;
  constructor(dataFolder: string) {
    this.#root = dataFolder;
    mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  }

  /** Where pages' files of one run go; made when asked for. */
  downloadsFolder(runId: string): string {
    const folder = join(this.#root, 'downloads', runId);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  }

  /** Where the artifacts of one run lie; made when asked for. */
  runFolder(runId: string): string {
    const folder = join(this.#root, 'artifacts', runId);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  }

  async saveScreenshot(runId: string, artifactId: string, png: Uint8Array): Promise<StoredFile> {
    await writeFile(join(this.runFolder(runId), `${artifactId}.png`), png, { mode: 0o600, flag: 'wx' });
    const checksum = createHash('sha256').update(png).digest('hex');
    return { file: `artifacts/${runId}/${artifactId}.png`, file_size: png.length, checksum };
  }

  /** @param name begins with the artifact's id */
  async saveText(runId: string, name: string, text: string): Promise<StoredFile> {
    const bytes = Buffer.from(text, 'utf8');
    const folder = join(this.#root, 'artifacts', runId);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    await writeFile(join(folder, name), bytes, { mode: 0o600, flag: 'wx' });
    return { file: `artifacts/${runId}/${name}`, file_size: bytes.length, checksum: createHash('sha256').update(bytes).digest('hex') };
  }

  /** Where pages' files go, too. @param name of ours, and new in the run */
  async saveDownload(runId: string, name: string, bytes: Uint8Array): Promise<{ path: string; sizeBytes: number; checksum: string }> {
    const path = join(this.downloadsFolder(runId), name);
    await writeFile(path, bytes, { mode: 0o600, flag: 'wx' });
    return { path, sizeBytes: bytes.length, checksum: createHash('sha256').update(bytes).digest('hex') };
  }

  /** Takes over a file that lies below the data folder already. @throws when it lies elsewhere */
  async adopt(path: string, sizeBytes: number, checksum: string): Promise<StoredFile> {
    const inside = relative(this.#root, path);
    if (inside.startsWith('..') || isAbsolute(inside)) throw new Error('a download lies outside the data folder');
    await chmod(path, 0o600);
    return { file: inside.replaceAll('\\', '/'), file_size: sizeBytes, checksum };
  }

  /** Bytes in the file now, or null when it is gone. */
  async size(file: string): Promise<number | null> {
    const found = await stat(join(this.#root, file)).catch(() => null);
    return found?.isFile() ? found.size : null;
  }

  /** All of it. */
  bytes(file: string): Promise<Uint8Array> {
    return readFile(join(this.#root, file));
  }

  read(file: string, range: ByteRange): ReadableStream<Uint8Array> {
    const stream = createReadStream(join(this.#root, file), { start: range.from, end: range.to });
    return Readable.toWeb(stream) as ReadableStream<Uint8Array>;
  }
}
