/** The keyboard as it comes, made into words; what they mean is decided by the session. Nothing is drawn. */
import { type Key, useApp, useInput } from 'ink';
import { useEffect } from 'react';
import type { Typed, TypedKey } from './session.js';

/** Hands the terminal over, as it was before us, until the task is done; then the view is drawn again. */
export type HandOver = (task: () => Promise<void>) => Promise<void>;

export interface KeysProps {
  readonly onTyped: (typed: Typed) => void;
  /** Ctrl-Z. */
  readonly onSuspend: () => Promise<void>;
  /** Called once with the way to hand the terminal over. */
  readonly onReady: (handOver: HandOver) => void;
}

const NAMED: readonly (readonly [keyof Key, TypedKey])[] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['home', 'first'],
  ['end', 'last'],
  ['return', 'enter'],
  ['escape', 'escape'],
  ['backspace', 'backspace'],
  ['delete', 'backspace'],
];

export function Keys({ onTyped, onSuspend, onReady }: KeysProps) {
  const { suspendTerminal } = useApp();
  useEffect(() => onReady((task) => suspendTerminal(task)), [suspendTerminal, onReady]);
  useInput((input, key) => {
    // Ctrl-C counts wherever it stands, in a paste too.
    if ((key.ctrl && input === 'c') || input.includes('\u0003')) return onTyped({ key: 'interrupt' });
    if (key.ctrl && input === 'z') return void suspendTerminal(onSuspend);
    const named = NAMED.find(([flag]) => key[flag]);
    if (named) return onTyped({ key: named[1] });
    if (!key.ctrl && !key.meta && input !== '') onTyped({ text: input });
  });
  return null;
}
