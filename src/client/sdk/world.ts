import process from 'node:process';
import type { Io } from '../../io.js';

/** The process as the library sees it: a program gets it from `bin/`, a library has none. */
export const world: Pick<Io, 'env' | 'platform' | 'pid' | 'getuid' | 'kill' | 'cwd'> = process;
