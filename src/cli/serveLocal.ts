/** `skyvern local start --foreground`: the embedded server, its engine and its browser, put together. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserTrace, endLeftBrowser } from '../browser/launch.js';
import { createBrowserPool } from '../browser/pool.js';
import { upstreamOf } from '../browser/upstream.js';
import { createTaskRunner } from '../engine/loop.js';
import { createRulesDecider } from '../engine/rules/decider.js';
import { parseRules } from '../engine/rules/parse.js';
import type { PromptRefusal, TaskSpec } from '../engine/task.js';
import { RULES_ENGINE, type TaskRunRequest } from '../protocol/task.js';
import { runLocalServer } from '../server/main.js';
import type { RetentionLimits } from '../server/retention.js';
import type { CliContext } from './context.js';
import { createModels } from './modelDesk.js';

export interface ServeOptions {
  /** Runs tasks that name no engine of ours; null: none does. */
  readonly engine: string | null;
  /** False only by `--no-browser-sandbox`. */
  readonly sandbox: boolean;
  /** Whether the proxy of the environment gets names and no addresses. */
  readonly proxyNames: boolean;
  /** What is kept of ended runs. */
  readonly retention: RetentionLimits;
}

/** Browsers of this server that the next one ends, should this one be killed. */
const KEPT_TRACES = 10;

export async function serveLocal(ctx: CliContext, { engine, sandbox, proxyNames, retention }: ServeOptions): Promise<void> {
  const { io, clock, random, signal, paths } = ctx;
  const models = createModels(ctx);
  await runLocalServer(io, clock, random, signal, {
    version: __VERSION__,
    defaultEngine: engine,
    checkTask,
    retention,
    models,
    createRunner: async ({ data }) => {
      const traces = join(data, 'browser.json');
      await endBrowsersOfThePast(traces, (pid, name) => io.kill(pid, name));
      const launched: BrowserTrace[] = [];
      const onLaunch = (trace: BrowserTrace) => {
        launched.push(trace);
        // One that was given up may still run; those before it have ended.
        writeFileSync(traces, JSON.stringify(launched.slice(-KEPT_TRACES)), { mode: 0o600 });
      };
      const pool = createBrowserPool(io, {
        cacheDir: paths.cache,
        clock,
        sandbox,
        onLaunch,
        upstream: upstreamOf(io.env),
        upstreamNames: proxyNames,
      });
      const asked = { openModel: (name: string | null) => models.open(name) };
      return createTaskRunner({
        pool,
        clock,
        // The agent comes with ajv: a server that waits does without.
        deciders: {
          [RULES_ENGINE]: rulesDecider,
          'skyvern-1.0': async (...run) => (await import('../engine/agent/decider.js')).agentFactory(asked)(...run),
          'skyvern-2.0': async (...run) => (await import('../engine/agent/planner.js')).plannerFactory(asked)(...run),
        },
        inquirer: async (...inquiry) => (await import('../engine/agent/inquiry.js')).inquirer(asked)(...inquiry),
      });
    },
  });
}

/** What an engine will not do is refused before there is a run. */
async function checkTask(request: TaskRunRequest, engine: string, secretNames: readonly string[]): Promise<PromptRefusal | null> {
  const schema = request.data_extraction_schema;
  const fault = schema === null || schema === undefined ? null : (await import('../engine/schema.js')).checkSchema(schema);
  if (fault !== null) return { clause: 'data_extraction_schema', reason: fault };
  if (engine !== RULES_ENGINE) return null;
  const parsed = parseRules(request.prompt, { secretNames, hasFiles: (request.file_ids ?? []).length > 0 });
  return 'refusal' in parsed ? parsed.refusal : null;
}

function rulesDecider({ prompt, secrets, files }: TaskSpec) {
  const parsed = parseRules(prompt, { secretNames: [...secrets.keys()], hasFiles: files.length > 0 });
  if ('refusal' in parsed) throw new Error(`a prompt was accepted that is not understood: ${parsed.refusal.clause}`);
  return createRulesDecider(parsed.clauses);
}

/** A server that was killed leaves its browsers running: they go before a new one is started. */
async function endBrowsersOfThePast(file: string, kill: (pid: number, signal: NodeJS.Signals) => unknown): Promise<void> {
  try {
    for (const trace of JSON.parse(readFileSync(file, 'utf8')) as BrowserTrace[]) await endLeftBrowser(trace, kill);
  } catch {
    // There is none, or it ended by itself.
  }
  rmSync(file, { force: true });
}
