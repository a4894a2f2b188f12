/** The command line from its sources, as a process of its own: `node --import runSources.mjs program.ts ...`. */
import { main } from '../../src/cli/main.js';
import type { Io } from '../../src/io.js';

Object.assign(globalThis, { __VERSION__: '0.0.0-test' });
process.exitCode = await main(process.argv.slice(2), process as Io, new AbortController().signal);
