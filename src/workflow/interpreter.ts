/**
 * Which block of a workflow comes next, what its templates see, and what its end means for the run.
 *
 * Here: order (the list, or the links of version 2), conditionals up to where their branches meet, loops and their scopes, outputs,
 * failures that are passed over, the block that runs at the end whatever happened. Not here: what a block does (`FlowHost`), who may
 * write about it, and the run's own time limit.
 */
import type { Wire } from '../protocol/decode.js';
import { Conditions, type WordsJudged } from './conditions.js';
import { evaluate, renderValue, TemplateError } from './jinja/render.js';

/** More than this is a loop without an end (as upstream). */
const MAX_ITERATIONS = 1_000;
const MAX_BLOCKS_OF_ITERATION = 50;

/** A block as the API shows it. */
export interface FlowBlock extends Wire {
  readonly block_type: string;
  readonly label: string;
}

export interface FlowDefinition {
  readonly version: number;
  readonly parameters: readonly Wire[];
  readonly blocks: readonly FlowBlock[];
  readonly finallyLabel: string | null;
}

export interface FlowError {
  readonly error_code: string;
  readonly reasoning: string;
  readonly error_type?: string;
}

export interface BlockEnd {
  readonly status: 'completed' | 'failed' | 'terminated' | 'timed_out';
  /** Undefined: it has none. */
  readonly output?: unknown;
  readonly reason?: string;
  readonly errors?: readonly FlowError[];
}

export interface FlowEnd {
  readonly status: 'completed' | 'failed' | 'terminated';
  readonly reason: string | null;
  readonly errors: readonly FlowError[];
}

/** Where a block stands: in which block, and in which round of the loop around it. */
export interface FlowPlace {
  /** Id of the loop or conditional around it. */
  readonly parent: string | null;
  readonly index: number | null;
  readonly value: unknown;
}

/** What is seen of a block while it runs, besides how it ended. */
export interface BlockNews {
  readonly loopValues?: readonly unknown[];
  readonly branch?: { readonly id: unknown; readonly expression: string | null; readonly next: string | null; readonly result: boolean };
}

export interface FlowHost {
  /** @param block with its texts rendered. Resolves to the block's id in this run. */
  begun(block: FlowBlock, place: FlowPlace): Promise<string>;
  news(id: string, news: BlockNews): Promise<void>;
  ended(id: string, block: FlowBlock, end: BlockEnd): Promise<void>;
  /** All outputs so far, by their keys, whenever one was added. */
  outputs(all: Wire): Promise<void>;
  /** Does what a block is for that is neither loop nor conditional. `written` has its templates, `names` is what they saw. */
  carryOut(block: FlowBlock, written: FlowBlock, names: Wire, id: string): Promise<BlockEnd>;
  /** Judges conditions in words, each by itself. @param conditions as they are written: templates, whose `names` are all there */
  judge(conditions: readonly string[], block: FlowBlock, names: Wire): Promise<WordsJudged>;
}

interface Loop {
  readonly index: number;
  readonly value: unknown;
}

/** How a row of blocks ended: by itself, at a block that somebody else goes on with, or by a failure. */
type ChainEnd = { readonly at: string | null } | { readonly failed: FlowEnd; readonly nextRound: boolean };

/** Fields that are names, or hold blocks and texts of their own. */
const UNRENDERED = new Set(
  (
    'block_type label next_block_label loop_blocks branch_conditions condition loop_variable_reference loop_over parameters parameter_keys ' +
    'output_parameter engine model continue_on_failure'
  ).split(' '),
);

/**
 * Runs a workflow to its end.
 * @param values of its parameters, by key
 * @throws the reason of `signal` when it aborts, and what the host throws
 */
export async function runFlow(
  definition: FlowDefinition,
  values: Wire,
  constants: Wire,
  host: FlowHost,
  signal: AbortSignal,
): Promise<FlowEnd & { readonly outputs: Wire }> {
  const flow = new Flow(definition, values, constants, host, signal);
  const end = await flow.toEnd();
  return { ...end, outputs: flow.outputs };
}

class Flow {
  readonly outputs: Record<string, unknown> = {};
  readonly #definition: FlowDefinition;
  readonly #values: Wire;
  readonly #constants: Wire;
  readonly #host: FlowHost;
  readonly #signal: AbortSignal;

  constructor(definition: FlowDefinition, values: Wire, constants: Wire, host: FlowHost, signal: AbortSignal) {
    this.#definition = definition;
    this.#values = values;
    this.#constants = constants;
    this.#host = host;
    this.#signal = signal;
  }

  async toEnd(): Promise<FlowEnd> {
    const { blocks, finallyLabel } = this.#definition;
    const ordered = blocks.filter(({ label }) => label !== finallyLabel);
    const end = await this.#chain(ordered, firstOf(ordered, this.#isGraph(ordered)), new Set(), { parent: null, loop: null });
    const result: FlowEnd = 'failed' in end ? end.failed : { status: 'completed', reason: null, errors: [] };
    const last = blocks.find(({ label }) => label === finallyLabel);
    if (!last) return result;
    const closing = await this.#block(last, { parent: null, loop: null });
    return 'failed' in closing && result.status === 'completed' ? closing.failed : result;
  }

  /** Whether blocks name the next one. A list of version 1 may have one in a loop that does. */
  #isGraph(blocks: readonly FlowBlock[]): boolean {
    return this.#definition.version === 2 || blocks.some((block) => block.block_type === 'conditional' || nextOf(block) !== null);
  }

  /**
   * Blocks from `from` on, until there is no next one or the next one is in `stops`.
   * @param scope with `count`, which bounds the blocks of one round of a loop
   */
  async #chain(
    blocks: readonly FlowBlock[],
    from: FlowBlock | undefined,
    stops: ReadonlySet<string>,
    scope: { readonly parent: string | null; readonly loop: Loop | null; readonly count?: { blocks: number } },
  ): Promise<ChainEnd> {
    const named = (label: string | null) => blocks.find((block) => block.label === label);
    const isGraph = this.#isGraph(blocks);
    let block = from;
    while (block) {
      if (stops.has(block.label)) return { at: block.label };
      if (scope.count && ++scope.count.blocks > MAX_BLOCKS_OF_ITERATION) {
        return stopped('failed', `one round of the loop has more than ${MAX_BLOCKS_OF_ITERATION} blocks`, [], false);
      }
      const end = await this.#block(block, scope);
      if ('failed' in end) return end;
      let next: string | null;
      if (block.block_type === 'conditional') {
        const merge = nextOf(block);
        next = end.branch ?? merge;
        if (next !== null && next !== merge) {
          const inner = new Set([...stops, ...(merge === null ? [] : [merge])]);
          const branch = await this.#chain(blocks, named(next), inner, { ...scope, parent: end.id });
          if ('failed' in branch) return branch;
          if (branch.at !== null && branch.at !== merge) return branch;
          next = merge;
        }
      } else if (isGraph) next = nextOf(block);
      else next = blocks[blocks.indexOf(block) + 1]?.label ?? null;
      block = named(next);
    }
    return { at: null };
  }

  /** One block, with the loops and branches that it is itself. */
  async #block(
    written: FlowBlock,
    { parent, loop }: { readonly parent: string | null; readonly loop: Loop | null },
  ): Promise<{ readonly id: string; readonly branch: string | null } | Extract<ChainEnd, { failed: unknown }>> {
    this.#signal.throwIfAborted();
    const names = this.#names(loop);
    let block = written;
    let fault: string | null = null;
    try {
      block = rendered(written, names);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      fault = `a template cannot be rendered: ${error.message}`;
    }
    const id = await this.#host.begun(block, { parent, index: loop?.index ?? null, value: loop?.value ?? null });
    let end: BlockEnd;
    let branch: string | null = null;
    if (fault !== null) end = { status: 'failed', reason: fault };
    else if (block.block_type === 'for_loop' || block.block_type === 'while_loop') end = await this.#loop(block, id, names);
    else if (block.block_type === 'conditional') {
      const taken = await this.#choose(block, id, names);
      end = taken.end;
      branch = taken.next;
    } else end = await this.#carriedOut(block, written, names, id);
    if (end.output !== undefined) {
      this.outputs[`${block.label}_output`] = end.output;
      await this.#host.outputs(this.outputs);
    }
    await this.#host.ended(id, block, end);
    this.#signal.throwIfAborted();
    if (end.status === 'completed' || block['continue_on_failure'] === true) return { id, branch };
    const reason = `${block.block_type} block ${VERBS[end.status]} ${end.reason ?? 'no reason is known'}`;
    return stopped(end.status === 'terminated' ? 'terminated' : 'failed', reason, end.errors ?? [], block['next_loop_on_failure'] === true);
  }

  async #carriedOut(...turn: Parameters<FlowHost['carryOut']>): Promise<BlockEnd> {
    try {
      return await this.#host.carryOut(...turn);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      return { status: 'failed', reason: `a template cannot be rendered: ${error.message}` };
    }
  }

  async #loop(block: FlowBlock, id: string, names: Wire): Promise<BlockEnd> {
    const inner = (block['loop_blocks'] ?? []) as readonly FlowBlock[];
    let values: readonly unknown[] | null = null;
    if (block.block_type === 'for_loop') {
      const found = loopValues(block, names);
      if (typeof found === 'string') return { status: 'failed', reason: found };
      if (found.length === 0 && block['complete_if_empty'] !== true) return { status: 'failed', reason: 'there is nothing to go through' };
      if (found.length > MAX_ITERATIONS)
        return { status: 'failed', reason: `a loop has ${MAX_ITERATIONS} rounds at most, not ${found.length}` };
      values = found;
      await this.#host.news(id, { loopValues: values });
    }
    const rounds: unknown[][] = [];
    for (let index = 0; values === null || index < values.length; index++) {
      this.#signal.throwIfAborted();
      const loop: Loop = { index, value: values === null ? null : values[index] };
      if (values === null) {
        const { error, errors, result } = await this.#conditions([block['condition'] as Wire], block, this.#names(loop)).judge(0);
        if (error !== null) return { status: 'failed', output: rounds, reason: error, errors };
        if (!result) break;
        if (index >= MAX_ITERATIONS) {
          return { status: 'failed', output: rounds, reason: `a loop has ${MAX_ITERATIONS} rounds at most, and its condition still holds` };
        }
      }
      const before = new Map(allBlocks(inner).map(({ label }) => [label, this.outputs[`${label}_output`]]));
      for (const label of before.keys()) delete this.outputs[`${label}_output`];
      const end = await this.#chain(inner, firstOf(inner, this.#isGraph(inner)), new Set(), { parent: id, loop, count: { blocks: 0 } });
      rounds.push(
        inner.flatMap((each) => {
          const key = `${each.label}_output`;
          if (!Object.hasOwn(this.outputs, key)) return [];
          return [{ loop_value: loop.value, output_parameter: each['output_parameter'] ?? null, output_value: this.outputs[key] }];
        }),
      );
      // What a block gave in the last round in which it ran stays known.
      for (const [label, old] of before) if (old !== undefined) this.outputs[`${label}_output`] ??= old;
      if ('failed' in end && !end.nextRound) {
        const { status, reason, errors } = end.failed;
        return { status, output: rounds, reason: reason ?? '', errors };
      }
    }
    return { status: 'completed', output: rounds };
  }

  async #choose(block: FlowBlock, id: string, names: Wire): Promise<{ readonly end: BlockEnd; readonly next: string | null }> {
    const branches = (block['branch_conditions'] ?? []) as readonly Wire[];
    const conditions = this.#conditions(
      branches.map((branch) => (branch['criteria'] ?? null) as Wire | null),
      block,
      names,
    );
    const evaluations: Wire[] = [];
    let taken: number | null = null;
    for (const [index, branch] of branches.entries()) {
      const criteria = (branch['criteria'] ?? null) as Wire | null;
      if (criteria === null) continue;
      const judged = await conditions.judge(index);
      evaluations.push({
        branch_id: branch['id'] ?? null,
        branch_index: index,
        criteria_type: criteria['criteria_type'],
        original_expression: criteria['expression'],
        rendered_expression: judged.rendered,
        result: judged.result,
        is_matched: judged.result,
        is_default: false,
        next_block_label: branch['next_block_label'] ?? null,
        error: judged.error,
        ...(judged.reason !== null && { reasoning: judged.reason }),
      });
      if (judged.error !== null) {
        const reason = `the condition ${String(criteria['expression'])}: ${judged.error}`;
        return { end: { status: 'failed', reason, errors: judged.errors }, next: null };
      }
      if (judged.result) {
        taken = index;
        break;
      }
    }
    taken ??= branches.findIndex((branch) => branch['is_default'] === true);
    const branch = branches[taken];
    const criteria = (branch?.['criteria'] ?? null) as Wire | null;
    const next = (branch?.['next_block_label'] ?? null) as string | null;
    const expression = criteria === null ? null : String(criteria['expression']);
    await this.#host.news(id, { branch: { id: branch?.['id'] ?? null, expression, next, result: branch !== undefined } });
    const output = {
      branch_taken: next,
      branch_index: branch ? taken : null,
      branch_id: branch?.['id'] ?? null,
      branch_description: branch?.['description'] ?? null,
      criteria_type: criteria?.['criteria_type'] ?? null,
      criteria_expression: expression,
      next_block_label: next,
      evaluations,
      llm_response: conditions.asked?.response ?? null,
      llm_prompt: conditions.asked?.prompt ?? null,
    };
    return { end: { status: 'completed', output }, next };
  }

  #conditions(criteria: readonly (Wire | null)[], block: FlowBlock, names: Wire): Conditions {
    return new Conditions(criteria, names, (words) => this.#host.judge(words, block, names));
  }

  /** What templates see here. */
  #names(loop: Loop | null): Wire {
    const names: Record<string, unknown> = { ...this.#constants, ...this.#values };
    for (const [key, output] of Object.entries(this.outputs)) {
      names[key] = output;
      names[key.slice(0, -'_output'.length)] ??= product(output);
    }
    names['workflow_run_outputs'] = this.outputs;
    for (const parameter of this.#definition.parameters) {
      if (parameter['parameter_type'] !== 'context') continue;
      const source = String((parameter['source'] as Wire | null)?.['key'] ?? '');
      names[String(parameter['key'])] = Object.hasOwn(names, source) ? names[source] : null;
    }
    if (loop) Object.assign(names, { current_value: loop.value, current_item: loop.value, current_index: loop.index });
    return names;
  }
}

const VERBS: Readonly<Record<BlockEnd['status'], string>> = {
  completed: '',
  failed: 'failed. failure reason:',
  terminated: 'terminated. Reason:',
  timed_out: 'timed out. Reason:',
};

const stopped = (status: FlowEnd['status'], reason: string, errors: readonly FlowError[], nextRound: boolean) => ({
  failed: { status, reason, errors },
  nextRound,
});

export const allBlocks = (blocks: readonly FlowBlock[]): FlowBlock[] =>
  blocks.flatMap((block) => [block, ...allBlocks((block['loop_blocks'] ?? []) as readonly FlowBlock[])]);

const nextOf = (block: FlowBlock): string | null => (block['next_block_label'] as string | null | undefined) ?? null;

/** The one that no other leads to; of a list the first. */
function firstOf(blocks: readonly FlowBlock[], isGraph: boolean): FlowBlock | undefined {
  if (!isGraph) return blocks[0];
  const targets = new Set(
    blocks.flatMap((block) => [
      nextOf(block),
      ...((block['branch_conditions'] ?? []) as readonly Wire[]).map((each) => each['next_block_label']),
    ]),
  );
  return blocks.find(({ label }) => !targets.has(label));
}

/** What the block made, without what is told around it. */
function product(output: unknown): unknown {
  if (typeof output !== 'object' || output === null || !Object.hasOwn(output, 'extracted_information')) return output;
  return (output as Wire)['extracted_information'] ?? output;
}

/** The block with its texts rendered. @throws TemplateError */
export function rendered(block: FlowBlock, names: Wire): FlowBlock {
  const deep = (value: unknown): unknown => {
    if (typeof value === 'string') return renderValue(value, names);
    if (Array.isArray(value)) return value.map(deep);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, deep(inner)]));
  };
  const fields = Object.entries(block).map(([name, value]) => [name, UNRENDERED.has(name) ? value : deep(value)] as const);
  return Object.fromEntries(fields) as FlowBlock;
}

/** The elements of a loop, or why there are none. */
function loopValues(block: FlowBlock, names: Wire): readonly unknown[] | string {
  const key = (block['loop_over'] as Wire | null | undefined)?.['key'];
  const reference = ((block['loop_variable_reference'] as string | null | undefined) ?? '').trim();
  let value: unknown;
  try {
    if (reference !== '') value = evaluate(reference.includes('{{') ? reference : `{{ ${reference} }}`, names, { strict: true });
    else if (typeof key === 'string') value = Object.hasOwn(names, key) ? names[key] : null;
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return `what the loop goes through cannot be had from ${reference}: ${error.message}`;
  }
  if (typeof value === 'string') value = listIn(value);
  if (Array.isArray(value)) return value;
  return value === null || value === undefined ? [] : [value];
}

function listIn(text: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed : text;
  } catch {
    return text.trim() === '' ? [] : text;
  }
}
