import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { exitCode, LocalError, UsageError, Verdict } from '../../errors.js';
import { plural } from '../../render/words.js';
import { SCENARIOS, type Scenario } from '../../simulate/scenarios.js';
import { type Simulation, simulate } from '../../simulate/server.js';
import type { CliContext } from '../context.js';
import { outputMode, wantsJson, write, writeJson } from '../output.js';
import { integer } from '../parsers.js';
import { printTable } from '../table.js';

interface Flags {
  readonly list?: boolean;
  readonly port: number;
  readonly speed: number;
}

export function define(command: Command, ctx: CliContext, handler = runSimulate): void {
  command
    .description(
      'Play a bad day, to see what your pipeline does then: a server on this machine that fails, limits, loses answers or keeps you waiting, by a scenario. With a command after --, runs it against that server and ends with its exit code; else prints what to set and serves until Ctrl-C.',
    )
    .argument('[scenario]', 'what is played; --list names them')
    .argument('[command...]', 'after --: what is run with SKYVERN_BASE_URL, SKYVERN_API_KEY and a SKYVERN_HOME of its own')
    .option('--list', 'list the scenarios')
    .option('--port <n>', 'serve at this port; 0 for any free one', integer, 0)
    .option('--speed <n>', 'how many times faster the runs are', speed, 1)
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern simulate --list\n  $ skyvern simulate outage -- skyvern task run --prompt "Buy a can" --url https://shop.example --wait\n  $ skyvern simulate failed --speed 10 -- ./deploy.sh; echo $?\n  $ skyvern simulate crowd -- skyvern run watch --status running',
    )
    .action((scenario: string | undefined, words: string[], flags: Flags) => handler(ctx, command, scenario, words, flags));
}

export async function runSimulate(
  ctx: CliContext,
  command: Command,
  name: string | undefined,
  words: readonly string[],
  flags: Flags,
): Promise<void> {
  const { io, clock, random } = ctx;
  if (flags.list) {
    const rows = SCENARIOS.map((each) => ({ name: each.name, summary: each.summary }));
    return printTable(
      io.stdout,
      rows,
      [
        ['SCENARIO', (row) => row.name],
        ['WHAT HAPPENS', (row) => row.summary],
      ],
      wantsJson(ctx, command),
    );
  }
  const scenario = scenarioOf(name);
  const simulation = await simulate(scenario, { clock, random, port: flags.port, speed: flags.speed }).catch(
    (error: NodeJS.ErrnoException) => {
      throw new LocalError('no_port', `port ${flags.port} cannot be used (${error.code})`, {
        hint: 'leave --port out to take any free one',
      });
    },
  );
  ctx.onEnd(() => simulation.close());
  if (words.length === 0) return serve(ctx, command, simulation);
  const code = await runInside(ctx, simulation, words);
  if (outputMode(ctx, command) !== 'quiet') io.stderr.write(`${wordsOf(scenario, simulation)}\n`);
  if (code !== 0) throw new Verdict(code as Verdict['exitCode']);
}

function scenarioOf(name: string | undefined): Scenario {
  const scenario = SCENARIOS.find((each) => each.name === name);
  if (scenario) return scenario;
  throw new UsageError(name === undefined ? 'no scenario is named' : 'there is no such scenario', {
    hint: '`skyvern simulate --list` names them',
  });
}

/** Until somebody ends it, or the time limit does: both are what was asked for. */
async function serve(ctx: CliContext, command: Command, { baseUrl, apiKey }: Simulation): Promise<void> {
  const { io, callSignal } = ctx;
  if (wantsJson(ctx, command)) await writeJson(io.stdout, { base_url: baseUrl, api_key: apiKey });
  else await write(io.stdout, `export SKYVERN_BASE_URL=${baseUrl}\nexport SKYVERN_API_KEY=${apiKey}\n`);
  io.stderr.write('serving until Ctrl-C\n');
  const { promise, resolve } = Promise.withResolvers<void>();
  if (callSignal.aborted) resolve();
  else callSignal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
}

/** The runs of a simulation are remembered in a home of its own, which goes with it. */
async function runInside({ io, signal, onEnd }: CliContext, { baseUrl, apiKey }: Simulation, words: readonly string[]): Promise<number> {
  const home = mkdtempSync(join(tmpdir(), 'skyvern-simulation-'));
  onEnd(() => rmSync(home, { recursive: true, force: true }));
  const own = words[0] === 'skyvern' && io.argv[1] !== undefined;
  const [file, ...args] = own ? [io.execPath, io.argv[1] as string, ...words.slice(1)] : words;
  const env = { ...io.env, SKYVERN_BASE_URL: baseUrl, SKYVERN_API_KEY: apiKey, SKYVERN_HOME: home };
  const child = spawn(file as string, args, { stdio: 'inherit', env, cwd: io.cwd() });
  // Ctrl-C reaches the child by itself, as it is in our process group; the other signals it gets from us.
  const onAbort = () => void (String(signal.reason?.exit) === 'interrupted' || child.kill('SIGTERM'));
  signal.addEventListener('abort', onAbort, { once: true });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.once('error', (error: NodeJS.ErrnoException) =>
    reject(
      error.code === 'ENOENT'
        ? new UsageError(`there is no program ${JSON.stringify(words[0])}`, { hint: 'write the command after -- as you would type it' })
        : new LocalError('no_program', `${words[0]} cannot be run (${error.code})`),
    ),
  );
  child.once('close', (code, by) => resolve(code ?? CODE_OF_SIGNAL[by ?? 'SIGTERM'] ?? exitCode('terminated')));
  return promise.finally(() => signal.removeEventListener('abort', onAbort));
}

const CODE_OF_SIGNAL: Readonly<Partial<Record<NodeJS.Signals, number>>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGKILL: 137 };

/** What the server saw: above all how many runs were begun, which a pipeline must not do twice. */
function wordsOf({ name, crowd = 0 }: Scenario, simulation: Simulation): string {
  const { requests, faults, runs } = simulation.summary();
  const started = runs.slice(crowd);
  const how = started.slice(0, 10).map(({ status }) => status);
  const ends = started.length === 0 ? '' : ` (${how.join(', ')}${started.length > how.length ? ', ...' : ''})`;
  return `simulated ${name}: ${plural(requests, 'request')}, ${faults} of them disturbed; ${plural(started.length, 'run')} started${ends}`;
}

function speed(text: string): number {
  const number = Number(text);
  if (!(number >= 0.1 && number <= 1_000)) throw new InvalidArgumentError('It is a number from 0.1 to 1000.');
  return number;
}
