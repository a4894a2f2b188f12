/**
 * What a person at the keyboard is about: which row is selected, what was opened, what is being asked or typed.
 *
 * Pure: `press()` makes of a key the next state and, at times, an effect that somebody else has.
 */
import { childrenOf, type Node, type RunView } from '../../runs/view.js';
import { describeNode } from '../words.js';
import { around, type Folds, isOpen, rowBeside } from './tree.js';

/** What was typed: text as it came, one character or a paste, or a key that has no text. */
export type Typed = { readonly text: string } | { readonly key: TypedKey };
export type TypedKey = 'up' | 'down' | 'left' | 'right' | 'first' | 'last' | 'enter' | 'escape' | 'backspace' | 'interrupt';

/** What the keyboard is about. */
export type Talk =
  | { readonly about: 'nothing' | 'help' | 'log' }
  | { readonly about: 'ask'; readonly question: Question }
  | { readonly about: 'find'; readonly text: string }
  /** `text` is a secret: only its length is ever drawn. */
  | { readonly about: 'code'; readonly text: string }
  | { readonly about: 'message'; readonly text: string };

export type Question = 'cancel' | 'approve' | 'reject';

export interface Session {
  readonly talk: Talk;
  /** Key of the row that the arrows are at; null while nobody moved. */
  readonly selected: string | null;
  /** What was opened (true) or folded (false). */
  readonly folded: ReadonlyMap<string, boolean>;
  /** What was looked for last. */
  readonly found: string;
}

const QUIET: Talk = { about: 'nothing' };
export const newSession: Session = { talk: QUIET, selected: null, folded: new Map(), found: '' };

export const foldsOf =
  ({ folded }: Session): Folds =>
  (key) =>
    folded.get(key);

export type Effect =
  | { readonly do: 'detach' | 'cancel' | 'approve' | 'open' | 'screenshot' }
  | { readonly do: 'send'; readonly code: string }
  /** A node that is in the scrollback is printed again, with all that it encloses. */
  | { readonly do: 'reprint'; readonly key: string };

/** What can be done to this run from here. */
export interface Powers {
  readonly approve: boolean;
  readonly code: boolean;
  readonly open: boolean;
  readonly screenshot: boolean;
  readonly log: boolean;
}

export interface Scene {
  readonly view: RunView;
  readonly powers: Powers;
  /** Whether this node is in the scrollback. */
  isPrinted(key: string): boolean;
}

export interface Pressed {
  readonly session: Session;
  readonly effect: Effect | null;
}

export function press(session: Session, typed: Typed, scene: Scene): Pressed {
  if ('key' in typed && typed.key === 'interrupt') return { session, effect: { do: 'detach' } };
  const { talk } = session;
  if (talk.about === 'find') return finding(session, talk.text, typed, scene);
  if (talk.about === 'code') return typing(session, talk.text, typed);
  if (talk.about === 'ask') {
    const answered = answering(session, talk.question, typed);
    if (answered) return answered;
  }
  if ('key' in typed) return moving(session, typed.key, scene);
  if ([...typed.text].length === 1) return commanded(session, typed.text, scene);
  // A key held down comes in pieces. Any other piece is a paste, which must not answer a question or end anything.
  if (!/^(?:j+|k+)$/.test(typed.text)) return { session, effect: null };
  return [...typed.text].reduce<Pressed>((pressed, each) => commanded(pressed.session, each, scene), { session, effect: null });
}

export const isPaused = ({ attention, status }: RunView): boolean =>
  status === 'paused' || (attention?.kind === 'paused' && !attention.resolved);

/** Why a key does nothing here; null when it does. */
const say = (session: Session, text: string): Pressed => ({ session: { ...session, talk: { about: 'message', text } }, effect: null });
const ask = (session: Session, question: Question): Pressed => ({
  session: { ...session, talk: { about: 'ask', question } },
  effect: null,
});
const act = (session: Session, effect: Effect): Pressed => ({ session: { ...session, talk: QUIET }, effect });
const toggle = (session: Session, about: 'help' | 'log'): Pressed => ({
  session: { ...session, talk: session.talk.about === about ? QUIET : { about } },
  effect: null,
});

function commanded(session: Session, character: string, scene: Scene): Pressed {
  const { view, powers } = scene;
  switch (character) {
    case 'd':
    case 'q':
      return act(session, { do: 'detach' });
    case 'c':
      return ask(session, 'cancel');
    case 'a':
    case 'r':
      if (!powers.approve) return { session, effect: null };
      if (!isPaused(view)) return say(session, 'the run does not wait for anybody');
      return ask(session, character === 'a' ? 'approve' : 'reject');
    case 't':
      if (!powers.code) return say(session, 'the run was started without a totp_identifier, so it waits for no code');
      return { session: { ...session, talk: { about: 'code', text: '' } }, effect: null };
    case 'o':
      return powers.open ? act(session, { do: 'open' }) : say(session, 'the server gives no page for this run');
    case 's':
      return powers.screenshot ? act(session, { do: 'screenshot' }) : say(session, 'there is no screenshot yet');
    case 'l':
      return powers.log ? toggle(session, 'log') : { session, effect: null };
    case '?':
    case 'h':
      return toggle(session, 'help');
    case '/':
      return { session: { ...session, talk: { about: 'find', text: '' } }, effect: null };
    case 'n':
      return search(session, session.found, scene, -1);
    case 'N':
      return search(session, session.found, scene, 1);
    case 'k':
      return moving(session, 'up', scene);
    case 'j':
      return moving(session, 'down', scene);
    case 'g':
      return moving(session, 'first', scene);
    case 'G':
      return moving(session, 'last', scene);
    case ' ':
      return moving(session, 'enter', scene);
    default:
      return { session, effect: null };
  }
}

function moving(session: Session, key: TypedKey, scene: Scene): Pressed {
  const { view } = scene;
  const { selected } = session;
  const folds = foldsOf(session);
  const node = selected === null ? undefined : view.nodes.get(selected);
  const go = (next: string | null): Pressed => ({ session: { ...session, talk: QUIET, selected: next }, effect: null });
  switch (key) {
    case 'up':
      return go(rowBeside(view, folds, selected, -1));
    case 'down':
      // Below the last row nothing is selected: the newest are shown again as they come.
      return go(selected === null ? null : rowBeside(view, folds, selected, 1));
    case 'first':
      return go(childrenOf(view, '')[0] ?? null);
    case 'last':
      return go(null);
    case 'left':
      if (node && childrenOf(view, node.key).length > 0 && isOpen(view, node, folds)) return fold(session, node, false);
      return node && node.parent !== '' ? go(node.parent) : { session, effect: null };
    case 'right':
      return node ? fold(session, node, true) : { session, effect: null };
    case 'enter':
      if (!node) return { session, effect: null };
      if (scene.isPrinted(node.key)) return act(session, { do: 'reprint', key: node.key });
      return fold(session, node, !isOpen(view, node, folds));
    case 'escape':
      return session.talk.about === 'nothing' ? go(null) : { session: { ...session, talk: QUIET }, effect: null };
    default:
      return { session, effect: null };
  }
}

const fold = (session: Session, { key }: Node, open: boolean): Pressed => ({
  session: { ...session, talk: QUIET, folded: new Map(session.folded).set(key, open) },
  effect: null,
});

/** Null for a key that is no answer: it means what it always means. */
function answering(session: Session, question: Question, typed: Typed): Pressed | null {
  if ('key' in typed) return null;
  if (typed.text === 'n') return { session: { ...session, talk: QUIET }, effect: null };
  if (typed.text !== 'y') return null;
  return act(session, { do: question === 'approve' ? 'approve' : 'cancel' });
}

/** Text that is typed or pasted, without what is no text. */
const textOf = (typed: Typed): string => ('text' in typed ? typed.text.replace(/\p{Cc}/gu, '') : '');
const withoutLast = (text: string): string => [...text].slice(0, -1).join('');

function finding(session: Session, text: string, typed: Typed, scene: Scene): Pressed {
  const typing = (next: string): Pressed => ({ session: { ...session, talk: { about: 'find', text: next } }, effect: null });
  if ('text' in typed) return typing(text + textOf(typed));
  if (typed.key === 'backspace' && text !== '') return typing(withoutLast(text));
  if (typed.key === 'enter') return search(session, text, scene, -1);
  return typed.key === 'escape' || typed.key === 'backspace' ? { session: { ...session, talk: QUIET }, effect: null } : typing(text);
}

/** The longest mail or message that a server takes a code from. */
const MAX_CODE = 4_000;

function typing(session: Session, text: string, typed: Typed): Pressed {
  const next = (code: string): Pressed => ({ session: { ...session, talk: { about: 'code', text: code } }, effect: null });
  if ('text' in typed) return next((text + textOf(typed)).slice(0, MAX_CODE));
  if (typed.key === 'backspace' && text !== '') return next(withoutLast(text));
  if (typed.key === 'enter' && text.trim() !== '') return act(session, { do: 'send', code: text.trim() });
  return typed.key === 'escape' || typed.key === 'backspace' ? { session: { ...session, talk: QUIET }, effect: null } : next(text);
}

/** The next node that says this, upwards (-1) or downwards (1) and once around; what encloses it is opened. */
function search(session: Session, wanted: string, { view }: Scene, step: 1 | -1): Pressed {
  if (wanted === '') return { session: { ...session, talk: QUIET }, effect: null };
  const lower = wanted.toLowerCase();
  for (const node of around(view, session.selected, step)) {
    const { kind, label, reason } = describeNode(view, node);
    if (!`${kind} ${label} ${reason}`.toLowerCase().includes(lower)) continue;
    const folded = new Map(session.folded);
    for (let above = view.nodes.get(node.parent); above; above = view.nodes.get(above.parent)) folded.set(above.key, true);
    return { session: { talk: QUIET, selected: node.key, folded, found: wanted }, effect: null };
  }
  return say({ ...session, found: wanted }, `nothing here says “${wanted}”`);
}
