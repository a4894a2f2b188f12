/**
 * A slider that does not say that it is one, moved as people do who use the keyboard: Tab goes to it, an arrow key moves it, and the
 * number beside it tells how far. What is no known control and changes exactly one number of the page is the slider; nothing else is.
 */
import type { SnapshotNode } from '../../browser/types.js';
import type { Observation } from '../decider.js';
import { act, fail, type Memory, type Move, notYet, type Progress } from './moves.js';
import { isNode, pieces, walk } from './tree.js';

const MAX_TABS = 25;
const MAX_PRESSES = 400;
/** So often it is looked whether a key had an effect. */
const LOOKS = 3;
const CONTROLS = new Set([
  'textbox',
  'searchbox',
  'spinbutton',
  'combobox',
  'listbox',
  'button',
  'link',
  'checkbox',
  'radio',
  'tab',
  'menuitem',
  'treeitem',
  'option',
  'switch',
]);

const numbersOf = (tree: SnapshotNode): string[] =>
  [...pieces(tree)].map(({ text }) => text).filter((text) => /^-?\d+(?:\.\d+)?$/.test(text));

const press = (key: string): Move => act({ kind: 'press', key }, 'a slider without a name', { confidence: 0.7, ends: false });

/** `nth`: which of several, each after the one before; `of`: how many there must be, null where that is not said. */
export async function moveBlindly(
  page: Observation,
  { value, nth, of }: { readonly value: number; readonly nth: number; readonly of: number | null },
  progress: Progress,
  memory: Memory,
): Promise<Move> {
  const tree = await page.snapshot();
  const numbers = numbersOf(tree);
  if (nth !== memory.blindSliders.length + 1)
    return fail('no slider of the page says that it is one: which of them is meant cannot be seen');
  if (of !== null && numbers.length !== of)
    return fail(`no slider of the page says that it is one, and the page shows ${numbers.length} numbers, not ${of}`);
  const before = progress.lastText === '' ? [] : (JSON.parse(progress.lastText) as string[]);
  const step = progress.done.at(-1);
  const next = (key: string, name: string): Move => {
    progress.done.push(name);
    progress.lastText = JSON.stringify(numbers);
    return press(key);
  };
  const changed = numbers.length === before.length ? numbers.flatMap((number, index) => (number === before[index] ? [] : [index])) : [];

  if (step === 'probe' || step === 'move') {
    const [at] = changed;
    if (changed.length === 0 && progress.looks < LOOKS) return notYet('the slider does not move');
    const isIt = changed.length === 1 && at !== undefined && (progress.total === null || progress.total === at);
    if (isIt) {
      progress.total = at;
      const shown = Number(numbers[at]);
      const was = Number(before[at]);
      if (memory.blindSliders.includes(at)) return fail(`the page has ${memory.blindSliders.length} sliders, no more`);
      if (shown === value) {
        memory.blindSliders = [...memory.blindSliders, at];
        return { type: 'nothing' };
      }
      if (step === 'move' && Math.sign(was - value) !== Math.sign(shown - value))
        return fail(`the slider cannot be set to ${value}: it goes from ${was} to ${shown}`);
      if (progress.count >= MAX_PRESSES) return fail(`the slider is still at ${shown} after ${MAX_PRESSES} key presses`);
      return next(shown < value ? 'ArrowRight' : 'ArrowLeft', 'move');
    }
    if (step === 'move') return fail(changed.length === 0 ? 'the slider does not move on' : 'more than one number changes with the slider');
  }
  if (progress.done.filter((each) => each === 'tab').length >= MAX_TABS) return fail('slider is not on the page');
  const focused = [...walk(tree)].filter((node) => node.focused === true).at(-1);
  const isControl =
    focused !== undefined &&
    (CONTROLS.has(focused.role) || focused.children.some((child) => isNode(child) && CONTROLS.has(child.role) && child.focused === true));
  return step === 'tab' && !isControl ? next('ArrowRight', 'probe') : next('Tab', 'tab');
}
