/** A program that understands `local start --foreground [--engine E]`, for tests that need a server in a process of its own. */
import { systemClock } from '../../src/clock.js';
import { SkyvernError } from '../../src/errors.js';
import { systemRandom } from '../../src/random.js';
import { runLocalServer } from '../../src/server/main.js';
import { noModels, scriptedRunner } from './scriptedRunner.js';

const ended = new AbortController();
process.on('SIGTERM', () => ended.abort());
const { argv, env } = process;
if (argv.slice(2, 5).join(' ') !== 'local start --foreground') throw new Error(`unexpected arguments ${argv.slice(2).join(' ')}`);
try {
  await runLocalServer(process as never, systemClock, systemRandom, ended.signal, {
    createRunner: () => scriptedRunner(),
    checkTask: () => null,
    models: noModels,
    version: env['TEST_VERSION'] ?? '9.9.9',
    defaultEngine: argv[5] === '--engine' ? argv[6]! : null,
    concurrency: 1,
    idleMs: env['TEST_IDLE_MS'] ? Number(env['TEST_IDLE_MS']) : null,
  });
} catch (error) {
  if (!(error instanceof SkyvernError)) throw error;
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = error.exitCode;
}
