/** The shape of things: types of fields, what is missing, what nobody knows. What is found is collected here. */
import type { Wire } from '../protocol/decode.js';
import type { Field } from '../protocol/workflowFields.js';
import type { Path } from './source.js';
import { closest, quoted } from './words.js';

export interface Finding {
  readonly severity: 'error' | 'warning';
  readonly path: Path;
  /** The key is meant, not the value. */
  readonly atKey: boolean;
  /** A sentence without its end. */
  readonly message: string;
}

/** A block of a definition, where it stands and what it holds. */
export interface Block {
  readonly wire: Wire;
  readonly path: Path;
  readonly kind: string;
  readonly label: string | null;
  readonly inner: readonly Block[];
  readonly isInLoop: boolean;
}

export class Shape {
  readonly findings: Finding[] = [];

  /** Types, missing fields, and fields that nobody knows. */
  object(wire: Wire, fields: readonly Field[], path: Path): void {
    const known = new Map(fields.map((field) => [field.name, field]));
    for (const { name, required } of fields) {
      if (required && wire[name] === undefined)
        this.error(path, `${describe(wire)} needs the field ${name}`, path.length > 0 && isKey(path));
    }
    for (const [name, value] of Object.entries(wire)) {
      const field = known.get(name);
      if (field) this.#field(field, value, [...path, name]);
      else {
        const meant = closest(name, known.keys());
        this.warning(
          [...path, name],
          `${describe(wire)} has no field ${name}${meant ? ` (did you mean ${meant}?)` : ''}: servers ignore it`,
          true,
        );
      }
    }
  }

  #field({ name, type, nullable, choices, ofTexts, bounds }: Field, value: unknown, path: Path): void {
    if (value === undefined) return;
    if (value === null) {
      if (!nullable && name !== 'run_with') this.error(path, `${name} cannot be null: leave it out for its default`, true);
      return;
    }
    if (!FITS[type].fits(value)) {
      const quote = type === 'text' && typeof value !== 'object' ? ': put it in quotes' : '';
      this.error(path, `${name} is ${FITS[type].named}, not ${kindOf(value)}${quote}`);
      return;
    }
    if (choices) this.choice(value as string, choices, path);
    if (bounds && (Number(value) < bounds[0] || Number(value) > bounds[1])) {
      this.error(path, `${name} is between ${bounds[0]} and ${bounds[1]}, not ${String(value)}`);
    }
    if (!ofTexts) return;
    for (const [key, each] of Array.isArray(value) ? value.entries() : Object.entries(value as Wire)) {
      if (typeof each !== 'string') this.error([...path, key], `${name} holds texts, not ${kindOf(each)}`);
    }
  }

  choice(value: string, choices: readonly string[], path: Path): void {
    if (choices.includes(value)) return;
    const meant = closest(value, choices);
    this.error(path, `${path.at(-1)} is one of ${choices.join(', ')}${meant ? ` (did you mean ${meant}?)` : `, not ${quoted([value])}`}`);
  }

  /** Which of the kinds an object says it is; null when it says none that is known. */
  kind(value: unknown, tag: 'block_type' | 'parameter_type', kinds: Readonly<Record<string, unknown>>, path: Path): string | null {
    const thing = tag === 'block_type' ? 'block' : 'parameter';
    if (!isObject(value)) this.error(path, `a ${thing} is an object, not ${kindOf(value)}`);
    else if (value[tag] === undefined) this.error(path, `the ${thing} needs the field ${tag}`);
    else if (typeof value[tag] === 'string' && Object.hasOwn(kinds, value[tag])) return value[tag];
    else {
      const meant = closest(String(value[tag]), Object.keys(kinds));
      this.error([...path, tag], `there is no ${tag} ${quoted([String(value[tag])])}${meant ? ` (did you mean ${meant}?)` : ''}`);
    }
    return null;
  }

  known(key: string, path: Path, known: ReadonlySet<string>, what: string): void {
    if (known.has(key)) return;
    const meant = closest(key, known);
    this.error(path, `there is no ${what} ${quoted([key])}${meant ? ` (did you mean ${meant}?)` : ''}`);
  }

  error(path: Path, message: string, atKey = false): void {
    this.say('error', path, message, atKey);
  }

  warning(path: Path, message: string, atKey = false): void {
    this.say('warning', path, message, atKey);
  }

  say(severity: Finding['severity'], path: Path, message: string, atKey: boolean): void {
    this.findings.push({ severity, path, message, atKey });
  }
}

const isKey = (path: Path): boolean => typeof path.at(-1) === 'string';

/** What an object is, by what it says of itself. */
function describe(wire: Wire): string {
  const [kind, name] = [wire['block_type'] ?? wire['parameter_type'], wire['label'] ?? wire['key']];
  if (typeof kind === 'string') return typeof name === 'string' && name !== '' ? `${kind} ${quoted([name])}` : `the ${kind}`;
  return 'this';
}

export const isObject = (value: unknown): value is Wire => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value, for a sentence. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

/** As servers take values: what reads as a number or a boolean is one. */
const FITS: Readonly<Record<Field['type'], { readonly named: string; fits(value: unknown): boolean }>> = {
  text: { named: 'a text', fits: (value) => typeof value === 'string' },
  int: {
    named: 'a whole number',
    fits: (value) => typeof value === 'boolean' || Number.isInteger(value) || isWritten(value, /^[+-]?\d+(?:\.0*)?$/),
  },
  number: {
    named: 'a number',
    fits: (value) =>
      typeof value === 'boolean' || typeof value === 'number' || isWritten(value, /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i),
  },
  bool: {
    named: 'true or false',
    fits: (value) =>
      typeof value === 'boolean' || value === 0 || value === 1 || isWritten(value, /^(?:true|false|t|f|yes|no|y|n|on|off|1|0)$/i),
  },
  object: { named: 'an object', fits: isObject },
  list: { named: 'a list', fits: Array.isArray },
  tree: { named: 'an object, a list or a text', fits: (value) => typeof value === 'object' || typeof value === 'string' },
  any: { named: '', fits: () => true },
};

const isWritten = (value: unknown, form: RegExp): boolean => typeof value === 'string' && form.test(value.trim());
