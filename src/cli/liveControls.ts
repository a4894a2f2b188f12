/** What a person at the live view may do to the run that is watched. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Artifact } from '../protocol/artifact.js';
import type { Controls } from '../render/live.js';
import type { CliContext } from './context.js';
import type { RunTarget } from './target.js';

export function liveControls(ctx: CliContext, target: RunTarget): Controls {
  const { client, runId } = target;
  const call = { signal: ctx.signal };
  return {
    detach: () => ctx.interrupt(),
    cancel: () => client.runs.cancel(runId, call),
    approve: () => client.runs.continue(runId, call),
    sendCode: async (code) => (await import('./sendCode.js')).sendCode(target, code),
    open: async (url) => (await import('./openUrl.js')).openUrl(ctx.io, url),
    screenshot: async (artifactId) => {
      const artifact = artifactId === null ? await newestScreenshot(target) : await client.artifacts.get(artifactId, call);
      return artifact && bytesOf(target, artifact);
    },
  };
}

const SCREENSHOTS = ['screenshot_action', 'screenshot_llm', 'screenshot_final'];

async function newestScreenshot(target: RunTarget): Promise<Artifact | null> {
  const { artifactsOf } = await import('./artifacts.js');
  return (await artifactsOf(target, SCREENSHOTS)).artifacts.at(-1) ?? null;
}

/** A full page is a few megabytes. */
const MAX_BYTES = 64 * 1024 * 1024;

async function bytesOf({ client, call }: RunTarget, artifact: Artifact): Promise<Uint8Array | null> {
  const { body } = await client.artifacts.content(artifact.artifact_id, call);
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of body) {
    size += (piece as Buffer).length;
    if (size > MAX_BYTES) throw new Error('the screenshot is too large to be shown');
    pieces.push(piece as Buffer);
  }
  const bytes = Buffer.concat(pieces);
  const member = artifact['bundle_key'];
  // Some servers send the archive that the picture lies in.
  return typeof member === 'string' && bytes.subarray(0, 2).toString() === 'PK' ? unpacked(bytes, member) : bytes;
}

async function unpacked(archive: Buffer, member: string): Promise<Uint8Array | null> {
  const { zipMember } = await import('./download/zip.js');
  const folder = mkdtempSync(join(tmpdir(), 'skyvern-picture-'));
  try {
    const file = join(folder, 'archive');
    writeFileSync(file, archive, { mode: 0o600 });
    return zipMember(file, member);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
