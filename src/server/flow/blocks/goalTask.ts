/** Blocks with a goal, as the task that an engine is given. */
import { RULES_ENGINE, VISIT_ENGINE } from '../../../protocol/task.js';
import { judge } from '../../../workflow/conditions.js';
import { FENCE_RULE, isFenced } from '../../../workflow/fence.js';
import type { FlowBlock } from '../../../workflow/interpreter.js';

/** What of a task a block says. */
export interface BlockTask {
  readonly prompt: string;
  readonly engine: string;
  readonly url: string | null;
  readonly maxSteps: number;
  readonly schema: unknown;
  readonly mustDownload: boolean;
  /** The block's own; null: the run's. */
  readonly model: string | null;
}

const DEFAULT_STEPS: Readonly<Record<string, number>> = { action: 3, validation: 3, task_v2: 25 };
const USUAL_STEPS = 10;
const PLANNER = 'skyvern-2.0';
const LOGIN =
  'Log in to this site with the credential that may be used. The goal is reached when the page shows that somebody is logged in.';

const said = (block: FlowBlock, name: string): string => String(block[name] ?? '').trim();

/** @param engine of the run @param instructions of the workflow, for a model */
export function blockTask(block: FlowBlock, engine: string, instructions: string, maxSteps: number | null): BlockTask {
  const { block_type: type } = block;
  const url = said(block, 'url');
  const byRules = engine === RULES_ENGINE;
  const goal = type === 'task_v2' ? said(block, 'prompt') : said(block, 'navigation_goal') || (type === 'login' ? LOGIN : '');
  const data = said(block, 'data_extraction_goal');
  const named = type === 'task_v2' ? 'max_steps' : 'max_steps_per_run';
  const criteria = byRules
    ? []
    : [
        said(block, 'complete_criterion') && `The goal is reached when: ${said(block, 'complete_criterion')}`,
        said(block, 'terminate_criterion') && `Give up, because it cannot be done, when: ${said(block, 'terminate_criterion')}`,
      ];
  const looks = type === 'extraction' || type === 'validation' ? 'Only look at the page, do not change anything on it.' : '';
  const parts = byRules
    ? [goal, data]
    : [
        block['ignore_workflow_system_prompt'] === true ? '' : instructions,
        type === 'validation' ? 'Judge the page as it is.' : goal,
        data && `Extract: ${data}`,
        ...criteria,
        looks,
      ];
  return {
    prompt: promptOf(parts),
    engine: engineOf(block, engine),
    url: url === '' ? null : withScheme(url),
    maxSteps: Number(block[named] ?? maxSteps ?? DEFAULT_STEPS[type] ?? USUAL_STEPS),
    schema: schemaOf(block['data_schema']),
    mustDownload: (type === 'file_download' && block['continue_on_empty'] !== true) || block['complete_on_download'] === true,
    model: modelOf(block['model']),
  };
}

/** What a model is told as its task; with the rule about what is marked in it, where anything is. */
export function promptOf(parts: readonly string[]): string {
  const text = parts.filter(Boolean).join('\n');
  return isFenced(text) ? `${text}\n${FENCE_RULE}` : text;
}

/** Rules are for the whole run; else a block may ask for the engine that plans. */
function engineOf(block: FlowBlock, engine: string): string {
  if (block.block_type === 'goto_url') return VISIT_ENGINE;
  if (block.block_type === 'task_v2') return PLANNER;
  return engine !== RULES_ENGINE && block['engine'] === PLANNER ? PLANNER : engine;
}

/** `{"model_name": "..."}`, of a block or a workflow. */
export function modelOf(value: unknown): string | null {
  const name = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)['model_name'] : null;
  return typeof name === 'string' && name !== '' ? name : null;
}

/**
 * What a validation says without looking: by criteria that are templates, which are rendered by now. Null: somebody has to look.
 * @param written as the definition has it
 */
export function judgedByTemplates(block: FlowBlock, written: FlowBlock): { readonly passed: boolean; readonly reason: string } | null {
  const verdict = (name: string): boolean | null => {
    const [text, source] = [said(block, name), said(written, name)];
    if (!source.includes('{{') || !/^(?:true|false|yes|no|0|1|)$/i.test(text)) return null;
    return judge({ expression: text === '' ? '{{ "" }}' : `{{ "${text}" }}` }, {}).result;
  };
  const [complete, terminate] = [verdict('complete_criterion'), verdict('terminate_criterion')];
  if (terminate === true) return { passed: false, reason: `the terminate criterion holds: ${said(written, 'terminate_criterion')}` };
  if (complete === false) return { passed: false, reason: `the complete criterion does not hold: ${said(written, 'complete_criterion')}` };
  if (complete === true || (terminate === false && said(block, 'complete_criterion') === '')) return { passed: true, reason: '' };
  return null;
}

const withScheme = (url: string): string => (/^[a-z][\w+.-]*:/i.test(url) ? url : `https://${url}`);

/** As an object; null: there is none. */
export function schemaOf(value: unknown): unknown {
  if (typeof value !== 'string') return Array.isArray(value) ? { type: 'array', items: value[0] ?? {} } : (value ?? null);
  try {
    return JSON.parse(value);
  } catch {
    return null;
  }
}
