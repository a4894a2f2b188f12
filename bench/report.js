// From measurements to the text of RESULTS.md.

/**
 * One promise and what came of it.
 * @typedef {{
 *   what: string,
 *   value: number,
 *   limit: number | null,
 *   unit: 'x' | 'ms' | 'MB' | '%',
 *   n: number,
 *   detail?: string,
 *   why?: string,
 * }} Row `limit` null: for comparison only; `why` is told where the limit is missed
 */

const number = (value, unit) => (unit === 'x' ? `${value.toFixed(2)}x` : `${value.toFixed(value < 10 ? 2 : 0)} ${unit}`);

/** @param {Row} row @returns its cells */
export function row({ what, value, limit, unit, n, detail = '' }) {
  const verdict = limit === null ? '' : value <= limit ? 'pass' : '**short**';
  return [what, limit === null ? '' : `<= ${number(limit, unit)}`, number(value, unit), verdict, String(n), detail];
}

const cells = (texts) => `| ${texts.join(' | ')} |`;

export function resultsText(sections, { machine, quick }) {
  const lines = [
    '# Speed',
    '',
    `Written by \`npm run bench${quick ? ' -- --quick' : ''}\` on ${machine}.`,
    'A ratio compares two programs that ran in turn (A B A B ...) in one run; both numbers behind it are medians of n runs, beside it.',
    '',
  ];
  for (const { title, note, rows } of sections) {
    lines.push(`## ${title}`, '', ...(note ? [note, ''] : []));
    lines.push(cells(['what', 'budget', 'reached', '', 'n', 'medians']), cells(['---', '---', '---', '---', '---', '---']));
    for (const each of rows) lines.push(cells(row(each)));
    lines.push('');
    for (const { what, value, limit, why } of rows) if (limit !== null && value > limit && why) lines.push(`${what}: ${why}`, '');
  }
  return `${lines.join('\n').trimEnd()}\n`;
}
