/**
 * A run as one HTML page, whole in itself: opened from a disk, without a network, by anybody.
 *
 * Pure: of what is known of the run and the bytes of its pictures. What pages, models and servers wrote is text here and nothing else: it is
 * escaped, no address of theirs is a link, and a policy forbids every script and style but ours, and every request.
 */

import { safeJson } from '../render/sanitize.js';
import { inReadingOrder, tookMs } from '../render/timeline.js';
import { describeNode, duration, engineOf, isWebUrl, plural, statusOf, subjectOf } from '../render/words.js';
import { elapsedMs, type Node, type RunView, timeInStatus } from '../runs/view.js';
import { digestOf, Html, html } from './html.js';
import { SCRIPT } from './script.js';
import { STYLE } from './style.js';

export interface Media {
  readonly artifactId: string;
  /** `screenshot_final`, `recording`, ... */
  readonly type: string;
  /** Found in its first bytes, never what the server says. */
  readonly mime: MediaType;
  readonly bytes: Uint8Array;
}

/** What a page may show: pictures and films that hold no script. */
export type MediaType = 'image/png' | 'image/jpeg' | 'image/webp' | 'image/gif' | 'video/webm' | 'video/mp4';

export interface ReportData {
  readonly view: RunView;
  /** In the order in which they were made. */
  readonly media: readonly Media[];
  /** What a reader should know of the report itself: pictures that are missing, a run that goes on. */
  readonly notices: readonly string[];
  /** Epoch ms. */
  readonly madeAt: number;
  /** Program that made it. */
  readonly by: string;
  /** Takes secrets out of a text. */
  readonly redact: (text: string) => string;
  /** The request with its secrets taken out. */
  readonly request: unknown;
}

const POLICY = [
  "default-src 'none'",
  'img-src data:',
  'media-src data:',
  `style-src ${digestOf(STYLE)}`,
  `script-src ${digestOf(SCRIPT)}`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

export function reportHtml(data: ReportData): string {
  const { view, by, madeAt } = data;
  const title = data.redact(titleOf(view));
  const parts = [resultPart(data), recordingPart(data), timelinePart(data), picturesPart(data), requestPart(data)].filter(
    (part) => part !== null,
  );
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Html(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="${by}">
<title>${view.status ?? 'unknown'}: ${title.slice(0, 120)}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<a class="skip" href="#timeline">Skip to the timeline</a>
${headerPart(data, title)}
<nav aria-label="Parts of this report"><ul>${parts.map(({ id, name }) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
<main>
${parts.map(({ id, name, body }) => html`<section id="${id}" aria-labelledby="${id}-name"><h2 id="${id}-name">${name}</h2>\n${body}\n</section>\n`)}
</main>
<footer><p>Made by ${by} on ${timeText(madeAt)}. Everything is in this file: nothing is fetched, and nothing that the pages said runs here.</p></footer>
<script>${new Html(SCRIPT)}</script>
</body>
</html>
`;
  return page.text;
}

interface Part {
  readonly id: string;
  readonly name: string;
  readonly body: Html;
}

const titleOf = (view: RunView): string => (view.run && subjectOf(view.run)) ?? view.runId;
const timeText = (at: number): string =>
  new Date(at)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');

/** Characters that would fill more than a few large lines. */
const LONG_TITLE = 80;

function headerPart({ view, notices, madeAt, redact }: ReportData, title: string): Html {
  const { run, runId, status, counts } = view;
  const track = timeInStatus(view, madeAt).map(({ status: each, ms }) => (ms === null ? each : `${each} ${duration(ms)}`));
  const did = [
    counts.blocks && plural(counts.blocks, 'block'),
    counts.steps && plural(counts.steps, 'step'),
    counts.actions && plural(counts.actions, 'action'),
  ];
  const failed = counts.failedActions > 0 ? `, ${counts.failedActions} failed` : '';
  const begun = view.track[0]?.since ?? null;
  const link = run?.app_url ?? null;
  const facts: readonly (readonly [string, Html | string | null])[] = [
    ['Run', html`<code>${runId}</code>`],
    ['Engine', run && engineOf(run)],
    ['Began', begun === null ? null : timeText(begun)],
    ['Took', view.track.length === 0 ? null : duration(elapsedMs(view, madeAt))],
    ['Statuses', track.join(' → ')],
    ['Did', `${did.filter(Boolean).join(', ')}${failed}`],
    ['Last page', view.url && redact(view.url)],
    ['Dashboard', link !== null && isWebUrl(link) ? html`<a href="${link}" rel="noopener noreferrer">${link}</a>` : null],
  ];
  return html`<header>
<h1 dir="auto"${title.length > LONG_TITLE ? new Html(' class="long"') : null}>${title}</h1>
<p><span class="badge ${classOf(status)}">${status ?? 'unknown'}</span></p>
<dl class="facts">${facts.map(([name, value]) => (value === null || value === '' ? null : html`<dt>${name}</dt><dd dir="auto">${value}</dd>`))}</dl>
${notices.map((notice) => html`<p role="note"><strong>Note:</strong> ${notice}</p>`)}
</header>`;
}

const STATUSES = new Set(['completed', 'failed', 'terminated', 'timed_out', 'canceled', 'paused', 'running']);
const classOf = (status: string | null): string => (status !== null && STATUSES.has(status) ? status : 'other');

function resultPart({ view, redact }: ReportData): Part | null {
  const { run } = view;
  const reason = run?.failure_reason ?? null;
  const output = run?.output ?? null;
  if (reason === null && output === null) return null;
  const body = html`${reason === null ? null : html`<p class="reason" dir="auto">${redact(reason)}</p>`}${output === null ? null : outputHtml(output, redact)}`;
  return { id: 'result', name: reason === null ? 'Output' : output === null ? 'Reason' : 'Reason and output', body };
}

const MAX_TABLE_ROWS = 1_000;
const MAX_COLUMNS = 30;
/** Data that is nested deeper is shown as JSON. */
const MAX_NESTING = 2;

type Data = Readonly<Record<string, unknown>>;
const isData = (value: unknown): value is Data => typeof value === 'object' && value !== null && !Array.isArray(value);
const isPlain = (value: unknown): boolean => typeof value !== 'object' || value === null;

/** A list of records as a table, an object as names and values, a text as it is, all else as JSON. */
function outputHtml(output: unknown, redact: ReportData['redact'], name = 'Output', nesting = 0): Html {
  const json = () => html`<pre tabindex="0" role="region" aria-label="${name} as JSON">${redact(safeJson(output, 2))}</pre>`;
  if (typeof output === 'string' && nesting === 0)
    return html`<pre tabindex="0" role="region" aria-label="${name} as text" dir="auto">${redact(output)}</pre>`;
  if (isPlain(output)) return html`${typeof output === 'string' ? redact(output) : safeJson(output)}`;
  if (Array.isArray(output)) return output.length > 0 && output.every(isData) ? tableHtml(output, redact, name) : json();
  const entries = Object.entries(output as Data);
  if (nesting >= MAX_NESTING || entries.length === 0 || entries.length > MAX_COLUMNS) return json();
  const field = ([key, value]: readonly [string, unknown]) =>
    html`<dt dir="auto">${redact(key)}</dt><dd dir="auto">${outputHtml(value, redact, redact(key), nesting + 1)}</dd>`;
  return html`<dl class="facts">${entries.map(field)}</dl>`;
}

function tableHtml(rows: readonly Data[], redact: ReportData['redact'], name: string): Html {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))].slice(0, MAX_COLUMNS);
  const cell = (value: unknown) => (value === null || value === undefined ? '' : typeof value === 'string' ? value : safeJson(value));
  const head = columns.map((column) => html`<th scope="col" dir="auto">${redact(column)}</th>`);
  const body = rows
    .slice(0, MAX_TABLE_ROWS)
    .map((row) => html`<tr>${columns.map((column) => html`<td dir="auto">${redact(cell(row[column]))}</td>`)}</tr>\n`);
  const left = rows.length - MAX_TABLE_ROWS;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${name} as a table"><table><thead><tr>${head}</tr></thead>
<tbody>${body}</tbody></table></div>${left > 0 ? html`<p>${plural(left, 'more row')} not shown here.</p>` : null}`;
}

const isVideo = ({ mime }: Media): boolean => mime.startsWith('video/');
const dataUrl = ({ mime, bytes }: Media): Html => new Html(`data:${mime};base64,${Buffer.from(bytes).toString('base64')}`);

function recordingPart({ media }: ReportData): Part | null {
  const films = media.filter(isVideo);
  if (films.length === 0) return null;
  const body = html`${films.map((film) => html`<video controls muted playsinline preload="metadata" aria-label="Recording of the browser, without sound" src="${dataUrl(film)}"></video>\n`)}`;
  return { id: 'recording', name: 'Recording', body };
}

/** Deeper items stand at this depth: how deep they are is the server's to choose. */
const MAX_DEPTH = 30;

function timelinePart(data: ReportData): Part {
  const { view } = data;
  const pictures = new Map(data.media.filter((each) => !isVideo(each)).map((each) => [each.artifactId, each]));
  const begun = view.track[0]?.since ?? null;
  const pieces: string[] = [];
  let depth = -1;
  for (const row of inReadingOrder(view, MAX_DEPTH)) {
    if (row.depth > depth) pieces.push(depth < 0 ? '<ol class="tree">' : '<ol>');
    else pieces.push(`</li>${'</ol></li>'.repeat(depth - row.depth)}`);
    // A tree only ever gets one level deeper at a time.
    depth = row.depth;
    pieces.push(itemHtml(row.node, data, pictures, begun).text);
  }
  if (depth < 0) return { id: 'timeline', name: 'Timeline', body: html`<p>Nothing was done yet, or the server tells nothing of it.</p>` };
  pieces.push(`</li></ol>${'</li></ol>'.repeat(depth)}`);
  const body = html`<div class="tools" role="search" aria-label="Timeline" hidden>
<label for="search">Search</label><input type="search" id="search" autocomplete="off" spellcheck="false">
<label><input type="checkbox" id="bad"> only what failed</label>
<button type="button" id="open">Large pictures</button><button type="button" id="close">Small pictures</button>
<span id="found" role="status"></span></div>
${new Html(pieces.join('\n'))}
<p class="keys more"><kbd>/</kbd> searches, <kbd>j</kbd> and <kbd>k</kbd> go to the next item and back, <kbd>o</kbd> makes its picture large or small.</p>`;
  return { id: 'timeline', name: 'Timeline', body };
}

const BAD = new Set(['failed', 'terminated', 'timed_out']);

/** Open: the caller closes the item, after what is inside of it. */
function itemHtml(node: Node, { view, redact }: ReportData, pictures: ReadonlyMap<string, Media>, begun: number | null): Html {
  const { kind, label, reason } = describeNode(view, node);
  const status = statusOf(view, node);
  const took = tookMs(node);
  const picture = node.screenshotId === null ? undefined : pictures.get(node.screenshotId);
  const since = begun === null || node.created < begun ? null : `after ${duration(node.created - begun)}`;
  const confidence =
    node.kind === 'action' && node.item.confidence_float !== null ? `confidence ${Math.round(node.item.confidence_float * 100)} %` : null;
  const more = [since, confidence].filter(Boolean).join(' · ');
  return html`<li tabindex="-1" data-bad="${BAD.has(status ?? '') ? 'yes' : 'no'}"><div class="own"><div>
<div class="what"><span class="kind">${kind}</span>${label === '' ? null : html` <span dir="auto">${redact(label)}</span>`}${
    status === null ? null : html` <span class="status ${classOf(status)}">${status}</span>`
  }${took === null ? null : html`<span class="took">${duration(took)}</span>`}</div>
${reason === '' ? null : html`<p class="why" dir="auto">${redact(reason)}</p>`}${more === '' ? null : html`<p class="more">${more}</p>`}
</div>${
    picture
      ? html`<details><summary><img loading="lazy" alt="The page after: ${redact([kind, label].filter(Boolean).join(' ')).slice(0, 200)}" src="${dataUrl(picture)}"></summary></details>`
      : null
  }</div>`;
}

/** Those that no item of the timeline shows. */
function picturesPart({ media, view }: ReportData): Part | null {
  const shown = new Set([...inReadingOrder(view, MAX_DEPTH)].map(({ node }) => node.screenshotId));
  const others = media.filter((each) => !isVideo(each) && !shown.has(each.artifactId));
  if (others.length === 0) return null;
  const name = (type: string) => (type === 'screenshot_final' ? 'The page at the end' : type.replaceAll('_', ' '));
  const body = html`<div class="gallery">${others.map(
    (each, index) =>
      html`<figure><img loading="lazy" alt="${name(each.type)}, picture ${index + 1} of ${others.length}" src="${dataUrl(each)}"><figcaption>${name(each.type)}</figcaption></figure>\n`,
  )}</div>`;
  return { id: 'pictures', name: 'Pictures', body };
}

function requestPart({ request, redact }: ReportData): Part | null {
  if (request === null || request === undefined) return null;
  return {
    id: 'request',
    name: 'Request',
    body: html`<details><summary>What was asked for, secrets taken out</summary><pre tabindex="0" role="region" aria-label="Request as JSON">${redact(safeJson(request, 2))}</pre></details>`,
  };
}
