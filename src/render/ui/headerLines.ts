/** First of all lines: what the run is and where. */
import type { RunView } from '../../runs/view.js';
import { engineOf, subjectOf } from '../words.js';
import { type Line, led, line } from './line.js';
import type { Theme } from './theme.js';

export function headerLines(view: RunView, title: string | null, theme: Theme): Line[] {
  const { run, runId } = view;
  const subject = title ?? (run && subjectOf(run));
  const facts = [runId, ...(run ? [engineOf(run)] : [])].join(` ${theme.glyphs.dot} `);
  const texts = [
    ...(subject ? [theme.paint('bold', subject)] : []),
    theme.paint('dim', facts),
    ...(run?.app_url ? [theme.paint('dim', theme.link(run.app_url))] : []),
  ];
  const bar = theme.paint('cyan', theme.glyphs.bar);
  return [...texts.map((text) => led(0, bar, text)), line(0, '')];
}
