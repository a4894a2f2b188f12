/** What a model may answer in one step, checked, and turned into actions. */
import type { SnapshotNode } from '../../browser/types.js';
import type { AnswerShape } from '../../model/types.js';
import { RISKS, type Risk } from '../../protocol/task.js';
import type { EngineAction } from '../decider.js';
import { validator } from '../schema.js';

/** Actions that one answer may hold: those after the first were chosen without seeing what it does. */
export const MAX_ACTIONS = 6;
const MAX_WAIT_SECONDS = 30;

const KINDS = [
  'click',
  'download',
  'type',
  'select',
  'check',
  'hover',
  'key',
  'scroll',
  'drag',
  'upload',
  'goto',
  'back',
  'reload',
  'tab',
  'close_tab',
  'wait',
  'extract',
  'ask_person',
  'complete',
  'terminate',
] as const;
type Kind = (typeof KINDS)[number];

/** Ends a list of actions: nothing can come after. */
const LAST: readonly Kind[] = ['ask_person', 'complete', 'terminate'];

interface RawAction {
  readonly action: Kind;
  readonly why: string;
  readonly confidence?: number;
  readonly risk?: Risk | 'none';
  readonly ref?: string;
  readonly target?: string;
  readonly text?: string;
  readonly option?: string;
  readonly checked?: boolean;
  readonly key?: string;
  readonly to?: 'top' | 'bottom' | 'up' | 'down';
  readonly url?: string;
  readonly tab?: number;
  readonly seconds?: number;
  readonly files?: readonly string[];
  readonly output?: unknown;
  readonly code?: string;
}

export interface Answer {
  /** What the page shows and what is left to do. */
  readonly thought: string;
  readonly actions: readonly RawAction[];
}

/** An action as the decider hands it on. */
export interface Chosen {
  readonly kind: Kind;
  readonly why: string;
  readonly confidence: number | null;
  readonly risk: Risk | null;
  /** What the loop carries out; null for `complete` and `terminate`, which the decider judges. */
  readonly action: EngineAction | null;
  readonly intention: string | null;
  readonly text: string;
  readonly output: unknown;
  readonly code: string | null;
}

export interface AnswerContext {
  readonly elements: ReadonlyMap<string, SnapshotNode>;
  readonly tabs: number;
  /** Names of files that can be uploaded. */
  readonly files: readonly string[];
  readonly errorCodes: readonly string[];
}

/** @param outputSchema of what `extract` and `complete` give; null: anything */
export function answerShape(outputSchema: unknown, context: AnswerContext): AnswerShape {
  const { actions, ...rest } = SCHEMA.properties;
  const output =
    outputSchema === null ? actions.items.properties.output : { ...(outputSchema as object), description: 'the data asked for' };
  const item = { ...actions.items, properties: { ...actions.items.properties, output } };
  return {
    name: 'act',
    description: 'Say what the page shows and carry out the next actions on it.',
    schema: { ...SCHEMA, properties: { ...rest, actions: { ...actions, items: item } } },
    faults: (answer) => {
      const wrong = faultsOfShape(answer);
      return wrong.length > 0 ? wrong : faultsOfActions((answer as Answer).actions, context, outputSchema);
    },
  };
}

const SCHEMA = {
  type: 'object',
  properties: {
    thought: { type: 'string', description: 'what the page shows, what was reached, what is left to do; two sentences at most' },
    actions: {
      type: 'array',
      minItems: 1,
      maxItems: MAX_ACTIONS,
      items: {
        type: 'object',
        properties: {
          action: { type: 'string', enum: [...KINDS] },
          why: { type: 'string', description: 'why this action, in one sentence' },
          confidence: { type: 'number', minimum: 0, maximum: 1 },
          risk: {
            type: 'string',
            enum: ['none', ...RISKS],
            description: 'whether it pays, deletes, or sends something in the name of the user',
          },
          ref: { type: 'string', description: 'element in square brackets, such as e12' },
          target: { type: 'string', description: 'drag: the element to drop on' },
          text: {
            type: 'string',
            description: 'type: the text; ask_person: the question; complete: words on the page that prove it; terminate: the reason',
          },
          option: { type: 'string', description: 'select: the label of the option' },
          checked: { type: 'boolean', description: 'check: the state wanted' },
          key: { type: 'string', description: 'key: Enter, Escape, Tab, ArrowDown, Control+A, ...' },
          to: { type: 'string', enum: ['top', 'bottom', 'up', 'down'], description: 'scroll: where to' },
          url: { type: 'string', description: 'goto: the address' },
          tab: { type: 'integer', description: 'tab: its number' },
          seconds: { type: 'number', minimum: 0, maximum: MAX_WAIT_SECONDS, description: 'wait: how long' },
          files: { type: 'array', items: { type: 'string' }, description: 'upload: names of files' },
          output: { description: 'extract and complete: the data that was asked for' },
          code: { type: 'string', description: 'terminate: the error code that fits' },
        },
        required: ['action', 'why'],
        additionalProperties: false,
      },
    },
  },
  required: ['thought', 'actions'],
  additionalProperties: false,
} as const;

const faultsOfShape = validator(SCHEMA, 'answer');

/** What each action needs. */
const NEEDS: Partial<Record<Kind, readonly (keyof RawAction)[]>> = {
  click: ['ref'],
  download: ['ref'],
  type: ['ref', 'text'],
  select: ['ref', 'option'],
  check: ['ref', 'checked'],
  hover: ['ref'],
  key: ['key'],
  scroll: ['to'],
  drag: ['ref', 'target'],
  upload: ['ref', 'files'],
  goto: ['url'],
  tab: ['tab'],
  extract: ['output'],
  ask_person: ['text'],
  complete: ['text'],
  terminate: ['text'],
};

function faultsOfActions(actions: readonly RawAction[], context: AnswerContext, outputSchema: unknown): readonly string[] {
  const ofOutput = outputSchema === null ? null : validator(outputSchema, 'output');
  return actions.flatMap((action, index) => {
    const name = `action ${index + 1} (${action.action})`;
    const missing = (NEEDS[action.action] ?? []).filter((field) => action[field] === undefined);
    const faults = missing.map((field) => `${name} lacks \`${field}\``);
    for (const ref of [action.ref, action.target]) {
      if (ref !== undefined && !context.elements.has(refOf(ref))) faults.push(`${name} names [${ref}], which is not on the page`);
    }
    if (LAST.includes(action.action) && index < actions.length - 1) faults.push(`${name} must be the last action`);
    if (action.action === 'goto' && action.url !== undefined && webAddress(action.url) === null)
      faults.push(`${name}: \`url\` is no http or https address`);
    if (action.action === 'tab' && !(Number(action.tab) >= 0 && Number(action.tab) < context.tabs))
      faults.push(`${name}: there is no tab ${action.tab}`);
    for (const file of action.action === 'upload' ? (action.files ?? []) : []) {
      if (!context.files.includes(file)) faults.push(`${name}: there is no file "${file}"; there is ${context.files.join(', ') || 'none'}`);
    }
    if (action.action === 'terminate' && action.code !== undefined && action.code !== '' && !context.errorCodes.includes(action.code)) {
      faults.push(`${name}: \`code\` is one of ${context.errorCodes.join(', ') || '(none: leave it out)'}`);
    }
    if (action.output !== undefined && ofOutput) faults.push(...ofOutput(action.output).map((fault) => `${name}: ${fault}`));
    if (action.action === 'complete' && action.output === undefined && ofOutput)
      faults.push(`${name} lacks \`output\`, which the task asks for`);
    return faults;
  });
}

/** Models copy the brackets along. */
const refOf = (ref: string): string => ref.replace(/^\[?(?:ref=)?|\]$/g, '');

/** The address as it is asked for; null for what leads anywhere but to the web. */
function webAddress(text: string): string | null {
  const full = /^[a-z][a-z0-9+.-]*:/i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(full)) return null;
  const url = new URL(full);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null;
}

/** An answer without fault as what the loop carries out. */
export const chosenOf = (answer: Answer, { elements }: Pick<AnswerContext, 'elements'>): readonly Chosen[] =>
  answer.actions.map((raw) => {
    const ref = raw.ref === undefined ? undefined : refOf(raw.ref);
    const node = ref === undefined ? undefined : elements.get(ref);
    return {
      kind: raw.action,
      why: raw.why,
      confidence: raw.confidence ?? null,
      risk: raw.risk === undefined || raw.risk === 'none' ? null : raw.risk,
      action: engineAction(raw, ref ?? ''),
      intention: node ? [node.role, node.name === '' ? '' : JSON.stringify(node.name.slice(0, 120))].filter(Boolean).join(' ') : null,
      text: raw.text ?? '',
      output: raw.output ?? null,
      code: raw.code || null,
    };
  });

function engineAction(raw: RawAction, ref: string): EngineAction | null {
  switch (raw.action) {
    case 'click':
    case 'download':
      return { kind: 'click', ref, download: raw.action === 'download' };
    case 'type':
      return { kind: 'fill', ref, text: raw.text ?? '', onlyInto: null };
    case 'select':
      return { kind: 'select', ref, option: raw.option ?? '' };
    case 'check':
      return { kind: 'check', ref, checked: raw.checked ?? true };
    case 'hover':
      return { kind: 'hover', ref };
    case 'key':
      return { kind: 'press', key: raw.key ?? '', ...(ref && { ref }) };
    case 'scroll':
      return { kind: 'scroll', to: raw.to ?? 'down', ...(ref && { ref }) };
    case 'drag':
      return { kind: 'drag', ref, to: refOf(raw.target ?? '') };
    case 'upload':
      return { kind: 'giveFiles', ref, names: raw.files ?? [] };
    case 'goto':
      return { kind: 'goto', url: webAddress(raw.url ?? '') ?? 'about:blank' };
    case 'back':
      return { kind: 'history', to: 'back' };
    case 'reload':
      return { kind: 'history', to: 'reload' };
    case 'tab':
      return { kind: 'tab', index: raw.tab ?? 0 };
    case 'close_tab':
      return { kind: 'closeTab' };
    case 'wait':
      return { kind: 'pause', ms: Math.round((raw.seconds ?? 2) * 1000) };
    case 'extract':
      return { kind: 'report', actionType: 'extract', output: raw.output };
    case 'ask_person':
      return { kind: 'person', instructions: raw.text ?? '' };
    case 'complete':
    case 'terminate':
      return null;
  }
}
