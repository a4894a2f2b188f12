/** Makes a WebM film of pictures: decoded and encoded by a browser, in a page of its own that reaches nothing. */
import { open, rename, rm } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import type { EvidenceFile } from '../types.js';
import { measured } from './files.js';
import type { Frame, Frames } from './frames.js';
import { type WebmCodec, WebmFile } from './webm.js';

/** Pictures that go to the page at once. */
const BATCH = 10;
const BITS_PER_SECOND = 1_000_000;
/** VP9 takes a third of the processor time that VP8 does here, whose threads wait for each other at full speed, and gives smaller files. */
const CODECS = [
  { codec: 'vp09.00.10.08', webm: 'V_VP9' },
  { codec: 'vp8', webm: 'V_VP8' },
] as const;
/** So that one can seek: a frame that stands for itself at least this often. */
const KEY_EVERY_MS = 5_000;
/** A longer film ends here. */
const MAX_BYTES = 100 * 1024 * 1024;
/** The encoder works in secure contexts only; the address is answered here and nowhere else. */
const PAGE_URL = 'https://recorder.invalid/';

interface Encoded {
  readonly key: boolean;
  readonly atMs: number;
  /** Base64, as bytes do not pass between page and program. */
  readonly data: string;
}

/**
 * @param path of the film; under this name there is all of it or nothing
 * @returns null when there are no pictures, or the browser cannot encode
 */
export async function makeRecording(
  browser: Browser,
  frames: Frames,
  size: { readonly width: number; readonly height: number },
  path: string,
  signal: AbortSignal,
): Promise<EvidenceFile | null> {
  if (frames.frames.length === 0) return null;
  const context = await browser.newContext();
  const stop = () => void context.close().catch(() => {});
  signal.addEventListener('abort', stop, { once: true });
  const part = `${path}.part`;
  try {
    signal.throwIfAborted();
    const page = await context.newPage();
    await page.route('**/*', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
    await page.goto(PAGE_URL);
    const codec = await page.evaluate(beginEncoding, { ...size, bitrate: BITS_PER_SECOND, codecs: CODECS });
    if (codec === null) return null;
    await rm(part, { force: true });
    const film = await WebmFile.create(part, codec, size.width, size.height);
    try {
      await encode(page, frames, film);
      await film.end(Math.max(frames.durationMs, (frames.frames.at(-1)?.atMs ?? 0) + 1));
    } finally {
      await film.close();
    }
    await rename(part, path);
    return await measured('recording', path);
  } finally {
    signal.removeEventListener('abort', stop);
    await rm(part, { force: true }).catch(() => {});
    await context.close().catch(() => {});
  }
}

async function encode(page: Page, frames: Frames, film: WebmFile): Promise<void> {
  const pictures = await open(frames.path, 'r');
  const put = async (packets: readonly Encoded[]) => {
    for (const { key, atMs, data } of packets) await film.add({ key, atMs, data: Buffer.from(data, 'base64') });
  };
  let keyAt = Number.NEGATIVE_INFINITY;
  const picture = async ({ atMs, at, size }: Frame) => {
    const { buffer } = await pictures.read(Buffer.alloc(size), 0, size, at);
    const key = atMs - keyAt >= KEY_EVERY_MS;
    if (key) keyAt = atMs;
    return { atMs, key, data: buffer.toString('base64') };
  };
  try {
    for (let index = 0; index < frames.frames.length && film.sizeBytes < MAX_BYTES; index += BATCH) {
      const batch = [];
      for (const frame of frames.frames.slice(index, index + BATCH)) batch.push(await picture(frame));
      await put(await page.evaluate(encodePictures, batch));
    }
    await put(await page.evaluate(endEncoding));
  } finally {
    await pictures.close();
  }
}

interface Film {
  readonly width: number;
  readonly height: number;
  readonly bitrate: number;
  readonly codecs: typeof CODECS;
}

/** What the three functions below, which run in the page, share there. */
interface Studio {
  readonly encoder: VideoEncoder;
  readonly canvas: OffscreenCanvas;
  readonly packets: Encoded[];
  problem: string | null;
}

/** @returns the first of `codecs` that this browser encodes; null: none */
async function beginEncoding({ width, height, bitrate, codecs }: Film): Promise<WebmCodec | null> {
  if (typeof VideoEncoder === 'undefined') return null;
  const configOf = (codec: string): VideoEncoderConfig => ({ codec, width, height, bitrate, latencyMode: 'realtime' });
  const supported = await Promise.all(codecs.map(({ codec }) => VideoEncoder.isConfigSupported(configOf(codec))));
  const chosen = codecs.find((_, index) => supported[index]?.supported);
  if (!chosen) return null;
  const packets: Encoded[] = [];
  const output = (chunk: EncodedVideoChunk) => {
    const bytes = new Uint8Array(chunk.byteLength);
    chunk.copyTo(bytes);
    let text = '';
    for (let from = 0; from < bytes.length; from += 0x8000) text += String.fromCharCode(...bytes.subarray(from, from + 0x8000));
    packets.push({ key: chunk.type === 'key', atMs: Math.round(chunk.timestamp / 1000), data: btoa(text) });
  };
  const studio: Studio = {
    encoder: new VideoEncoder({ output, error: (error) => (studio.problem = error.message) }),
    canvas: new OffscreenCanvas(width, height),
    packets,
    problem: null,
  };
  studio.encoder.configure(configOf(chosen.codec));
  (globalThis as unknown as { studio: Studio }).studio = studio;
  return chosen.webm;
}

async function encodePictures(pictures: readonly { atMs: number; key: boolean; data: string }[]): Promise<Encoded[]> {
  const { studio } = globalThis as unknown as { studio: Studio };
  const { encoder, canvas } = studio;
  const context = canvas.getContext('2d')!;
  for (const { atMs, key, data } of pictures) {
    const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes]));
    // A window of another size than the first is shown whole.
    const scale = Math.min(canvas.width / image.width, canvas.height / image.height);
    context.fillStyle = 'black';
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, image.width * scale, image.height * scale);
    image.close();
    const frame = new VideoFrame(canvas, { timestamp: atMs * 1000 });
    encoder.encode(frame, { keyFrame: key });
    frame.close();
    if (studio.problem !== null) throw new Error(studio.problem);
  }
  return studio.packets.splice(0);
}

async function endEncoding(): Promise<Encoded[]> {
  const { studio } = globalThis as unknown as { studio: Studio };
  await studio.encoder.flush();
  studio.encoder.close();
  return studio.packets.splice(0);
}
