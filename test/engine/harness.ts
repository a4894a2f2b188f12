import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { PoolOptions } from '../../src/browser/pool.js';
import type { BrowserPool } from '../../src/browser/types.js';
import { type Clock, systemClock } from '../../src/clock.js';
import { createTaskRunner } from '../../src/engine/loop.js';
import { createRulesDecider } from '../../src/engine/rules/decider.js';
import { parseRules } from '../../src/engine/rules/parse.js';
import type {
  ActionRecord,
  DownloadedFile,
  EvidenceFile,
  Outcome,
  Recorder,
  StepArtifact,
  StepEnd,
  TaskRunner,
  TaskSpec,
  ThoughtRecord,
} from '../../src/engine/task.js';
import { type Answer, servePages } from '../browser/pages.js';
import { testPool } from '../support/browserSession.js';

/** Everything an engine told while it worked, in order. */
export interface Told {
  readonly actions: readonly ActionRecord[];
  readonly files: readonly DownloadedFile[];
  readonly kept: readonly EvidenceFile[];
  /** `acting`, `step 0`, `click`, `end 0 completed`, ... */
  readonly order: readonly string[];
  readonly ends: readonly StepEnd[];
  readonly artifacts: readonly (StepArtifact & { readonly step: number })[];
  readonly thoughts: readonly ThoughtRecord[];
}

/** @param answer of the person who is asked */
export function recorder(
  onAction: (action: ActionRecord) => void = () => {},
  answer: 'approved' | 'unanswered' = 'approved',
): Recorder & Told {
  const actions: ActionRecord[] = [];
  const files: DownloadedFile[] = [];
  const kept: EvidenceFile[] = [];
  const order: string[] = [];
  const ends: StepEnd[] = [];
  const artifacts: (StepArtifact & { step: number })[] = [];
  const thoughts: ThoughtRecord[] = [];
  return {
    ends,
    artifacts,
    thoughts,
    actions,
    files,
    kept,
    order,
    acting: async () => void order.push('acting'),
    stepStarted: async (step) => void order.push(`step ${step}`),
    action: async (_step, action) => {
      actions.push(action);
      order.push(action.actionType);
      onAction(action);
    },
    stepEnded: async (step, end: StepEnd) => {
      ends.push(end);
      order.push(`end ${step} ${end.status}${end.isLast ? ' last' : ''}`);
    },
    downloaded: async (file) => void files.push(file),
    askPerson: async (instructions) => {
      order.push(`asks: ${instructions}`);
      return answer;
    },
    evidence: async (file) => void kept.push(file),
    stepArtifact: async (step, artifact) => void artifacts.push({ step, ...artifact }),
    thought: async (thought) => void thoughts.push(thought),
    subtaskStarted: async (step, { type, goal }) => void order.push(`${type} from step ${step}: ${goal}`),
    subtaskEnded: async ({ status }) => void order.push(`sub-task ${status}`),
  };
}

export function spec(prompt: string, url: string | null, rest: Partial<TaskSpec> = {}): TaskSpec {
  const downloadsDir = mkdtempSync(join(tmpdir(), 'skyvern-test-'));
  onTestFinished(() => rmSync(downloadsDir, { recursive: true, force: true }));
  return {
    runId: 'tsk_1',
    prompt,
    url,
    engine: 'rules',
    model: null,
    files: [],
    mustDownload: false,
    downloads: { suffix: null, timeoutMs: null },
    maxCost: null,
    maxSteps: 25,
    dataExtractionSchema: null,
    errorCodeMapping: {},
    extraHttpHeaders: {},
    secrets: new Map(),
    credential: null,
    codes: null,
    allowedUrls: [],
    confirm: { risks: [], unattended: false },
    browser: { headed: false, path: null, address: null, cdpHeaders: {}, state: null },
    keepBrowserState: null,
    downloadsDir,
    evidenceDir: null,
    ...rest,
  };
}

export const rulesRunner = (pool: BrowserPool, clock: Clock): TaskRunner =>
  createTaskRunner({
    pool,
    clock,
    deciders: {
      rules: ({ prompt, secrets, files }) => {
        const parsed = parseRules(prompt, { secretNames: secrets.keys(), hasFiles: files.length > 0 });
        if ('refusal' in parsed) throw new Error(`${parsed.refusal.clause}: ${parsed.refusal.reason}`);
        return createRulesDecider(parsed.clauses);
      },
    },
  });

/** Time runs fifty times as fast: for what ends only after patience. */
export const hastyClock: Clock = {
  ...systemClock,
  sleep: (ms, signal) => systemClock.sleep(ms / 50, signal),
  monotonic: () => systemClock.monotonic() * 50,
};

/** One warm browser for the tests of a file; `close()` it afterwards. */
export function realRunner(options: Partial<PoolOptions> = {}, clock: Clock = systemClock): TaskRunner {
  const pool = testPool(options);
  return rulesRunner(pool, clock);
}

export const run = (
  runner: TaskRunner,
  task: TaskSpec,
  to: Recorder = recorder(),
  signal = new AbortController().signal,
): Promise<Outcome> => runner.run(task, to, signal);

/** Runs `prompt` on a site of these pages, starting at `/`. */
export async function onPages(
  runner: TaskRunner,
  pages: Readonly<Record<string, Answer>> | string,
  prompt: string,
  rest: Partial<TaskSpec> = {},
) {
  const site = await servePages(typeof pages === 'string' ? { '/': pages } : pages);
  const told = recorder();
  const outcome = await run(runner, spec(prompt, `${site.origin}/`, rest), told);
  return { outcome, told, site };
}

/** What a run gave; throws for one that failed. */
export function output({ outcome }: { readonly outcome: Outcome }): unknown {
  if (outcome.status !== 'completed') throw new Error(outcome.reason);
  return outcome.output;
}

/** Why a run failed; of one that did not, what it gave. */
export const reason = ({ outcome }: { readonly outcome: Outcome }): string =>
  outcome.status === 'completed' ? `completed ${JSON.stringify(outcome.output)}` : outcome.reason;
