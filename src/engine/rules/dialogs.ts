/** Dialogs: those of the browser, which are answered while the action that opened them still runs, and what a page shows in their place. */
import type { SnapshotNode } from '../../browser/types.js';
import type { Observation } from '../decider.js';
import { listed } from './choose.js';
import type { Command } from './clause.js';
import { act, fail, type Move, notYet } from './moves.js';
import { within } from './scope.js';
import { describe, isNode, labelOf, textOf, walk } from './tree.js';

const ACCEPTS = /^(?:ok(?:ay)?|yes|accept|confirm|agree|i agree|allow)\b/i;
const DECLINES = /^(?:cancel|close|dismiss|decline|reject|no|no,? thanks?(?: you)?|not now|(?:maybe )?later|skip|[x×✕✖⨯])$/i;
const DIALOG = { part: { kind: 'dialog', name: null } } as const;

const buttonsIn = (tree: SnapshotNode): SnapshotNode[] =>
  [...walk(tree)].filter(({ role, ref }) => ['button', 'link'].includes(role) && ref !== null);

/** The clause before has told the browser what to answer: it is looked what came of it. */
export async function answer(page: Observation, { accept, text }: Extract<Command, { kind: 'answer' }>): Promise<Move> {
  const [shown, ...others] = page.dialogs();
  if (shown) {
    const what = `dialog (${shown.kind}) "${shown.message}"`;
    if (text !== null && shown.kind !== 'prompt') return fail(`${what} does not ask for text, and was dismissed`);
    if (shown.accepted !== accept) return fail(`${what} was ${shown.accepted ? 'accepted' : 'dismissed'}`);
    if (others.length > 0) return fail(`after ${what} came another one, which was dismissed: "${others[0]?.message}"`);
    return act({ kind: 'report', actionType: 'wait', output: null }, what);
  }
  const scoped = within(await page.snapshot(), DIALOG, await page.title());
  if ('problem' in scoped) return notYet('no dialog opened');
  if (text !== null) return fail('the dialog is one of the page: say into which field the text goes, and what to click');
  const buttons = buttonsIn(scoped.found);
  const fitting = buttons.filter((node) => (accept ? ACCEPTS : DECLINES).test(labelOf(node)));
  const [only] = fitting;
  if (fitting.length !== 1 || !only?.ref)
    return notYet(
      `${fitting.length === 0 ? 'nothing' : 'more than one button'} in the dialog plainly ${accept ? 'accepts' : 'declines'} it; there is ${listed(buttons.map(describe))}`,
    );
  return act({ kind: 'click', ref: only.ref, download: false }, describe(only), {
    confidence: 0.9,
    verify: async (now) => ('found' in within(await now.snapshot(), DIALOG, await now.title()) ? 'the dialog is still there' : null),
  });
}

/** Something that came over the page by itself, and the button that declines it. */
export interface Popup {
  readonly ref: string;
  readonly text: string;
  /** References of all that is in it. */
  readonly holds: ReadonlySet<string>;
  readonly button: SnapshotNode & { readonly ref: string };
}

/** Every reference of a page, for telling later what is new on it. */
export const refsOf = (tree: SnapshotNode): ReadonlySet<string> => new Set([...walk(tree)].flatMap(({ ref }) => ref ?? []));

/**
 * The one part of the page that was not there `before`, or (with `opened`) is a dialog that is none of those, asks something, and has one button that
 * declines it. Nothing is ever agreed to: as with the dialogs of the browser, to decline is what changes the least.
 */
export function popupOn(tree: SnapshotNode, before: ReadonlySet<string>, opened: ReadonlySet<string> | null): Popup | null {
  const isNew = ({ ref, role }: SnapshotNode) =>
    ref !== null && (!before.has(ref) || (opened !== null && ['dialog', 'alertdialog'].includes(role) && !opened.has(ref)));
  const roots: SnapshotNode[] = [];
  const visit = (node: SnapshotNode) => {
    if (isNew(node)) roots.push(node);
    else for (const child of node.children) if (isNode(child)) visit(child);
  };
  visit(tree);
  const asking = roots.filter((root) => buttonsIn(root).length > 0);
  const [popup, ...others] = asking;
  if (!popup?.ref || others.length > 0 || buttonsIn(popup).includes(popup)) return null;
  const declining = buttonsIn(popup).filter((node) => DECLINES.test(labelOf(node)) && !node.disabled);
  const [button] = declining;
  if (declining.length !== 1 || !button?.ref) return null;
  return { ref: popup.ref, text: textOf(popup).slice(0, 200), holds: refsOf(popup), button: { ...button, ref: button.ref } };
}
