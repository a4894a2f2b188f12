/** A day put into a field: typed where the field takes it, else picked from the calendar that the field opens. */
import type { SnapshotNode } from '../../browser/types.js';
import type { Observation } from '../decider.js';
import { chooseClickable, chooseField, fieldsOf } from './choose.js';
import type { Command, Day } from './clause.js';
import { fieldNamedBy, fill } from './filling.js';
import { act, fail, type Move, notChosen, notYet, type Progress, type Verify } from './moves.js';
import { monthOf, readDay, target as targetOf } from './nouns.js';
import { within } from './scope.js';
import { describe, isNode, labelOf, textOf, walk } from './tree.js';

/** Ten years of months, each way. */
const MAX_MONTHS = 120;
const MONTH_AND_YEAR =
  /\b(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?,? (\d{4})\b/gi;

export async function pickDay(page: Observation, { day, target }: Extract<Command, { kind: 'date' }>, progress: Progress): Promise<Move> {
  const tree = await page.snapshot();
  const calendar = calendarIn(tree);
  // The field is told once: what the calendar does to the page may hide it.
  if (calendar) return turnOrPick(calendar, day, progress);
  const scoped = within(tree, target?.within ?? null, await page.title());
  if ('problem' in scoped) return notYet(scoped.problem);
  const choice = target ? await chooseField(page, scoped.found, target) : await fieldNamedBy(page, tree, 'date', 'date');
  if (choice.type !== 'one' || choice.node.ref === null) return notChosen(choice);
  const { node } = choice;
  const ref = choice.node.ref;
  const label = fieldsOf(tree).find((field) => field.node === node)?.label ?? node.name;
  const facts = await page.inspect(ref);
  if (facts?.type === 'date' || progress.count > 0) {
    if (facts?.readOnly) return notYet('the field cannot be typed into, and no calendar shows');
    if (progress.count > 0 && progress.looks < 2) return notYet('no calendar shows');
    const note = facts?.type === 'date' ? `"${day.text}" is day ${day.day} of month ${day.month} of ${day.year}.` : undefined;
    return fill(page, node, label, day.text, choice.confidence, note === undefined ? {} : { note });
  }
  // A calendar may show when the field is clicked; it is then the one way that every such page takes.
  progress.lastText = ref;
  return act({ kind: 'click', ref, download: false }, describe({ ...node, children: [] }), { confidence: choice.confidence, ends: false });
}

interface Calendar {
  readonly node: SnapshotNode;
  readonly year: number;
  readonly month: number;
}

/** The smallest part of the page that names one month of one year and holds the days of it. */
function calendarIn(tree: SnapshotNode): Calendar | null {
  const fitting = [...walk(tree)].flatMap((node): Calendar[] => {
    const months = [...textOf(node).matchAll(MONTH_AND_YEAR)];
    const [only] = months;
    if (months.length !== 1 || !only || dayNodes(node, 15).length !== 1 || dayNodes(node, 28).length === 0) return [];
    return [{ node, month: monthOf(only[1] ?? ''), year: Number(only[2]) }];
  });
  return fitting.at(-1) ?? null;
}

const DAY_ROLES = ['link', 'button', 'gridcell', 'cell', 'option'];

/** Nodes that stand for a day of the month, the innermost of nested ones. Where days are links or buttons, a bare cell is none: it is of another month. */
function dayNodes(calendar: SnapshotNode, day: number): SnapshotNode[] {
  const isDay = (node: SnapshotNode) =>
    DAY_ROLES.includes(node.role) && node.ref !== null && !node.disabled && labelOf(node) === String(day);
  const found = [...walk(calendar)].filter((node) => isDay(node) && ![...walk(node)].some((inner) => inner !== node && isDay(inner)));
  const active = found.filter(({ role }) => role === 'link' || role === 'button');
  return active.length > 0 ? active : found;
}

function turnOrPick({ node, year, month }: Calendar, day: Day, progress: Progress): Move {
  const away = (day.year - year) * 12 + (day.month - month);
  if (Math.abs(away) > MAX_MONTHS || progress.count > MAX_MONTHS + 2)
    return fail(`the calendar shows month ${month} of ${year}: too far away`);
  if (away !== 0) {
    const arrow = arrowOf(node, away > 0);
    if (!arrow?.ref) return notYet(`the calendar shows month ${month} of ${year} and no way to ${away > 0 ? 'later' : 'earlier'} months`);
    const before = textOf(node);
    return act({ kind: 'click', ref: arrow.ref, download: false }, describe(arrow), {
      ends: false,
      verify: async (page) => {
        const now = calendarIn(await page.snapshot());
        return now && textOf(now.node) !== before ? null : 'the calendar did not turn to another month';
      },
    });
  }
  const days = dayNodes(node, day.day);
  const [only] = days;
  if (days.length !== 1 || !only?.ref)
    return notYet(days.length === 0 ? `day ${day.day} cannot be chosen` : `the calendar shows day ${day.day} more than once`);
  return act({ kind: 'click', ref: only.ref, download: false }, `day ${day.day} of month ${month} of ${year}`, {
    confidence: 0.95,
    verify: isTaken(progress.lastText === '' ? null : progress.lastText, only.ref, day),
  });
}

/** The only element of the calendar that says that it leads to the month after, or before. */
function arrowOf(calendar: SnapshotNode, later: boolean): SnapshotNode | null {
  const names = later ? /^(?:next(?: month)?|later|forward|[›»→>])$/i : /^(?:prev(?:ious)?(?: month)?|earlier|back|[‹«←<])$/i;
  const found = [...walk(calendar)].filter((node) => node.ref !== null && names.test(labelOf(node)));
  const innermost = found.filter((node) => !node.children.some((child) => isNode(child) && found.includes(child)));
  const [only] = innermost;
  if (innermost.length === 1 && only) return only;
  const choice = chooseClickable(calendar, targetOf({ name: later ? 'Next' : 'Prev' }));
  return choice.type === 'one' ? choice.node : null;
}

/** The field says the day, in whatever order; without a field, the calendar shows it as chosen. */
const isTaken =
  (field: string | null, dayRef: string, day: Day): Verify =>
  async (page) => {
    if (field === null) {
      const node = [...walk(await page.snapshot())].find(({ ref }) => ref === dayRef);
      return node?.selected || node?.pressed === true ? null : 'nothing on the page shows that the day was chosen';
    }
    const shown = (await page.inspect(field))?.value ?? '';
    return saysDay(shown, day) ? null : `the field shows "${shown.slice(0, 80)}" afterwards`;
  };

/** `03/09/2026` may be either day in a field of the page: both are looked for, where the numbers are the same. */
export function saysDay(shown: string, { year, month, day }: Day): boolean {
  const same = (found: Day | null) => found !== null && found.year === year && found.month === month && found.day === day;
  const swapped = shown.replace(/^(\d{1,2})([/.-])(\d{1,2})\2(\d{4})$/, '$3/$1/$4');
  return same(readDay(shown.trim())) || same(readDay(swapped.trim())) || same(readDay(shown.trim().replace(/^\p{L}+,? /u, '')));
}
