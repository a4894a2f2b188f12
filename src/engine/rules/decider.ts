/** Carries out the clauses of a prompt, one step for each, and says for every value where it came from. */
import { COVERED } from '../../browser/types.js';
import type { Decider, Decision, EngineAction, Observation } from '../decider.js';
import type { ActionRecord } from '../task.js';
import { pickDay } from './calendar.js';
import { check, checkAll, select, selectNothing, selectPath } from './choosing.js';
import type { Clause, Command } from './clause.js';
import { answer, type Popup, popupOn, refsOf } from './dialogs.js';
import { adjust, copy, findWord, highlight, login, paste, setTo, time, type, upload } from './filling.js';
import { act, freshProgress, type Memory, type Move, type Progress, type Verify } from './moves.js';
import { click, clickEach, clickValue, close, expand, findAndClick, findText, hover, openItem, pressKey } from './opening.js';
import { getFields, getItems, getOf, getPage, getText, waitText } from './reading.js';
import { scroll } from './scrolling.js';
import { noteSending, notSent } from './sending.js';
import { sort } from './sorting.js';
import { suggestedBefore, suggestion } from './suggesting.js';
import { describe } from './tree.js';

/** How long an element may take to appear. */
const PATIENCE_MS = 5_000;
/** How long a page may take to show what an action did. */
const VERIFY_MS = 2_000;

export function createRulesDecider(clauses: readonly Clause[]): Decider {
  let index = 0;
  let progress = freshProgress();
  /** What was decided and not yet seen to have gone well. */
  let underWay: UnderWay | null = null;
  /** What came to the page after clicks of our own, up to the next action. */
  const opened = new Set<string>();
  /** What the page showed before the newest click. */
  let clickedFrom: ReadonlySet<string> | null = null;
  const memory: Memory = { kept: null, found: null, filled: new Set(), unsent: null, typed: null, blindSliders: [], output: {} };
  const extracted = () => (Object.keys(memory.output).length > 0 ? memory.output : null);

  /** Null when the action that is under way has done what it should. */
  const settle = async (page: Observation, last: ActionRecord | undefined): Promise<Decision | null> => {
    const clause = clauses[index];
    if (!underWay)
      return last?.status === 'failed' ? { type: 'fail', reason: `the start page could not be opened: ${last.response ?? ''}` } : null;
    const hasFailed = last?.status === 'failed';
    const problem = hasFailed ? (last.response ?? 'it did not work') : await underWay.verify?.(page);
    if (problem && (!hasFailed || problem === COVERED)) {
      const popup = progress.interrupted ? null : await popupOver(page, underWay, hasFailed);
      if (popup) return decline(popup);
    }
    const reason = `${saying(clause)}: ${problem}`;
    if (hasFailed) return { type: 'fail', reason };
    if (problem) return { type: 'lookAgain', withinMs: VERIFY_MS, reason, startsStep: false };
    progress.looks = 0;
    if (!underWay.aside) progress.count++;
    if (underWay.action.kind === 'click') clickedFrom = underWay.seen;
    if (underWay.ends) {
      index++;
      progress = freshProgress();
    }
    underWay = null;
    return null;
  };

  /** What took the effect of an action is new; what covers its element may have been there before, but nothing of ours. */
  const popupOver = async (page: Observation, { action, seen }: UnderWay, covers: boolean): Promise<Popup | null> => {
    if (seen === null) return null;
    const popup = popupOn(await page.snapshot(), seen, covers ? opened : null);
    return popup && 'ref' in action && popup.holds.has(action.ref ?? '') ? null : popup;
  };

  /** What came over the page while it was acted on is declined, once, and the action is done again. */
  const decline = ({ ref, text, button }: Popup): Decision => {
    if (underWay?.action.kind === 'fill') memory.filled.delete(underWay.action.ref);
    progress.interrupted = true;
    const action = { kind: 'click', ref: button.ref, download: false } as const;
    const verify: Verify = async (now) => (refsOf(await now.snapshot()).has(ref) ? 'what came over the page is still there' : null);
    underWay = { action, ends: false, aside: true, seen: null, verify };
    const reasoning = `This came over the page and is declined: "${text}"`;
    return { type: 'act', action, reasoning, intention: describe(button), confidence: 0.7, startsStep: false };
  };

  const decide = async (page: Observation, history: readonly ActionRecord[]): Promise<Decision> => {
    const unsettled = await settle(page, history.at(-1));
    if (unsettled) return unsettled;
    for (;;) {
      const clause = clauses[index];
      if (!clause) {
        const problem = await notSent(page, memory);
        return problem === null ? { type: 'done', output: extracted() } : { type: 'fail', reason: problem };
      }
      const move = await next(clause.command, page, progress, memory);
      const startsStep = progress.count === 0;
      if (move.type === 'nothing') {
        index++;
        progress = freshProgress();
        continue;
      }
      if (move.type === 'fail') return { type: 'fail', reason: `${saying(clause)}: ${move.reason}` };
      if (move.type === 'notYet') {
        progress.looks++;
        return { type: 'lookAgain', withinMs: move.withinMs ?? PATIENCE_MS, reason: `${saying(clause)}: ${move.reason}`, startsStep };
      }
      const { action, intention, confidence, ends, verify } = move;
      const seen = 'ref' in action && action.ref !== undefined ? refsOf(await page.snapshot()) : null;
      if (seen && clickedFrom) for (const ref of seen) if (!clickedFrom.has(ref)) opened.add(ref);
      if (seen) clickedFrom = null;
      underWay = { action, ends, aside: false, seen, ...(verify && { verify }) };
      await noteSending(page, memory, clause.command, action);
      if (action.kind !== 'press') memory.blindSliders = [];
      if (action.kind === 'fill') memory.typed = { ref: action.ref, before: suggestedBefore(await page.snapshot()) };
      // What is clicked or pressed may take what was typed: a field is free again after it.
      if (['click', 'clickText', 'clickIcon', 'press', 'goto', 'history'].includes(action.kind)) memory.filled.clear();
      const reasoning = [`Clause ${index + 1} of ${clauses.length}: ${clause.text}.`, move.note]
        .filter((part) => part !== undefined)
        .join(' ');
      return { type: 'act', action, reasoning, intention, confidence, startsStep, ...(clause.answer && { answer: clause.answer }) };
    }
  };
  return {
    allowedUrls: clauses.flatMap(({ command }) => (command.kind === 'goto' ? [command.url] : [])),
    get extracted() {
      return extracted();
    },
    decide,
  };
}

interface UnderWay {
  readonly action: EngineAction;
  readonly ends: boolean;
  /** Whether it is none of the clause's own. */
  readonly aside: boolean;
  /** What the page showed before it; null where nothing was looked for. */
  readonly seen: ReadonlySet<string> | null;
  readonly verify?: Verify;
}

const saying = (clause: Clause | undefined): string => `\`${clause?.text ?? ''}\``;

function next(command: Command, page: Observation, progress: Progress, memory: Memory): Promise<Move> | Move {
  switch (command.kind) {
    case 'goto':
      return act({ kind: 'goto', url: command.url });
    case 'history':
      return act({ kind: 'history', to: command.to });
    case 'press':
      return pressKey(page, command);
    case 'pause':
      return act({ kind: 'pause', ms: command.ms, sinceLastAction: true });
    case 'scroll':
      return scroll(page, command);
    case 'waitText':
      return waitText(page, command.text);
    case 'click':
      return click(page, command, memory);
    case 'answer':
      return answer(page, command);
    case 'hover':
      return hover(page, command.target);
    case 'suggestion':
      return suggestion(page, command, progress, memory);
    case 'clickEach':
      return clickEach(page, command, progress);
    case 'openItem':
      return openItem(page, command, progress);
    case 'findText':
      return findText(page, command.text, progress, memory);
    case 'clickValue':
      return clickValue(page, command.label, memory);
    case 'findAndClick':
      return findAndClick(page, command, progress);
    case 'expand':
      return expand(page, command, progress);
    case 'close':
      return close(page, command.part, command.by);
    case 'type':
      return type(page, command, progress, memory);
    case 'login':
      return login(page, command, progress.count);
    case 'adjust':
      return adjust(page, command, progress, memory);
    case 'set':
      return setTo(page, command, progress);
    case 'date':
      return pickDay(page, command, progress);
    case 'time':
      return time(page, command);
    case 'copy':
      return copy(page, command.from, memory);
    case 'paste':
      return paste(page, command.into, memory);
    case 'findWord':
      return findWord(page, command, memory);
    case 'upload':
      return upload(page, command);
    case 'highlight':
      return highlight(page, command.target);
    case 'select':
      return select(page, command, progress.count);
    case 'selectNothing':
      return selectNothing(page);
    case 'selectPath':
      return selectPath(page, command.path, progress);
    case 'check':
      return check(page, command, progress.count);
    case 'checkAll':
      return checkAll(page, command.checked);
    case 'sort':
      return sort(page, command, progress);
    case 'getPage':
      return getPage(page, command, memory.output);
    case 'getText':
      return getText(page, command, memory.output);
    case 'getFields':
      return getFields(page, command, memory.output);
    case 'getOf':
      return getOf(page, command, memory.output);
    case 'getItems':
      return getItems(page, command, progress, memory.output);
  }
}
