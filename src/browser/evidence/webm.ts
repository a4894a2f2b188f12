/**
 * A WebM file of one VP9 or VP8 track, written as its frames come: nothing is kept in memory but the places of the clusters.
 *
 * Those parts of the format that players need (RFC 9559): header, segment, duration, track, clusters, and cues, without which
 * one cannot seek. Sizes and places that are known at the end only are left room for, and filled in then.
 */
import { type FileHandle, open } from 'node:fs/promises';

export interface Packet {
  /** Whether it can be shown without those before it. */
  readonly key: boolean;
  /** Since the first frame, in milliseconds. */
  readonly atMs: number;
  readonly data: Uint8Array;
}

/** What is filled in at the end: where in the file. */
interface Gaps {
  readonly segmentSize: number;
  /** Positions in the file's own index count from here. */
  readonly segmentStart: number;
  readonly cuesPosition: number;
  readonly duration: number;
}

const CUES_ID = 0x1c53bb6b;
/** A block counts its time from its cluster's in 16 bits with a sign. */
const MAX_CLUSTER_MS = 30_000;

/** By the name that Matroska gives it. */
export type WebmCodec = 'V_VP9' | 'V_VP8';

export class WebmFile {
  readonly #file: FileHandle;
  readonly #gaps: Gaps;
  #size: number;
  readonly #clusters: { readonly atMs: number; readonly at: number }[] = [];

  private constructor(file: FileHandle, gaps: Gaps, size: number) {
    this.#file = file;
    this.#gaps = gaps;
    this.#size = size;
  }

  /** Begins a file that must not be there yet. */
  static async create(path: string, codec: WebmCodec, width: number, height: number): Promise<WebmFile> {
    const file = await open(path, 'wx', 0o600);
    const { bytes, gaps } = beginning(codec, width, height);
    await file.write(bytes, 0, bytes.length, 0);
    return new WebmFile(file, gaps, bytes.length);
  }

  get sizeBytes(): number {
    return this.#size;
  }

  /** The first one has to be a key frame. */
  async add({ key, atMs, data }: Packet): Promise<void> {
    let cluster = this.#clusters.at(-1);
    if (!cluster || key || atMs - cluster.atMs > MAX_CLUSTER_MS) {
      await this.#endCluster();
      cluster = { atMs, at: this.#size };
      this.#clusters.push(cluster);
      await this.#append(Buffer.concat([id(0x1f43b675), size(0), element(0xe7, unsigned(atMs))]));
    }
    const head = Buffer.alloc(4);
    head.writeUInt8(0x81, 0); // track 1
    head.writeInt16BE(atMs - cluster.atMs, 1);
    head.writeUInt8(key ? 0x80 : 0, 3);
    await this.#append(element(0xa3, Buffer.concat([head, data])));
  }

  /** Makes the file whole. */
  async end(durationMs: number): Promise<void> {
    await this.#endCluster();
    const cuesAt = this.#size;
    const cues = this.#clusters.map(({ atMs, at }) => {
      const position = unsigned(at - this.#gaps.segmentStart);
      return element(0xbb, element(0xb3, unsigned(atMs)), element(0xb7, element(0xf7, unsigned(1)), element(0xf1, position)));
    });
    await this.#append(element(CUES_ID, ...cues));
    await this.#put(unsigned(cuesAt - this.#gaps.segmentStart), this.#gaps.cuesPosition);
    await this.#put(double(durationMs), this.#gaps.duration);
    await this.#put(size(this.#size - this.#gaps.segmentStart), this.#gaps.segmentSize);
    await this.#file.sync();
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async #endCluster(): Promise<void> {
    const cluster = this.#clusters.at(-1);
    if (cluster) await this.#put(size(this.#size - cluster.at - 12), cluster.at + 4);
  }

  async #append(bytes: Buffer): Promise<void> {
    await this.#put(bytes, this.#size);
    this.#size += bytes.length;
  }

  async #put(bytes: Buffer, at: number): Promise<void> {
    await this.#file.write(bytes, 0, bytes.length, at);
  }
}

/** All before the first cluster. */
function beginning(codec: WebmCodec, width: number, height: number): { readonly bytes: Buffer; readonly gaps: Gaps } {
  const header = element(
    0x1a45dfa3,
    element(0x4286, unsigned(1)),
    element(0x42f7, unsigned(1)),
    element(0x42f2, unsigned(4)),
    element(0x42f3, unsigned(8)),
    element(0x4282, Buffer.from('webm')),
    element(0x4287, unsigned(2)),
    element(0x4285, unsigned(2)),
  );
  const segment = Buffer.concat([id(0x18538067), size(0)]);
  const seekHead = element(0x114d9b74, element(0x4dbb, element(0x53ab, id(CUES_ID)), element(0x53ac, unsigned(0))));
  const info = element(
    0x1549a966,
    element(0x2ad7b1, unsigned(1_000_000)), // nanoseconds per tick: times are in milliseconds
    element(0x4d80, Buffer.from('skyvern')),
    element(0x5741, Buffer.from('skyvern')),
    element(0x4489, double(0)),
  );
  const track = element(
    0xae,
    element(0xd7, unsigned(1)),
    element(0x73c5, unsigned(1)),
    element(0x83, unsigned(1)), // video
    element(0x86, Buffer.from(codec)),
    element(0xe0, element(0xb0, unsigned(width)), element(0xba, unsigned(height))),
  );
  const segmentStart = header.length + segment.length;
  return {
    bytes: Buffer.concat([header, segment, seekHead, info, element(0x1654ae6b, track)]),
    gaps: {
      segmentSize: header.length + 4,
      segmentStart,
      cuesPosition: segmentStart + seekHead.length - 8, // the last value of the seek head, and of the info
      duration: segmentStart + seekHead.length + info.length - 8,
    },
  };
}

function element(name: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([id(name), size(body.length), body]);
}

/** Written with its own marker of length, as the standard lists it. */
function id(name: number): Buffer {
  const digits = name.toString(16);
  return Buffer.from(digits.length % 2 ? `0${digits}` : digits, 'hex');
}

/** Always eight bytes, so that it can be filled in later. */
function size(bytes: number): Buffer {
  const buffer = unsigned(bytes);
  buffer.writeUInt8(0x01, 0);
  return buffer;
}

function unsigned(value: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64BE(BigInt(Math.round(value)));
  return buffer;
}

function double(value: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeDoubleBE(value);
  return buffer;
}
