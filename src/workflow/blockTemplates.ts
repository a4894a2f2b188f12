/** Templates in the texts of blocks: closed, and of names that the run will know. */
import type { Wire } from '../protocol/decode.js';
import { RESERVED_KEYS } from '../protocol/workflowFields.js';
import type { Block, Finding, Shape } from './shape.js';
import type { Path } from './source.js';
import { scanTemplates } from './templates.js';
import { closest } from './words.js';

const LOOP_NAMES: readonly string[] = ['current_value', 'current_item', 'current_index'];

/** Names, and what holds blocks of its own. */
const UNRENDERED = new Set([
  'block_type',
  'label',
  'next_block_label',
  'loop_blocks',
  'parameter_keys',
  'loop_over_parameter_key',
  'engine',
  'model',
]);

export function checkTemplates(shape: Shape, definition: Wire, blocks: readonly Block[], keys: ReadonlySet<string>): void {
  const labels = blocks.flatMap(({ label }) => label ?? []);
  const known = new Set([...keys, ...labels, ...RESERVED_KEYS, 'browser_session_id']);
  const prompt = definition['workflow_system_prompt'];
  if (typeof prompt === 'string') checkTemplate(shape, prompt, ['workflow_definition', 'workflow_system_prompt'], known, true);
  for (const { wire, path, kind, isInLoop } of blocks) {
    const makesLoop = kind === 'for_loop' || kind === 'while_loop';
    for (const [name, value] of Object.entries(wire)) {
      if (UNRENDERED.has(name)) continue;
      for (const leaf of textsOf(value, [...path, name])) {
        // Braces are Python's own, too.
        if (kind === 'code' && name === 'code') namesOf(shape, leaf.text, leaf.path, 'warning');
        else checkTemplate(shape, leaf.text, leaf.path, known, isInLoop || makesLoop);
      }
    }
  }
}

function checkTemplate(shape: Shape, text: string, path: Path, known: ReadonlySet<string>, isInLoop: boolean): void {
  const names = namesOf(shape, text, path, 'error');
  for (const name of names) {
    if (!known.has(name)) {
      const meant = closest(name, known);
      shape.warning(path, `the template uses ${name}, which nothing defines${meant ? ` (did you mean ${meant}?)` : ''}: it is empty`);
    } else if (LOOP_NAMES.includes(name) && !isInLoop) shape.warning(path, `${name} is there only inside a loop: it is empty here`);
  }
}

function namesOf(shape: Shape, text: string, path: Path, severity: Finding['severity']): readonly string[] {
  if (!/\{[{%#]/.test(text)) return [];
  const { names, fault } = scanTemplates(text);
  if (fault !== null) shape.say(severity, path, `the template is broken: ${fault}`, false);
  return names;
}

function textsOf(value: unknown, path: Path): { readonly text: string; readonly path: Path }[] {
  if (typeof value === 'string') return [{ text: value, path }];
  if (typeof value !== 'object' || value === null || path.length > 60) return [];
  const entries: readonly (readonly [string | number, unknown])[] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([key, inner]) => textsOf(inner, [...path, key]));
}
