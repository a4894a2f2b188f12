import { spawnSync } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { tempFolder } from './io.js';

/** A disk of its own that is gone with the test, or null where none can be mounted. @param size as `mount` takes it: `64k` */
export function smallDisk(size: string): { readonly folder: string; readOnly(): void; writable(): void } | null {
  const folder = tempFolder();
  const mount = (...options: string[]) => spawnSync('mount', [...options, folder], { stdio: 'ignore' }).status === 0;
  if (!mount('-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs')) return null;
  onTestFinished(() => void spawnSync('umount', [folder]));
  return { folder, readOnly: () => void mount('-o', 'remount,ro'), writable: () => void mount('-o', 'remount,rw') };
}
