/** What this server knows of one kind of block. */
import type { BlockEnd, FlowBlock } from '../../../workflow/interpreter.js';
import type { FlowContext } from '../context.js';

/** A block whose turn it is. */
export interface Turn {
  /** With its texts rendered. */
  readonly block: FlowBlock;
  /** As the definition has it. */
  readonly written: FlowBlock;
  /** What its templates saw. */
  readonly names: Readonly<Record<string, unknown>>;
  /** Of the block in this run. */
  readonly id: string;
}

export interface BlockKind {
  /** Does what the block is for. Left out: the order of blocks is all that it is about. */
  readonly carryOut?: (turn: Turn, flow: FlowContext) => Promise<BlockEnd>;
  /** Fields that change what it does and are not honoured here. */
  readonly unhonoured?: readonly string[];
  /** `goal`: the engine of the run carries it out; `answer`: a language model is asked. Left out, or null: neither. */
  readonly needs?: (block: FlowBlock) => 'goal' | 'answer' | null;
  /** The field with the JSON Schema that what it gives has to keep. */
  readonly schema?: 'data_schema' | 'json_schema';
  /** Why this one is not run here, before there is a run. @param byRules whether the engine of the run is the one without a model */
  readonly refusal?: (block: FlowBlock, byRules: boolean) => string | null;
}

/** Whether a field is left out, or says what it says by itself. */
export const asksNothing = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  value === 0 ||
  value === '' ||
  (typeof value === 'object' && Object.keys(value).length === 0);

export const isTemplate = (text: unknown): boolean => typeof text === 'string' && text.includes('{{');
