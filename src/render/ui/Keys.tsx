/** Keys become words; what they mean is decided by the renderer. Nothing is drawn. */
import { useApp, useInput } from 'ink';

export type Key = 'detach' | 'cancel' | 'yes' | 'no' | 'help';

export interface KeysProps {
  readonly onKey: (key: Key) => void;
  /** Puts the program aside, in the terminal as it was before us, until somebody brings it back. */
  readonly onSuspend: () => Promise<void>;
}

const KEYS: Readonly<Record<string, Key>> = { d: 'detach', q: 'detach', c: 'cancel', y: 'yes', n: 'no', '?': 'help', h: 'help' };

export function Keys({ onKey, onSuspend }: KeysProps) {
  const { suspendTerminal } = useApp();
  useInput((input, key) => {
    // Keys that come in one piece are a paste, which must not answer a question; but Ctrl-C counts wherever it stands.
    if ((key.ctrl && input === 'c') || input.includes('\u0003')) return onKey('detach');
    if (key.ctrl && input === 'z') return void suspendTerminal(onSuspend);
    if (key.escape) return onKey('no');
    const named = key.ctrl || key.meta ? undefined : KEYS[input.toLowerCase()];
    if (named) onKey(named);
  });
  return null;
}
