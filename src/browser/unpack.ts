/** Unpacks the Chromium of the npm package `@sparticuz/chromium`: a brotli-packed program and brotli-packed tar files. */
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';

/** `doneBytes` of `totalBytes` packed bytes read. */
export type Progress = (doneBytes: number, totalBytes: number) => void;

/** The program inside an unpacked folder, and where its libraries and font settings are. */
export interface UnpackedChromium {
  readonly program: string;
  readonly libraries: string;
  readonly fontSettings: string;
}

/** Archives of the package and the folder, below the target, that each goes to. The graphics libraries lie beside the program. */
const ARCHIVES = { 'al2023.tar.br': '.', 'swiftshader.tar.br': '.', 'fonts.tar.br': 'typefaces' } as const;
const PROGRAM = 'chromium.br';
/** Written last: how large the program is. A folder where it does not hold was cut short by a power failure. */
const SEAL = 'sizeBytes';
const CHUNK_BYTES = 1 << 20;

/**
 * Unpacks into `target`, unless it is there already, and says where things are.
 *
 * Atomic: files are unpacked beside `target` and renamed into place, so a folder of that name is whole, and of two processes that
 * race each gets a whole one. Readable by every user, so that a browser that gave up root can start from it.
 * @param binDir the `bin` folder of the package
 */
export async function unpackChromium(binDir: string, target: string, onProgress: Progress = () => {}): Promise<UnpackedChromium> {
  const at: UnpackedChromium = {
    program: join(target, 'chromium'),
    libraries: join(target, 'lib'),
    fontSettings: join(target, 'fonts.conf'),
  };
  if (await isWhole(target)) return at;
  await mkdir(dirname(target), { recursive: true });
  const draft = await mkdtemp(`${target}-`);
  try {
    await chmod(draft, 0o755);
    await unpackInto(draft, binDir, onProgress);
    await writeFile(join(draft, 'fonts.conf'), fontSettings(target), { mode: 0o644 });
    await chmod(join(draft, 'fonts.conf'), 0o644);
    const { size } = await stat(join(draft, 'chromium'));
    await writeFile(join(draft, SEAL), `${size}\n`);
    if (!(await isWhole(target))) {
      await rm(target, { recursive: true, force: true });
      await rename(draft, target);
    }
  } catch (error) {
    // Another process was first: its folder is as good as ours.
    if (!(await isWhole(target))) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return at;
}

async function isWhole(target: string): Promise<boolean> {
  try {
    const [seal, { size }] = await Promise.all([readFile(join(target, SEAL), 'utf8'), stat(join(target, 'chromium'))]);
    return Number(seal) === size;
  } catch {
    return false;
  }
}

async function unpackInto(draft: string, binDir: string, onProgress: Progress): Promise<void> {
  const { extract } = await import('tar-fs');
  const names = [PROGRAM, ...Object.keys(ARCHIVES)];
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(binDir, name))).size));
  const totalBytes = sizes.reduce((sum, size) => sum + size, 0);
  let doneBytes = 0;
  const unpack = (name: string, sink: Writable) => {
    const counted = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        doneBytes += chunk.length;
        onProgress(doneBytes, totalBytes);
        done(null, chunk);
      },
    });
    const source = createReadStream(join(binDir, name), { highWaterMark: CHUNK_BYTES });
    return pipeline(source, counted, createBrotliDecompress({ chunkSize: CHUNK_BYTES }), sink);
  };
  // Owned by whoever unpacks, not by the ids in the archive. The types of tar-fs know neither `chown` nor that it gives a stream.
  const tar = (folder: string) => {
    const options = { chown: false, dmode: 0o755, fmode: 0o644 };
    return extract(join(draft, folder), options) as unknown as Writable;
  };
  // All of them come to their end before the folder of a failure is removed: one that still wrote would make it again.
  const unpacked = await Promise.allSettled([
    unpack(PROGRAM, createWriteStream(join(draft, 'chromium'), { mode: 0o755, highWaterMark: CHUNK_BYTES })),
    ...Object.entries(ARCHIVES).map(([name, folder]) => unpack(name, tar(folder))),
  ]);
  const broken = unpacked.find((each) => each.status === 'rejected');
  if (broken) throw broken.reason;
  await chmod(join(draft, 'chromium'), 0o755);
}

/** The package's own settings name folders that anybody may write; ours name the unpacked typefaces and the system's. */
const fontSettings = (target: string): string => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>${join(target, 'typefaces').replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;
