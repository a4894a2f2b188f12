/**
 * Whether what was filled in was sent. A run leaves no open page behind: a form that nobody sends is as good as not filled in, so a prompt
 * that stops there has not done what it seems to say.
 */
import type { SnapshotNode } from '../../browser/types.js';
import type { EngineAction, Observation } from '../decider.js';
import type { Command } from './clause.js';
import type { Memory } from './moves.js';
import { describe, labelOf, walk } from './tree.js';

/** A field that was changed, and nothing was clicked, pressed or read since. */
export interface Unsent {
  readonly ref: string;
  readonly role: string;
}

const FILLS = new Set<Command['kind']>([
  'type',
  'paste',
  'select',
  'suggestion',
  'check',
  'checkAll',
  'adjust',
  'set',
  'date',
  'time',
  'upload',
]);
/** They neither send a form nor look at what came of it. */
const IDLE = new Set<Command['kind']>(['pause', 'scroll', 'hover', 'copy', 'findWord', 'highlight', 'selectNothing', 'answer']);

/** Keeps `memory.unsent` up to date with what is about to be done for `command`. */
export async function noteSending(page: Observation, memory: Memory, command: Command, action: EngineAction): Promise<void> {
  if (IDLE.has(command.kind)) return;
  if (!FILLS.has(command.kind)) memory.unsent = null;
  else if (action.kind !== 'click' && 'ref' in action && action.ref !== undefined) {
    const node = [...walk(await page.snapshot())].find(({ ref }) => ref === action.ref);
    memory.unsent = node ? { ref: action.ref, role: node.role } : null;
  }
}

const SENDS = /^(?:submit|save(?: changes)?|send|apply|update|confirm|verify|finish|done|log ?in|sign ?(?:in|up)|register)$/i;

/** Why the run is not done yet; null when nothing waits to be sent. A switch works at once, as its role says. */
export async function notSent(page: Observation, { unsent }: Memory): Promise<string | null> {
  if (unsent === null || unsent.role === 'switch') return null;
  const nodes = [...walk(await page.snapshot())];
  const at = nodes.findIndex(({ ref, role }) => ref === unsent.ref && role === unsent.role);
  const button = at < 0 ? undefined : nodes.slice(at).find((node) => node.role === 'button' && !node.disabled && SENDS.test(labelOf(node)));
  return button
    ? `what was filled in was not sent: the page has ${describe(button)}; say \`click "${labelOf(button)}"\`, or what shows that the page has taken it, as in \`wait for "Saved"\``
    : null;
}

/** Buttons that say no more than that one goes on. */
const GOES_ON = /^(?:ok|go|enter|continue|next|done|submit|send|log ?(?:in|on)|sign ?in)$/i;

/** The button of the form that was filled in last, where it is the only one in it and is called by no other deed. */
export function sendButton(tree: SnapshotNode, { unsent }: Memory): SnapshotNode | null {
  const around = [...walk(tree)].filter(
    (node) => unsent !== null && node !== tree && [...walk(node)].some(({ ref }) => ref === unsent.ref),
  );
  const buttonsIn = (node: SnapshotNode) => [...walk(node)].filter(({ role }) => role === 'button');
  const form = around.findLast((node) => buttonsIn(node).length > 0);
  const [only, ...others] = form ? buttonsIn(form) : [];
  return only?.ref && others.length === 0 && !only.disabled && GOES_ON.test(labelOf(only)) ? only : null;
}
