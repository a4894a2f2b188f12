/** Blocks with a goal on pages: tasks for the engine of the run, one after the other in the browser that they share. */
import type { Outcome, TaskSpec } from '../../../engine/task.js';
import { RISKS, RULES_ENGINE, VISIT_ENGINE } from '../../../protocol/task.js';
import { fencedBlock, isTyped } from '../../../workflow/fence.js';
import type { BlockEnd, FlowBlock } from '../../../workflow/interpreter.js';
import type { OpenedCredential } from '../../credentialStore.js';
import type { FlowContext } from '../context.js';
import { type BlockTask, blockTask, judgedByTemplates } from './goalTask.js';
import { asksNothing, type BlockKind, isTemplate, type Turn } from './kind.js';

const ENGINES = ['skyvern-1.0', 'skyvern-2.0'];
const NEEDS_MODEL = ['complete_criterion', 'terminate_criterion'];

function refusal(block: FlowBlock, byRules: boolean): string | null {
  const engine = String(block['engine'] ?? ENGINES[0]);
  if (!ENGINES.includes(engine)) return `engine ${engine} acts by screen coordinates, which is not done here`;
  if (!byRules) return null;
  if (block.block_type === 'task_v2') return 'it plans, which the engine "rules" does not';
  const words = NEEDS_MODEL.find((name) => !asksNothing(block[name]) && !isTemplate(block[name]));
  return words === undefined ? null : `${words} is judged by a model, which the engine "rules" does not ask: write a template`;
}

const goal = (...unhonoured: readonly string[]): BlockKind => ({
  needs: () => 'goal',
  schema: 'data_schema',
  carryOut: pursue,
  unhonoured: [...unhonoured, 'max_retries'],
  refusal,
});

export const GOALS: Readonly<Record<string, BlockKind>> = {
  task: goal(),
  task_v2: goal(),
  navigation: goal(),
  action: goal('selector'),
  extraction: goal('export_enabled'),
  login: goal(),
  validation: goal(),
  file_download: {
    ...goal(),
    refusal: (block, byRules) => {
      const target = block['download_target'] ?? 'website';
      return target === 'website' ? refusal(block, byRules) : 'the field download_target is not honoured here: leave it out';
    },
  },
  goto_url: { carryOut: pursue },
};

async function pursue(turn: Turn, flow: FlowContext): Promise<BlockEnd> {
  const { block, written, names } = turn;
  const judged = block.block_type === 'validation' ? judgedByTemplates(block, written) : null;
  if (judged?.passed) return blockEnd(flow, { status: 'completed', output: null }, flow.downloads());
  if (judged) return blockEnd(flow, { status: 'terminated', reason: judged.reason, errors: [], output: null }, flow.downloads());
  const { run, request, browser, signal } = flow.flow;
  const byRules = run.engine === RULES_ENGINE;
  const told = byRules ? block : fencedBlock(block, written, names, flow.typed);
  const given = blockTask(told, run.engine, flow.instructionsFor(block, names), request.step_limit ?? null);
  // In a session the first block begins on the page where the session is.
  const task = { ...given, url: given.url ?? (flow.began ? null : (browser.browser.state?.url ?? null)) };
  const no = await refusalNow(block, task, flow);
  if (no !== null) return { status: 'failed', reason: no };
  flow.began = true;
  if (task.url !== null && (given.url === null || isOfUser(task.url, written, flow))) flow.home = task.url;
  const before = flow.downloads();
  return blockEnd(flow, await flow.browser.run(specOf(told, task, flow), flow.recorder(), signal), before);
}

/** Whether people said where the block goes: secrets may be typed there. An address that the run found is not one of theirs. */
function isOfUser(url: string, written: FlowBlock, { typed, typedUrls }: FlowContext): boolean {
  const { origin } = new URL(url);
  return isTyped(String(written['url'] ?? ''), typed) || typedUrls.some((each) => new URL(each).origin === origin);
}

/** Why the block cannot be carried out, as far as that shows now that its texts are known; null when it can. */
async function refusalNow(block: FlowBlock, task: BlockTask, flow: FlowContext): Promise<string | null> {
  if (task.url !== null && !/^https?:\/\//i.test(task.url)) return `${task.url} is no web address`;
  if (task.url !== null && !URL.canParse(task.url)) return `${task.url} is no web address`;
  const lost = ((block['parameters'] ?? []) as readonly Record<string, unknown>[]).find(({ key }) =>
    flow.credentials.missing.has(String(key)),
  );
  if (lost) return `the credential of the parameter ${String(lost['key'])} was deleted, or was stored under another key`;
  if (task.engine === VISIT_ENGINE) return null;
  const tooDear = flow.tooDear();
  if (tooDear !== null) return tooDear;
  if (task.engine !== RULES_ENGINE) return null;
  const secretNames = credentialOf(block, flow)?.credential.secretNames ?? [];
  const asked = { ...flow.flow.request, prompt: task.prompt, data_extraction_schema: task.schema };
  const refused =
    task.prompt === '' ? { clause: '', reason: 'it has no goal' } : await flow.deps.checkTask(asked, task.engine, secretNames);
  return refused && `the goal cannot be carried out: "${refused.clause}": ${refused.reason}`;
}

function specOf(block: FlowBlock, task: BlockTask, flow: FlowContext): TaskSpec {
  const { run, request, browser } = flow.flow;
  const { codesOf, uploads } = flow.deps;
  const opened = credentialOf(block, flow);
  const text = (name: string): string | null => (block[name] as string | null | undefined) || null;
  return {
    runId: run.run_id,
    prompt: task.prompt,
    url: task.url,
    home: flow.home,
    engine: task.engine,
    model: task.model ?? request.model?.model_name ?? null,
    maxCost: flow.costLeft(),
    maxSteps: task.maxSteps,
    dataExtractionSchema: task.schema,
    errorCodeMapping: { ...flow.definition.errorCodes, ...(block['error_code_mapping'] as Record<string, string> | null | undefined) },
    extraHttpHeaders: request.extra_http_headers ?? {},
    secrets: opened?.secrets ?? new Map(),
    credential: opened?.credential ?? null,
    codes: codesOf({
      runId: run.run_id,
      key: opened?.totpKey ?? null,
      url: text('totp_verification_url') ?? request.totp_url ?? null,
      identifier: text('totp_identifier') ?? request.totp_identifier ?? opened?.totpIdentifier ?? null,
    }),
    allowedUrls: flow.allowedUrls,
    confirm: { risks: RISKS.filter((risk) => request.confirm?.includes(risk)), unattended: request.unattended ?? false },
    ...browser,
    files: (request.file_ids ?? []).flatMap((id) => uploads.find(id) ?? []),
    mustDownload: task.mustDownload,
    downloads: {
      suffix: text('download_suffix'),
      timeoutMs: block['download_timeout'] ? Math.round(Number(block['download_timeout']) * 1000) : null,
    },
    downloadsDir: flow.downloadsDir,
    evidenceDir: null,
  };
}

function credentialOf(block: FlowBlock, { credentials: { opened } }: FlowContext): OpenedCredential | null {
  const parameters = (block['parameters'] ?? []) as readonly Record<string, unknown>[];
  const found = parameters.flatMap(({ key }) => opened.get(String(key)) ?? []);
  // A log-in needs one; where the workflow has one only, it is that.
  if (found.length === 0 && block.block_type === 'login' && opened.size === 1) return [...opened.values()][0]!;
  return found[0] ?? null;
}

/** @param before ids of the downloads that other blocks made */
function blockEnd(flow: FlowContext, outcome: Outcome, before: ReadonlySet<string>): BlockEnd {
  const files = flow.filesSince(before);
  const [reason, errors] = outcome.status === 'completed' ? [null, []] : [outcome.reason, outcome.errors];
  if (outcome.output !== null && outcome.output !== undefined) flow.extracted.push(outcome.output);
  const output = {
    task_id: flow.flow.run.run_id,
    status: outcome.status,
    extracted_information: outcome.output ?? null,
    failure_reason: reason,
    errors,
    failure_category: null,
    downloaded_files: files,
    downloaded_file_urls: null,
    downloaded_file_artifact_ids: files.length === 0 ? null : files.map(({ artifact_id }) => artifact_id),
    task_screenshots: null,
    workflow_screenshots: null,
    task_screenshot_artifact_ids: [],
    workflow_screenshot_artifact_ids: [],
  };
  return { status: outcome.status, output, ...(reason !== null && { reason }), errors };
}
