/** Says when the view leaves the screen, however that comes about: Ink takes it down when the process ends, too. */
import { useLayoutEffect } from 'react';

export function Leaving({ onLeave }: { readonly onLeave: () => void }) {
  useLayoutEffect(() => onLeave, [onLeave]);
  return null;
}
