/** `text_prompt`: a language model answers, with an object of a schema or with text. No page is looked at. */
import { fencedBlock } from '../../../workflow/fence.js';
import { promptOf } from './goalTask.js';
import type { BlockKind } from './kind.js';

export const TEXT_PROMPT: BlockKind = {
  needs: () => 'answer',
  schema: 'json_schema',
  unhonoured: ['llm_key'],
  async carryOut({ block, written, names }, flow) {
    const schema = block['json_schema'] ?? null;
    const told = fencedBlock(block, written, names, flow.typed);
    const prompt = promptOf([flow.instructionsFor(block, names), String(told['prompt'] ?? '').trim()]);
    const end = await flow.ask({ kind: 'prompt', prompt, schema }, block);
    if (end.status === 'failed') return end;
    return { status: 'completed', output: schema === null ? { llm_response: end.output } : end.output };
  },
};
