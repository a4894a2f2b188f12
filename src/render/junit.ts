/** Runs as a JUnit report, the form that CI servers read: a suite with a case for each run. */
import { NOT_MET } from '../runs/exit.js';
import { elapsedMs, type RunView } from '../runs/view.js';
import { problemOfVerdict } from './errors.js';
import { outputText } from './result.js';
import { printable } from './sanitize.js';
import { timelineLines } from './timeline.js';
import { subjectOf } from './words.js';

const MAX_NAME = 200;
const MAX_TEXT = 100_000;

/** XML 1.0 has no way to write control characters at all: they are shown as pictures, as everywhere. */
const xml = (text: string, maxLength = MAX_TEXT): string =>
  printable(text, { newlines: true, maxLength })
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/[\ufffe\uffff]/g, '\ufffd');
const attribute = (text: string, maxLength = MAX_NAME): string => xml(text.replace(/\s+/g, ' '), maxLength);
const seconds = (ms: number): string => (ms / 1000).toFixed(3);

/** A run that failed is a failure; one whose end is not known, as after a time limit, is an error; one that nobody waits for is skipped. */
export function junitXml(views: readonly RunView[]): string {
  const cases = views.map(caseOf);
  const count = (kind: Case['kind']) => cases.filter((each) => each.kind === kind).length;
  const total = seconds(cases.reduce((sum, { ms }) => sum + ms, 0));
  const counts = `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}" time="${total}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="skyvern" ${counts}>`,
    `  <testsuite name="skyvern" ${counts}>`,
    ...cases.map(({ lines }) => lines),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

interface Case {
  readonly kind: 'passed' | 'failure' | 'error' | 'skipped';
  readonly ms: number;
  readonly lines: string;
}

function caseOf(view: RunView): Case {
  const { run, runId, result } = view;
  const ms = result ? elapsedMs(view, result.at) : 0;
  const fault = faultOf(view);
  const output = outputText(run?.output, false);
  const timeline = timelineLines(view);
  const properties = {
    run_id: runId,
    status: view.status ?? 'unknown',
    exit_code: String(result?.exit_code ?? ''),
    url: run?.app_url ?? '',
  };
  const lines = [
    `    <testcase name="${attribute((run && subjectOf(run)) ?? runId)}" classname="skyvern.${attribute(run?.run_type ?? 'run')}" time="${seconds(ms)}">`,
    '      <properties>',
    ...Object.entries(properties).map(([name, value]) => `        <property name="${name}" value="${attribute(value, 2_000)}"/>`),
    '      </properties>',
    ...(fault?.kind === 'skipped' ? [`      <skipped message="${attribute(fault.message)}"/>`] : []),
    ...(fault && fault.kind !== 'skipped'
      ? [
          `      <${fault.kind} type="${attribute(fault.type)}" message="${attribute(fault.message, 2_000)}">${xml(fault.message)}</${fault.kind}>`,
        ]
      : []),
    ...(output === '' ? [] : [`      <system-out>${xml(output)}</system-out>`]),
    ...(timeline.length === 0 ? [] : [`      <system-err>${xml(timeline.join('\n'))}</system-err>`]),
    '    </testcase>',
  ];
  return { kind: fault?.kind ?? 'passed', ms, lines: lines.join('\n') };
}

function faultOf({ result }: RunView): { kind: 'failure' | 'error' | 'skipped'; type: string; message: string } | null {
  if (!result) return { kind: 'skipped', type: 'goes_on', message: 'the run goes on: another one ended the wait' };
  const verdict = problemOfVerdict(result);
  if (verdict) return { kind: 'failure', type: verdict.code, message: verdict.message };
  if (result.error === null) return null;
  const { code, message } = result.error;
  return { kind: code === NOT_MET ? 'failure' : 'error', type: code, message };
}
