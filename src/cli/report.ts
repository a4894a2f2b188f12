/** The report of a run from a command's side: what it shows is read from the run's own server, its pictures checked on the way. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { maskSecrets, redactor, secretsOf } from '../client/redact.js';
import type { Artifact } from '../protocol/artifact.js';
import { isEnded } from '../protocol/status.js';
import { inReadingOrder } from '../render/timeline.js';
import { plural } from '../render/words.js';
import { type Media, type MediaType, reportHtml } from '../report/report.js';
import { snapshotRun } from '../runs/snapshot.js';
import type { RunView } from '../runs/view.js';
import { artifactsOf } from './artifacts.js';
import type { CliContext } from './context.js';
import { downloadRun } from './download/downloadRun.js';
import { extensionOf, HEAD_BYTES } from './download/fileType.js';
import { Progress } from './progress.js';
import type { RunTarget } from './target.js';

export interface ReportOptions {
  /** Of all pictures and films together; what does not fit is left out, and said. */
  readonly maxBytes: number;
  readonly recording: boolean;
  /** Whether people are told what takes time. */
  readonly quiet: boolean;
}

export const DEFAULT_REPORT: ReportOptions = { maxBytes: 100 * 1024 ** 2, recording: true, quiet: false };

/** The page, as text. Rejects with what reading the run rejects with. */
export async function reportOf(ctx: CliContext, target: RunTarget, options: ReportOptions): Promise<string> {
  const { client, runId, call } = target;
  const view = await snapshotRun(client.runs, runId, ctx.clock, call);
  const { media, left } = await mediaOf(ctx, target, view, options);
  const request = view.run?.run_request ?? null;
  const given = redactor(secretsOf(request));
  return reportHtml({
    view,
    media,
    notices: noticesOf(view, left),
    madeAt: ctx.clock.now(),
    by: `skyvern ${__VERSION__}`,
    redact: (text) => client.redact(given(text)),
    request: maskSecrets(request),
  });
}

const noticesOf = ({ run }: RunView, left: number): string[] => [
  ...(run && !isEnded(run) ? ['the run goes on: this is how it stood when the report was made'] : []),
  ...(left > 0 ? [`${plural(left, 'picture or film', 'pictures or films')} could not be had, or would make this file too large`] : []),
];

/** Pictures that the timeline names, those of the end, and the recording; what the model was shown only where there is nothing else. */
function wantedOf(view: RunView, artifacts: readonly Artifact[], recording: boolean): Artifact[] {
  const named = new Set([...inReadingOrder(view, 0)].map(({ node }) => node.screenshotId));
  const wanted = artifacts.filter(
    ({ artifact_id, artifact_type: type }) =>
      named.has(artifact_id) || type === 'screenshot_action' || type === 'screenshot_final' || (recording && type === 'recording'),
  );
  const hasPictures = wanted.some(({ artifact_type: type }) => type !== 'recording');
  return hasPictures ? wanted : [...wanted, ...artifacts.filter(({ artifact_type: type }) => type === 'screenshot_llm')];
}

/** Through a folder that goes at once: files are checked there, and taken out of the archives that some servers keep them in. */
async function mediaOf(
  ctx: CliContext,
  target: RunTarget,
  view: RunView,
  { maxBytes, recording, quiet }: ReportOptions,
): Promise<{ readonly media: readonly Media[]; readonly left: number }> {
  const { io, clock, random } = ctx;
  const { run, artifacts } = await artifactsOf(target);
  const wanted = wantedOf(view, artifacts, recording);
  if (wanted.length === 0) return { media: [], left: 0 };
  const folder = mkdtempSync(join(tmpdir(), 'skyvern-report-'));
  const progress = new Progress(io);
  try {
    const ids = new Set(wanted.map(({ artifact_id }) => artifact_id));
    const onProgress = (text: string) => !quiet && io.stderr.isTTY === true && progress.say(text);
    const { files } = await downloadRun(
      { artifacts: target.client.artifacts, owner: io, clock, random, call: target.call, onProgress },
      {
        runId: run.run_id,
        server: target.baseUrl.origin,
        folder: join(folder, 'files'),
        artifacts,
        wanted: ({ artifact_id }) => ids.has(artifact_id),
        maxBytes,
      },
    );
    const media: Media[] = [];
    let room = maxBytes;
    for (const { file, artifact_id, artifact_type, status } of files) {
      if (file === null || status === 'bad') continue;
      const path = join(folder, 'files', file);
      const sizeBytes = statSync(path).size;
      if (sizeBytes > room) continue;
      const bytes = readFileSync(path);
      const mime = MIME[extensionOf(bytes.subarray(0, HEAD_BYTES)) ?? ''];
      if (mime === undefined) continue;
      room -= sizeBytes;
      media.push({ artifactId: artifact_id, type: artifact_type, mime, bytes });
    }
    return { media, left: wanted.length - media.length };
  } finally {
    progress.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

const MIME: Readonly<Record<string, MediaType>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
  webm: 'video/webm',
  mp4: 'video/mp4',
};
