/**
 * One file on its way: a `.part` that grows, survives a cut, and gets its real name only when it is whole and right.
 *
 * What lies at a name already is never followed, opened or replaced, whatever it is: files are made anew (`O_EXCL`), links are not
 * followed (`O_NOFOLLOW`), and the real name is a hard link, which fails where there is something.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  openSync,
  readSync,
  statfsSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { ArtifactContent, CallOptions } from '../../client/client.js';
import { ApiError, IntegrityError, LocalError, NetworkError, SkyvernError } from '../../errors.js';
import { HEAD_BYTES } from './fileType.js';

export interface Arrived {
  readonly sizeBytes: number;
  /** SHA-256, hex. */
  readonly sha256: string;
  readonly head: Buffer;
  /** The name that the page gave it; null when the server does not say. */
  readonly fileName: string | null;
}

export interface FetchOptions {
  /** The bytes from `offset` on, or all of them: `ArtifactsApi.content`. */
  content(offset: number, call: CallOptions): Promise<ArtifactContent>;
  readonly path: string;
  readonly maxBytes: number;
  /** As the server's list says; null when it does not. */
  readonly sizeBytes: number | null;
  readonly call: CallOptions;
  onProgress(doneBytes: number, totalBytes: number | null): void;
}

/** Cuts that are gone on from in one call. Each must have brought something. */
const MAX_CUTS = 20;
/** What a download leaves free on the disk. */
const RESERVE_BYTES = 64 * 1024 * 1024;

/** Brings `path` to its end, from where it stands. The file stays when this rejects: the next call goes on. */
export async function fetchPart(options: FetchOptions): Promise<Arrived> {
  const file = openPart(options.path);
  try {
    let fileName: string | null = null;
    for (let cuts = 0; ; cuts++) {
      const before = fstatSync(file).size;
      try {
        fileName = (await append(file, before, options)) ?? fileName;
        break;
      } catch (error) {
        const brought = fstatSync(file).size > before;
        if (options.call.signal?.aborted || !isCut(error) || !brought || cuts >= MAX_CUTS) throw asError(error, options);
      }
    }
    fsyncSync(file);
    return { ...digest(file), fileName };
  } finally {
    closeSync(file);
  }
}

/** One request: the rest of the file, or all of it anew where the server cannot begin in the middle. */
async function append(
  file: number,
  have: number,
  { content, maxBytes, sizeBytes, call, onProgress, path }: FetchOptions,
): Promise<string | null> {
  let answer: ArtifactContent;
  try {
    answer = await content(have, call);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 416 || have === 0) throw error;
    // Nothing is left to send, or what is here is longer than what is there.
    if (have === sizeBytes) return null;
    answer = await content(0, call);
  }
  const { body, offset } = answer;
  if (offset !== have) ftruncateSync(file, offset === 0 ? 0 : refuseOffset(body));
  let size = offset;
  const total = answer.sizeBytes === null ? null : offset + answer.sizeBytes;
  const limit = Math.min(maxBytes, total ?? maxBytes);
  if (total !== null && total > maxBytes) {
    body.destroy();
    throw tooLarge(total, maxBytes);
  }
  assertSpace(path, (total ?? size) - size);
  for await (const chunk of body as AsyncIterable<Buffer>) {
    if (size + chunk.length > limit) {
      body.destroy();
      throw total === null
        ? tooLarge(size + chunk.length, maxBytes)
        : new IntegrityError('too_long', 'the server sent more than it announced');
    }
    writeAll(file, chunk, size, path);
    size += chunk.length;
    onProgress(size, total);
  }
  return answer.fileName;
}

function refuseOffset(body: ArtifactContent['body']): never {
  body.destroy();
  throw new IntegrityError('wrong_range', 'the server sent another part of the file than was asked for');
}

/** Ours and plain, or made anew. */
function openPart(path: string): number {
  const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  try {
    return openSync(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw localFault(path, error);
  }
  try {
    const before = lstatSync(path);
    if (!before.isFile() || before.nlink !== 1) throw inTheWay(path);
    const file = openSync(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK);
    const opened = fstatSync(file);
    if (opened.ino === before.ino && opened.isFile() && opened.nlink === 1) return file;
    closeSync(file);
  } catch (error) {
    if (error instanceof SkyvernError) throw error;
    throw localFault(path, error);
  }
  throw inTheWay(path);
}

/**
 * Gives a whole file its name, durably: false, and nothing changed, when there is a plain file of that name.
 * `IntegrityError` `in_the_way` when there is anything else: a link, a pipe, a device that somebody put there.
 */
export function publish(part: string, target: string): boolean {
  const there = lstatSync(target, { throwIfNoEntry: false });
  if (there) {
    if (!there.isFile() || there.nlink !== 1) throw inTheWay(target);
    return false;
  }
  try {
    linkSync(part, target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EMLINK'].includes(code ?? '')) throw localFault(target, error);
    // A file system without hard links.
    copyFileSync(part, target, constants.COPYFILE_EXCL);
  }
  unlinkSync(part);
  return true;
}

/** Writes a whole new file at a path that must be free. */
export function writeNew(path: string, bytes: Buffer): void {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW = 0 } = constants;
  try {
    const file = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    try {
      writeAll(file, bytes, 0, path);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (error instanceof SkyvernError) throw error;
    throw localFault(path, error);
  }
}

/** SHA-256, hex, of a plain file; null when it is none, or a link. */
export function sha256OfFile(path: string): { readonly sha256: string; readonly sizeBytes: number } | null {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isFile()) return null;
  const file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    return digest(file);
  } finally {
    closeSync(file);
  }
}

function digest(file: number): { sizeBytes: number; sha256: string; head: Buffer } {
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(256 * 1024);
  let sizeBytes = 0;
  let head: Buffer | null = null;
  for (;;) {
    const read = readSync(file, buffer, 0, buffer.length, sizeBytes);
    if (read === 0) break;
    const chunk = buffer.subarray(0, read);
    head ??= Buffer.from(chunk.subarray(0, HEAD_BYTES));
    hash.update(chunk);
    sizeBytes += read;
  }
  return { sizeBytes, sha256: hash.digest('hex'), head: head ?? Buffer.alloc(0) };
}

function writeAll(file: number, chunk: Buffer, position: number, path: string): void {
  try {
    for (let written = 0; written < chunk.length; ) written += writeSync(file, chunk, written, chunk.length - written, position + written);
  } catch (error) {
    throw localFault(path, error);
  }
}

function assertSpace(path: string, neededBytes: number): void {
  const { bavail, bsize } = statfsSync(join(path, '..'));
  if (neededBytes + RESERVE_BYTES <= bavail * bsize) return;
  throw new LocalError('enospc', `the disk has too little room for ${join(path, '..')}: ${megabytes(neededBytes)} MB are needed`, {
    hint: 'free some, or choose another folder with --dir',
  });
}

/** The connection broke under the body: asking for the rest may bring it. */
const isCut = (error: unknown): boolean => !(error instanceof SkyvernError) || error instanceof NetworkError;

function asError(error: unknown, { call }: FetchOptions): unknown {
  if (error instanceof SkyvernError) return error;
  if (call.signal?.aborted) return call.signal.reason;
  if (!(error instanceof Error) || error.name !== 'ExchangeError') return error;
  return new NetworkError('connection_lost', 'the connection was lost in the middle of a file', {
    hint: 'the same command goes on where it stopped',
    cause: error,
  });
}

const tooLarge = (bytes: number, maxBytes: number) =>
  new SkyvernError('refused', 'too_large', `a file is larger than ${megabytes(maxBytes)} MB (${megabytes(bytes)} MB or more)`, {
    hint: 'raise --max-size',
  });

const megabytes = (bytes: number): number => Math.ceil(bytes / 1024 / 1024);

export const inTheWay = (path: string) =>
  new IntegrityError('in_the_way', `${path} is a link or no plain file, and was not made by this tool: it is not followed`, {
    hint: 'remove it, or choose another folder with --dir',
  });

function localFault(path: string, error: unknown): SkyvernError {
  const code = (error as NodeJS.ErrnoException).code ?? 'fault';
  if (code === 'ELOOP') return inTheWay(path);
  return new LocalError(code.toLowerCase(), `cannot write ${path}: ${code === 'ENOSPC' ? 'the disk is full' : code}`, {
    hint: 'choose another folder with --dir',
    cause: error,
  });
}
