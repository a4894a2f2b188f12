import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { LocalError, UsageError } from '../../errors.js';
import type { Upload } from '../files.js';

/** A file to send: a `File` or `Blob`, bytes with a name, or a path on this machine. */
export type UploadSource = Blob | { readonly data: Uint8Array | Blob; readonly filename: string } | { readonly path: string };

export interface UploadFileRequest {
  readonly file: UploadSource;
  /** 1..365. */
  readonly retention_days?: number | undefined;
}

/** Rejects with `LocalError` `no_file` when there is none at the path. */
export async function uploadOf({ file, retention_days }: UploadFileRequest): Promise<Upload> {
  return { ...(await sourceOf(file)), retentionDays: retention_days };
}

async function sourceOf(file: UploadSource): Promise<Pick<Upload, 'fileName' | 'sizeBytes' | 'open'>> {
  if (file instanceof Blob) return fromBlob(file, 'name' in file && typeof file.name === 'string' ? file.name : 'file');
  if ('path' in file) {
    const { path } = file;
    const found = await stat(path).catch((cause: unknown) => {
      throw new LocalError('no_file', `${path} cannot be read`, { cause });
    });
    return { fileName: basename(path), sizeBytes: found.size, open: () => createReadStream(path) };
  }
  const { data, filename } = file;
  if (data instanceof Blob) return fromBlob(data, filename);
  if (!(data instanceof Uint8Array)) throw new UsageError('file is no Blob, no { data, filename } and no { path }', { code: 'bad_file' });
  return { fileName: filename, sizeBytes: data.length, open: () => only(data) };
}

const fromBlob = (blob: Blob, fileName: string): Pick<Upload, 'fileName' | 'sizeBytes' | 'open'> => ({
  fileName,
  sizeBytes: blob.size,
  open: () => blob.stream() as unknown as AsyncIterable<Uint8Array>,
});

async function* only(data: Uint8Array): AsyncGenerator<Uint8Array> {
  yield data;
}
