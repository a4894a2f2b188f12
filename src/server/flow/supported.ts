/** What this server does not run of a workflow, named before there is a run. */
import { isInWords } from '../../workflow/conditions.js';
import type { FlowBlock, FlowDefinition } from '../../workflow/interpreter.js';
import { allBlocks } from '../../workflow/interpreter.js';
import { asksNothing } from './blocks/kind.js';
import { KINDS } from './blocks/kinds.js';

const WHY: Readonly<Record<string, string>> = {
  code: 'it is Python: use http_request, conditional and templates, or another server',
};
const NEEDS_ACCOUNT = /^(?:google|email|send_email|file_upload|upload_to|download_to|web_search)/;

/** Null: all of it can be run. @param byRules whether the engine of the run is the one without a model */
export function unsupported({ blocks, parameters }: FlowDefinition, byRules: boolean): string | null {
  if (blocks.length === 0) return 'it has no blocks: add at least one';
  for (const parameter of parameters) {
    const kind = String(parameter['parameter_type']);
    if (!['workflow', 'context', 'credential', 'output'].includes(kind)) {
      return `the parameter ${parameter['key']} is of type ${kind}, a vault that this server has no access to: store the value with \`skyvern credential create\``;
    }
  }
  for (const block of allBlocks(blocks)) {
    const why = blockRefusal(block, byRules);
    if (why !== null) return `block ${block.label} (${block.block_type}): ${why}`;
  }
  return null;
}

function blockRefusal(block: FlowBlock, byRules: boolean): string | null {
  const { block_type: type } = block;
  const kind = Object.hasOwn(KINDS, type) ? KINDS[type]! : null;
  if (kind === null) {
    return (
      WHY[type] ??
      (NEEDS_ACCOUNT.test(type) ? 'it needs an account elsewhere: use another server' : 'it is not run here: use another server')
    );
  }
  const field = kind.unhonoured?.find((name) => !asksNothing(block[name]));
  if (field !== undefined) return `the field ${field} is not honoured here: leave it out`;
  if (byRules && kind.needs?.(block) === 'answer') return 'a model answers it, which the engine "rules" does not ask: name a model';
  if (byRules && hasWords(block))
    return 'a condition in words is judged by a model, which the engine "rules" does not ask: write a template';
  return kind.refusal?.(block, byRules) ?? null;
}

type Wire = Readonly<Record<string, unknown>>;

/** Whether the block has a condition that is no template. */
export function hasWords(block: FlowBlock): boolean {
  const branches = (block['branch_conditions'] ?? []) as readonly Wire[];
  const criteria = [block['condition'], ...branches.map((each) => each['criteria'])] as readonly (Wire | null | undefined)[];
  return criteria.some((each) => each !== null && each !== undefined && isInWords(each));
}
