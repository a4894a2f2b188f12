/** Runs as a step of GitHub Actions shows them: a group in the log, one annotation, a summary with the timeline, outputs. */
import type { Io } from '../../io.js';
import type { Random } from '../../random.js';
import { problemOfVerdict } from '../../render/errors.js';
import type { Renderer } from '../../render/renderer.js';
import { outputText } from '../../render/result.js';
import { printable, safeJson } from '../../render/sanitize.js';
import { timelineLines } from '../../render/timeline.js';
import { duration, isWebUrl, plural, subjectOf } from '../../render/words.js';
import type { RunEvent } from '../../runs/events.js';
import { worstExit } from '../../runs/exit.js';
import { elapsedMs, type RunView } from '../../runs/view.js';
import { Views } from '../../runs/views.js';
import { addSummary, annotate, beginGroup, endGroup, setOutputs } from './workflow.js';

type Result = Extract<RunEvent, { type: 'result' }>;

export interface ActionsOptions {
  readonly random: Random;
  readonly title: string;
  /** Whether lines follow that are worth folding. */
  readonly group: boolean;
}

/** It comes first among renderers: its group opens before any line, and closes before the results on stdout. */
export function actionsRenderer(io: Io, { random, title, group }: ActionsOptions): Renderer {
  const views = new Views();
  let opened = false;
  return {
    audience: 'machine',
    event(event) {
      if (group && !opened) {
        beginGroup(io, title);
        opened = true;
      }
      views.event(event);
    },
    close() {
      if (opened) endGroup(io);
      const all = views.all();
      annotateVerdicts(io, all);
      addSummary(io, all.length === 1 ? summaryOf(all[0] as RunView) : summaryOfMany(all));
      setOutputs(io, random, all.length === 1 ? outputsOf(all[0] as RunView) : outputsOfMany(all));
    },
  };
}

/** More of a step are not shown. */
const MAX_ANNOTATIONS = 10;

/** What the program itself says as an error is annotated there. */
function annotateVerdicts(io: Io, views: readonly RunView[]): void {
  const failed = views.flatMap(({ result }) => {
    const problem = result && problemOfVerdict(result);
    return problem ? [{ problem, link: result.run?.app_url ?? null }] : [];
  });
  const fits = failed.length <= MAX_ANNOTATIONS;
  for (const { problem, link } of fits ? failed : failed.slice(0, MAX_ANNOTATIONS - 1)) {
    annotate(io, problem, link !== null && isWebUrl(link) ? link : null);
  }
  if (!fits)
    annotate(io, {
      message: `${failed.length - MAX_ANNOTATIONS + 1} more runs did not complete`,
      hint: 'the summary of the step names them',
    });
}

function outputsOf({ runId, status, result }: RunView): Record<string, string> {
  const output = outputText(result?.run?.output, false);
  return {
    run_id: runId,
    status: status ?? 'unknown',
    exit_code: String(result?.exit_code ?? ''),
    ...(output !== '' && { output: output.slice(0, -1) }),
  };
}

function outputsOfMany(views: readonly RunView[]): Record<string, string> {
  const rows = views.map(({ runId, status, result }) => ({ run_id: runId, status, exit_code: result?.exit_code ?? null }));
  return { runs: safeJson(rows), exit_code: String(worstExit(views.map(codeOf))) };
}

const codeOf = ({ result }: RunView): Result['exit_code'] => result?.exit_code ?? 0;

const MAX_LINES = 500;
const MAX_LINE = 1_000;
const MAX_OUTPUT = 20_000;

/** Text of others stands in `<pre>` and `<code>` only, where neither Markdown nor HTML counts. */
const html = (text: string, maxLength = MAX_LINE): string =>
  printable(text, { newlines: true, maxLength }).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
const code = (text: string): string => `<code>${html(text.replace(/\s+/g, ' '))}</code>`;
const linked = (text: string, url: string | null | undefined): string =>
  url && isWebUrl(url) ? `<a href="${html(url).replace(/"/g, '%22')}">${code(text)}</a>` : code(text);

function heading(view: RunView): string {
  const { run, runId, status, result } = view;
  const took = result ? ` in ${duration(elapsedMs(view, result.at))}` : '';
  return `${result?.exit_code === 0 ? '✅' : '❌'} ${linked(runId, run?.app_url)} <b>${html(status ?? 'unknown')}</b>${took}`;
}

function summaryOf(view: RunView): string {
  const { run, result } = view;
  const subject = run && subjectOf(run);
  const lines = timelineLines(view);
  const shown = lines.slice(-MAX_LINES);
  const left = lines.length - shown.length;
  const output = outputText(run?.output, false);
  const parts = [
    `<p>${heading(view)}</p>`,
    ...(subject ? [`<p>${code(subject)}</p>`] : []),
    ...(run?.failure_reason ? [`<p>Reason: ${code(run.failure_reason)}</p>`] : []),
    ...(result?.error ? [`<p>${html(result.error.message.replace(/\s+/g, ' '))}</p>`] : []),
    ...(output === '' ? [] : [`<details open><summary>Output</summary><pre>${html(output, MAX_OUTPUT)}</pre></details>`]),
    ...(lines.length === 0
      ? []
      : [
          `<details${result?.exit_code === 0 ? '' : ' open'}><summary>Timeline (${plural(lines.length, 'item')})</summary><pre>${
            left > 0 ? `${left} earlier ones are left out\n` : ''
          }${shown.map((line) => html(line)).join('\n')}</pre></details>`,
        ]),
  ];
  return `${parts.join('\n\n')}\n\n`;
}

function summaryOfMany(views: readonly RunView[]): string {
  const ordered = [...views].sort((a, b) => Number(codeOf(a) === 0) - Number(codeOf(b) === 0));
  const items = ordered.slice(0, MAX_LINES).map((view) => {
    const reason = view.run?.failure_reason;
    return `<li>${heading(view)}${reason ? `<br>${code(reason)}` : ''}</li>`;
  });
  const left = views.length - items.length;
  return `<p>${plural(views.length, 'run')}</p>\n\n<ul>\n${items.join('\n')}\n</ul>\n\n${left > 0 ? `<p>and ${left} more</p>\n\n` : ''}`;
}
