import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { EvidenceFile } from '../types.js';

/** The file of evidence at `path`, measured. */
export async function measured(type: EvidenceFile['type'], path: string): Promise<EvidenceFile> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return { type, path, sizeBytes: (await stat(path)).size, checksum: hash.digest('hex') };
}

/** Writes `text` so that there is all of it under `name`, or nothing. */
export async function writeWhole(type: EvidenceFile['type'], folder: string, name: string, text: string): Promise<EvidenceFile> {
  const path = join(folder, name);
  const file = await open(`${path}.part`, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } catch (error) {
    await rm(`${path}.part`, { force: true }).catch(() => {});
    throw error;
  } finally {
    await file.close();
  }
  await rename(`${path}.part`, path);
  const checksum = createHash('sha256').update(text).digest('hex');
  return { type, path, sizeBytes: Buffer.byteLength(text), checksum };
}
