/**
 * The parameters of a run: what was given, in the type that the definition asks for.
 *
 * A server converts more than this lets pass (1.9 becomes 1), ignores what it does not know, and older ones leave a failed run
 * behind when a value is missing: so all is checked before anything is sent (reference: Skyvern API, parameters).
 */
import type { Wire } from '../protocol/decode.js';
import { WORKFLOW_PARAMETER_TYPES, type WorkflowParameterType } from '../protocol/workflowFields.js';
import { closest } from './words.js';

export interface RunParameter {
  readonly key: string;
  /** One of `WORKFLOW_PARAMETER_TYPES`, or what a newer server has. */
  readonly type: string;
  readonly description: string | null;
  /** Null: none. */
  readonly fallback: unknown;
  readonly required: boolean;
}

/** What a run of this workflow takes, in the order of the definition: as a server answers it, or as somebody wrote it. */
export function runParameters(workflow: Wire): RunParameter[] {
  const parameters = (workflow['workflow_definition'] as Wire | null | undefined)?.['parameters'];
  return (Array.isArray(parameters) ? (parameters as Wire[]) : [])
    .filter((each) => each?.['parameter_type'] === 'workflow' && typeof each['key'] === 'string')
    .map((each) => {
      const type = String(each['workflow_parameter_type'] ?? 'string');
      const fallback = each['default_value'] ?? null;
      const description = typeof each['description'] === 'string' ? each['description'] : null;
      return { key: each['key'] as string, type, description, fallback, required: fallback === null && type !== 'credential_id' };
    });
}

export interface ParameterFault {
  readonly key: string;
  readonly kind: 'missing' | 'unknown' | 'type';
  /** A sentence without its end. */
  readonly message: string;
}

export interface Checked {
  readonly values: Wire;
  readonly faults: readonly ParameterFault[];
}

/**
 * @param texts as written on a command line: `3` is a number where one is wanted, JSON where JSON is
 * @param values as JSON; null means the default
 */
export function checkParameters(parameters: readonly RunParameter[], values: Wire, texts: ReadonlyMap<string, string>): Checked {
  const known = new Map(parameters.map((each) => [each.key, each]));
  const checked: Record<string, unknown> = {};
  const faults: ParameterFault[] = [];
  const given: [string, unknown, boolean][] = [
    ...Object.entries(values)
      .filter(([key]) => !texts.has(key))
      .map(([key, value]): [string, unknown, boolean] => [key, value, false]),
    ...[...texts].map(([key, text]): [string, unknown, boolean] => [key, text, true]),
  ];
  for (const [key, value, isText] of given) {
    const parameter = known.get(key);
    if (!parameter) {
      const meant = closest(key, known.keys());
      faults.push({ key, kind: 'unknown', message: `the workflow has no parameter ${key}${meant ? ` (did you mean ${meant}?)` : ''}` });
      continue;
    }
    if (value === null) continue;
    const result = typed(parameter.type, value, isText);
    if (result.ok) checked[key] = result.value;
    else faults.push({ key, kind: 'type', message: `the parameter ${key} is ${result.expected}, not ${shown(value)}` });
  }
  const missing = parameters.filter(({ key, required }) => required && (values[key] ?? texts.get(key) ?? null) === null);
  faults.push(
    ...missing.map(({ key, type }): ParameterFault => ({ key, kind: 'missing', message: `the parameter ${key} (${type}) is missing` })),
  );
  return { values: checked, faults };
}

type Typed = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly expected: string };

const fine = (value: unknown): Typed => ({ ok: true, value });
const wrong = (expected: string): Typed => ({ ok: false, expected });

/** A value in the type of a parameter. `isText`: it was written on a command line, where all is text. Never throws. */
export function typed(type: string, value: unknown, isText: boolean): Typed {
  return WORKFLOW_PARAMETER_TYPES.includes(type as WorkflowParameterType)
    ? CONVERT[type as WorkflowParameterType](value, isText)
    : fine(value); // a type of a newer server: its own to judge
}

const CONVERT: Readonly<Record<WorkflowParameterType, (value: unknown, isText: boolean) => Typed>> = {
  string: (value) => (isPlain(value) ? fine(String(value)) : wrong('a text')),
  integer: (value) => {
    const number = numberOf(value, /^[+-]?\d+$/);
    return number !== null && Number.isSafeInteger(number) ? fine(number) : wrong('a whole number');
  },
  float: (value) => {
    const number = numberOf(value, /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i);
    return number === null ? wrong('a number') : fine(number);
  },
  boolean: (value) => {
    const text = typeof value === 'boolean' || typeof value === 'string' || value === 0 || value === 1 ? String(value).toLowerCase() : '';
    if (text === 'true' || text === '1') return fine(true);
    return text === 'false' || text === '0' ? fine(false) : wrong('true or false');
  },
  json: (value, isText) => {
    if (typeof value !== 'string') return fine(value);
    try {
      const parsed: unknown = JSON.parse(value);
      return fine(isText ? parsed : value);
    } catch {
      return wrong('JSON');
    }
  },
  file_url: (value) => (typeof value === 'string' || typeof value === 'object' ? fine(value) : wrong('the address of a file')),
  credential_id: (value) =>
    typeof value === 'string' && /^cred_\w+$/.test(value) ? fine(value) : wrong('the id of a credential (cred_...)'),
};

const isPlain = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value);

function numberOf(value: unknown, form: RegExp): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  return typeof value === 'string' && form.test(value.trim()) ? Number(value) : null;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
