import type { Hono } from 'hono';
import type { ByteRange } from '../artifactFiles.js';
import type { RouteDeps } from '../deps.js';
import { refusal } from '../httpError.js';
import { choices } from '../query.js';
import type { ArtifactRow } from '../store.js';
import { artifactWire } from '../wire.js';

/** What upstream accepts as a filter; this server makes those of `FORMS`. */
const ARTIFACT_TYPES = (
  'recording audio session_replay eval_score eval_trajectory eval_rubrics browser_console_log browser_session_action_log skyvern_log ' +
  'skyvern_log_raw screenshot screenshot_llm screenshot_action screenshot_final screenshot_proxy screenshot_pre_submit llm_prompt ' +
  'llm_request llm_response llm_response_parsed llm_response_rendered visible_elements_id_css_map visible_elements_id_frame_map ' +
  'visible_elements_tree visible_elements_tree_trimmed visible_elements_tree_in_prompt hashed_href_map visible_elements_id_xpath_map ' +
  'html html_scrape html_action html_pre_submit trace har script_file pdf step_archive task_archive download unknown'
).split(' ');

/** How each type is served, and the ending of its name. */
const FORMS: Readonly<Record<string, readonly [contentType: string, ending: string]>> = {
  screenshot_action: ['image/png', 'png'],
  screenshot_llm: ['image/png', 'png'],
  llm_prompt: ['text/plain; charset=utf-8', 'txt'],
  llm_response_parsed: ['application/json', 'json'],
  visible_elements_tree_in_prompt: ['text/plain; charset=utf-8', 'txt'],
  html_scrape: ['text/html; charset=utf-8', 'html'],
  browser_console_log: ['text/plain; charset=utf-8', 'log'],
  har: ['application/json', 'har'],
  recording: ['video/webm', 'webm'],
};
const formOf = (type: string) => FORMS[type] ?? (['application/octet-stream', 'bin'] as const);

export function addArtifacts(app: Hono, { store, files, baseUrl }: RouteDeps): void {
  const find = (id: string): ArtifactRow => {
    const artifact = store.artifact(id);
    if (!artifact) throw refusal(404, `Artifact not found ${id}`);
    return artifact;
  };

  app.get('/v1/runs/:id/artifacts', (c) => {
    const types = choices(new URL(c.req.url).searchParams, 'artifact_type', ARTIFACT_TYPES);
    return c.json(store.artifacts(c.req.param('id'), types).map((artifact) => artifactWire(artifact, baseUrl())));
  });

  app.get('/v1/artifacts/:id', (c) => c.json(artifactWire(find(c.req.param('id')), baseUrl())));

  app.get('/v1/artifacts/:id/content', async (c) => {
    const artifact = find(c.req.param('id'));
    const size = await files.size(artifact.file);
    // Of another size than it was listed with: the machine went down before all of it was on the disk.
    if (size !== artifact.file_size) throw refusal(404, 'Artifact content not available');
    const headers = {
      'accept-ranges': 'bytes',
      'cache-control': 'private, no-cache',
      'content-type': formOf(artifact.artifact_type)[0],
      // A page's file must never be shown as a page of this origin: saved, not sniffed, without scripts.
      'content-disposition': `attachment; ${dispositionName(artifact)}`,
      'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
    };
    const range = byteRange(c.req.header('range'), size);
    if (range === 'unsatisfiable') return c.body(null, 416, { ...headers, 'content-range': `bytes */${size}` });
    const { from, to } = range ?? { from: 0, to: size - 1 };
    const sized = { ...headers, 'content-length': String(to - from + 1) };
    const body = size === 0 ? null : files.read(artifact.file, { from, to });
    if (!range) return new Response(body, { headers: sized });
    return new Response(body, { status: 206, headers: { ...sized, 'content-range': `bytes ${from}-${to}/${size}` } });
  });
}

/** RFC 6266: a plain name for all, the real one for those who read UTF-8. */
function dispositionName({ artifact_id, artifact_type, file_name }: ArtifactRow): string {
  if (file_name === null) return `filename="${artifact_id}.${formOf(artifact_type)[1]}"`;
  const plain = file_name.replace(/[^\w.() -]/g, '_');
  const encoded = encodeURIComponent(file_name.toWellFormed()).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
  return `filename="${plain}"; filename*=UTF-8''${encoded}`;
}

/** One byte range (RFC 9110, 14.2). Null: send all, also for what is no range of bytes, which is to be ignored. */
function byteRange(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | null {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return null;
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  return from > to || from >= size ? 'unsatisfiable' : { from, to };
}
