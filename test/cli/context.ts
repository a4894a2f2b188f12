import { COMMANDS } from '../../src/cli/commands/index.js';
import type { CliContext } from '../../src/cli/context.js';
import { LocalError } from '../../src/errors.js';
import { paths } from '../../src/paths.js';
import { manualClock, seededRandom } from '../support/clock.js';
import { type TestIo, testIo } from '../support/io.js';

/** A context for parts of commands that are tested without `main()`. */
export function cliContext(io: TestIo = testIo()): CliContext {
  const { signal } = new AbortController();
  return {
    io,
    clock: manualClock(),
    random: seededRandom(),
    paths: paths(io),
    commands: COMMANDS,
    signal,
    interrupt() {},
    color: true,
    deadlineAt: null,
    callSignal: signal,
    limitTo() {},
    keychain: () => Promise.reject(new LocalError('no_keychain', 'none here')),
    onEnd() {},
  };
}
