// From measurements to the text of RESULTS.md.

/**
 * One promise and what came of it.
 * @typedef {{
 *   what: string,
 *   value: number,
 *   limit: number | null,
 *   unit: 'x' | 'ms' | 'MB' | '%' | '',
 *   n: number,
 *   detail?: string,
 *   why?: string,
 * }} Row `limit` null: for comparison only; `why` is told where the limit is missed
 */

const number = (value, unit) => (unit === 'x' ? `${value.toFixed(2)}x` : `${value.toFixed(value < 10 ? 2 : 0)} ${unit}`.trimEnd());

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

const FOREIGN = '# Pages of others';

/** `results` with its part about foreign pages replaced, or put at its end. */
export const withSection = (results, text) => `${results.split(`\n${FOREIGN}`)[0].trimEnd()}\n\n${text}`;

/** The part of `results` about foreign pages: `npm run bench` measures other things and leaves it as it is. */
export const foreignPart = (results) => {
  const at = results.indexOf(`\n${FOREIGN}`);
  return at < 0 ? '' : results.slice(at);
};

const plainOnes = ({ episodes }) => episodes.filter(({ plain }) => plain);
const count = (episodes, verdict) => String(episodes.filter((each) => each.verdict === verdict).length || '');

/** Cells of one task: its name, how many of its episodes are plainly worded, how many ended in each way. */
export const foreignPagesRow = (row, verdicts) => [
  row.task,
  String(plainOnes(row).length || ''),
  ...verdicts.map((verdict) => count(row.episodes, verdict)),
];

/** How the rules engine fared on pages of others: in sum, then by task. */
export function foreignPagesText({ verdicts, rows, seedGroups, commit, all }) {
  const table = (head, body) => [cells(head), cells(head.map(() => '---')), ...body.map(cells)];
  const sum = (what, episodes) => [what, String(episodes.length), ...verdicts.map((verdict) => count(episodes, verdict))];
  const groups = [
    ['listed', rows.filter(({ listed }) => listed)],
    ['not listed', rows.filter(({ listed }) => !listed)],
    ['all', rows],
  ].filter(([name, of]) => of.length > 0 && (name !== 'all' || of.some(({ listed }) => !listed)));
  const ofSeeds = (episodes, seeds) => episodes.filter(({ seed }) => seeds.includes(seed));
  const sums = seedGroups.flatMap((seeds) =>
    groups.flatMap(([name, of]) =>
      [
        ['plainly worded', of.flatMap(plainOnes)],
        ['every episode', of.flatMap(({ episodes }) => episodes)],
      ].map(([which, episodes]) => sum(`seeds ${seeds.join(',')}: ${name}, ${which}`, ofSeeds(episodes, seeds))),
    ),
  );
  const lines = [
    FOREIGN,
    '',
    `Written by \`npm run bench:pages -- --pages FOLDER${all ? ' --all' : ''} --seeds ${seedGroups.join('/')}\` at commit ${commit}: \`--engine rules\` on MiniWoB++ tasks, judged by the pages.`,
    'The listed tasks, a third, were chosen before the engine was written and are what it is tried on. The others are kept for judging: who writes rules sees how many',
    'of them end in which way, not their prompts or pages. Two were read, because they had come out wrong: `button-delay` and `form-sequence-2`. Plainly',
    'worded: by the words of the prompt alone, as `bench/plainlyWorded.js` says. Solved: it says that it is done, and the page agrees. Refused: before',
    'anything runs, with the clause that is not understood. Failed: it says openly that it did not manage; so too where the prompt fills in a form and does',
    'not say to send it. Wrong: it says that it is done, and it is not. `button-delay` measures the time between two clicks to 15 %: on a machine that is',
    'busy with other work the second click is late in some of its episodes, and they count as wrong, though the record of the click says by how much.',
    '',
    ...table(['tasks', 'episodes', ...verdicts], sums),
    ...groups
      .filter(([name]) => name !== 'all')
      .flatMap(([name, of]) => [
        '',
        ...table(
          [name, 'plain', ...verdicts],
          of.map((row) => foreignPagesRow(row, verdicts)),
        ),
      ]),
  ];
  return `${lines.join('\n')}\n`;
}
