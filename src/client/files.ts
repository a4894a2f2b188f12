import { Readable } from 'node:stream';
import { decodeUpload, type UploadedFile } from '../protocol/upload.js';
import type { CallOptions, Http } from './http.js';

export interface Upload {
  readonly fileName: string;
  readonly sizeBytes: number;
  /** The bytes, `sizeBytes` of them: read anew for each try. */
  open(): AsyncIterable<Uint8Array>;
  /** 1..365; the server's own rule when left out. */
  readonly retentionDays?: number | undefined;
  /** Told of every piece that was handed to the connection. */
  readonly onProgress?: ((sentBytes: number) => void) | undefined;
}

/** An upload takes as long as the line needs; from the last byte on the server has this long. */
const LONG_MS = 1_800_000;

/** `/v1/upload_file`. */
export class FilesApi {
  readonly #http: Http;
  constructor(http: Http) {
    this.#http = http;
  }

  /**
   * `POST /v1/upload_file`, streamed. `ApiError` 413 for more than 30 MB.
   * @param boundary a text that the file cannot hold: random
   */
  upload(upload: Upload, boundary: string, call?: CallOptions): Promise<UploadedFile> {
    const { head, tail } = envelope(upload, boundary);
    const raw = {
      contentType: `multipart/form-data; boundary=${boundary}`,
      sizeBytes: head.length + upload.sizeBytes + tail.length,
      open: () => Readable.from(body(head, upload, tail), { objectMode: false }),
    };
    const timeouts = { headersMs: LONG_MS, totalMs: LONG_MS };
    return this.#http.change({ method: 'POST', path: '/v1/upload_file', raw, timeouts }, decodeUpload, call);
  }

  /** `DELETE /v1/files/{id}`. */
  delete(fileId: string, call?: CallOptions): Promise<void> {
    return this.#http.change({ method: 'DELETE', path: `/v1/files/${encodeURIComponent(fileId)}` }, () => undefined, call);
  }
}

/** What stands before and after the file (RFC 7578). */
function envelope({ fileName, retentionDays }: Upload, boundary: string): { head: Buffer; tail: Buffer } {
  // As browsers escape a name: a quote or line break in it must not end the header.
  const name = fileName.replace(/["\r\n]/g, (char) => encodeURIComponent(char));
  const field =
    retentionDays === undefined
      ? ''
      : `--${boundary}\r\nContent-Disposition: form-data; name="retention_days"\r\n\r\n${Math.trunc(retentionDays)}\r\n`;
  const head = `${field}--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: application/octet-stream\r\n\r\n`;
  return { head: Buffer.from(head), tail: Buffer.from(`\r\n--${boundary}--\r\n`) };
}

async function* body(head: Buffer, { open, onProgress }: Upload, tail: Buffer): AsyncGenerator<Uint8Array> {
  yield head;
  let sent = 0;
  for await (const chunk of open()) {
    yield chunk;
    sent += chunk.length;
    onProgress?.(sent);
  }
  yield tail;
}
