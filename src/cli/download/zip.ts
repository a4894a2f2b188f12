/** One member out of a zip archive (APPNOTE.TXT): some servers send the archive that an artifact lies in, in place of the artifact. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32, inflateRawSync } from 'node:zlib';
import { IntegrityError } from '../../errors.js';

export interface ZipLimits {
  /** Of the member, unpacked. */
  readonly maxBytes: number;
  /** Unpacked to packed: text reaches 50, a bomb 1,000. */
  readonly maxRatio: number;
  readonly maxMembers: number;
}

export const ZIP_LIMITS: ZipLimits = { maxBytes: 256 * 1024 * 1024, maxRatio: 200, maxMembers: 10_000 };

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_ENTRY = 0x04034b50;
/** The record's own size and the longest comment behind it. */
const LONGEST_END = 22 + 0xffff;
const MAX_DIRECTORY_BYTES = 16 * 1024 * 1024;
const STORED = 0;
const DEFLATED = 8;

/**
 * The bytes of the member with exactly this name, checked against the archive's own checksum; null when there is none.
 * `IntegrityError` for what is no archive, is damaged, or unpacks to more than the limits. Names are compared, never used as paths.
 */
export function zipMember(archive: string, name: string, limits: ZipLimits = ZIP_LIMITS): Buffer | null {
  const file = openSync(archive, 'r');
  try {
    return readMember(file, fstatSync(file).size, Buffer.from(name), limits);
  } catch (error) {
    if (error instanceof RangeError || (error as NodeJS.ErrnoException).code?.startsWith('Z_')) throw damaged('it is not whole', error);
    throw error;
  } finally {
    closeSync(file);
  }
}

function readMember(file: number, size: number, name: Buffer, limits: ZipLimits): Buffer | null {
  const tail = bytes(file, Math.max(0, size - LONGEST_END), Math.min(size, LONGEST_END));
  const at = lastIndexOf(tail, END_OF_DIRECTORY);
  if (at < 0) throw damaged('it has no directory');
  const count = tail.readUInt16LE(at + 10);
  const directorySize = tail.readUInt32LE(at + 12);
  if (count > limits.maxMembers || directorySize > MAX_DIRECTORY_BYTES) throw damaged('it has too many members');
  const directory = bytes(file, tail.readUInt32LE(at + 16), directorySize);
  for (let index = 0, offset = 0; index < count; index++) {
    if (directory.readUInt32LE(offset) !== DIRECTORY_ENTRY) throw damaged('its directory is broken');
    const nameLength = directory.readUInt16LE(offset + 28);
    const next = offset + 46 + nameLength + directory.readUInt16LE(offset + 30) + directory.readUInt16LE(offset + 32);
    if (directory.subarray(offset + 46, offset + 46 + nameLength).equals(name))
      return unpack(file, directory.subarray(offset, next), limits);
    offset = next;
  }
  return null;
}

function unpack(file: number, entry: Buffer, { maxBytes, maxRatio }: ZipLimits): Buffer {
  const method = entry.readUInt16LE(10);
  const checksum = entry.readUInt32LE(16);
  const packedSize = entry.readUInt32LE(20);
  const fullSize = entry.readUInt32LE(24);
  const localAt = entry.readUInt32LE(42);
  // The upper half of the outer attributes is the Unix mode: a link's bytes are a path, not a file.
  if (((entry.readUInt32LE(38) >>> 16) & 0o170000) === 0o120000) throw damaged('the member is a link');
  if (entry.readUInt16LE(8) & 1) throw damaged('the member is encrypted');
  if (fullSize > maxBytes || packedSize > maxBytes || fullSize > maxRatio * Math.max(packedSize, 1024))
    throw damaged('the member unpacks to too much');
  const local = bytes(file, localAt, 30);
  if (local.readUInt32LE(0) !== LOCAL_ENTRY) throw damaged('the member is not where the directory says');
  const packed = bytes(file, localAt + 30 + local.readUInt16LE(26) + local.readUInt16LE(28), packedSize);
  if (method !== STORED && method !== DEFLATED) throw damaged(`the member is packed in a way (${method}) that is not known here`);
  const full = method === STORED ? packed : inflateRawSync(packed, { maxOutputLength: fullSize + 1 });
  if (full.length !== fullSize || crc32(full) !== checksum) throw damaged('the member is not what its checksum says');
  return full;
}

function bytes(file: number, position: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  if (readSync(file, buffer, 0, length, position) !== length) throw damaged('it is not whole');
  return buffer;
}

function lastIndexOf(buffer: Buffer, signature: number): number {
  const wanted = Buffer.alloc(4);
  wanted.writeUInt32LE(signature);
  return buffer.lastIndexOf(wanted);
}

const damaged = (why: string, cause?: unknown) =>
  new IntegrityError('bad_archive', `the server sent a zip archive that cannot be used: ${why}`, { cause });
