/**
 * Patterns of the prompt's language, written as one would say them: `click|tap [on] <target>`.
 *
 * `a|b` is one word of several, `[...]` may be missing, `(... | ...)` is one phrase of several, `<name>` or `<name:type>` is a slot;
 * one that may stay empty is written `<name?:type>`. A pattern matches a whole clause, never a part of it: a word left over is no match.
 */
import { isMark, isWord, type Token } from './tokens.js';

/** What may stand in a slot, from a position on: every reading of it, the longest first. */
export type Slot<T> = (tokens: readonly Token[], at: number) => Iterable<Reading<T>>;

export interface Reading<T> {
  readonly value: T;
  /** Position after it. */
  readonly next: number;
}

type Slots = Readonly<Record<string, Slot<unknown>>>;
type SlotNames<P extends string> = P extends `${string}<${infer S}>${infer R}` ? S | SlotNames<R> : never;
type Bare<N extends string> = N extends `${infer B}?` ? B : N;
type NameIn<S extends string> = S extends `${infer N}:${string}` ? N : S;
type TypeIn<S extends string> = S extends `${string}:${infer T}` ? T : Bare<S>;
type ValueOf<S extends Slots, T> = T extends keyof S ? (S[T] extends Slot<infer V> ? V : never) : never;
/** Values of the slots of a pattern, by name. */
export type Filled<S extends Slots, P extends string> = {
  readonly [N in SlotNames<P> as Bare<NameIn<N>>]: ValueOf<S, TypeIn<N>> | (NameIn<N> extends `${string}?` ? undefined : never);
};

type Values = Readonly<Record<string, unknown>>;
type Matcher = (tokens: readonly Token[], at: number, values: Values) => Iterable<Reading<Values>>;

/** Compiles `pattern`; `make` gives null for a reading that means nothing. Throws on a pattern that is none. */
export function phrase<const S extends Slots, const P extends string, T>(
  slots: S,
  pattern: P,
  make: (values: Filled<S, P>) => T | null,
): Slot<T> & { readonly firstWords: readonly string[] } {
  const parts = pattern.match(/[[\]()]|<[^>]+>|[^\s[\]()<]+/g) ?? [];
  let position = 0;
  const sequence = (closing: string | undefined): Matcher => {
    const choices: Matcher[][] = [[]];
    for (; position < parts.length && parts[position] !== closing; position++) {
      const part = parts[position] ?? '';
      if (part === '|') choices.push([]);
      else choices.at(-1)?.push(element(part));
    }
    if (parts[position] !== closing) throw new Error(`${pattern}: ${closing} is missing`);
    const [only, ...others] = choices.map(inOrder);
    return only && others.length === 0 ? only : oneOf(choices.map(inOrder));
  };
  const element = (part: string): Matcher => {
    if (part === '[' || part === '(') {
      position++;
      const inner = sequence(part === '[' ? ']' : ')');
      return part === '[' ? oneOf([inner, nothing]) : inner;
    }
    const named = /^<([^:?]+)(\?)?(?::([^>]+))?>$/.exec(part);
    if (!named) return word(part.split('|'));
    const [, name = '', , type = name] = named;
    const slot = slots[type];
    if (!slot) throw new Error(`${pattern}: there is no slot ${type}`);
    return function* (tokens, at, values) {
      for (const { value, next } of slot(tokens, at)) yield { value: { ...values, [name]: value }, next };
    };
  };
  const matcher = sequence(undefined);
  const read = function* (tokens: readonly Token[], at: number): Generator<Reading<T>> {
    for (const { value, next } of matcher(tokens, at, {})) {
      const made = make(value as Filled<S, P>);
      if (made !== null) yield { value: made, next };
    }
  };
  return Object.assign(read, { firstWords: firstWords(pattern) });
}

const nothing: Matcher = (_tokens, at, values) => [{ value: values, next: at }];

/** One of `words`; a comma in a pattern is the mark. */
const word =
  (words: readonly string[]): Matcher =>
  (tokens, at, values) =>
    isWord(tokens[at], ...words) || (words.includes(',') && isMark(tokens[at], ',')) ? [{ value: values, next: at + 1 }] : [];

const oneOf = (choices: readonly Matcher[]): Matcher =>
  function* (tokens, at, values) {
    for (const choice of choices) yield* choice(tokens, at, values);
  };

function inOrder(matchers: readonly Matcher[]): Matcher {
  const [first, ...rest] = matchers;
  if (!first) return nothing;
  const then = inOrder(rest);
  return function* (tokens, at, values) {
    for (const { value, next } of first(tokens, at, values)) yield* then(tokens, next, value);
  };
}

/** Every reading of the first slot, then of the second, ... */
export const anyOf = <T>(...choices: readonly Slot<T>[]): Slot<T> =>
  function* (tokens, at) {
    for (const choice of choices) yield* choice(tokens, at);
  };

/** The words with which a pattern can begin; one that begins with a slot has none. */
function firstWords(pattern: string): string[] {
  const start = pattern.replace(/^\(/, '');
  return pattern.startsWith('(')
    ? start
        .slice(0, start.indexOf(')'))
        .split(' | ')
        .flatMap((choice) => choice.trim().split(' ')[0]?.split('|') ?? [])
    : /^[<[]/.test(start)
      ? []
      : (start.split(' ')[0]?.split('|') ?? []);
}

/** What the first slot that reads all of `tokens` makes of them; null when none does. */
export function wholly<T>(slots: readonly Slot<T>[], tokens: readonly Token[]): T | null {
  for (const slot of slots) for (const { value, next } of slot(tokens, 0)) if (next === tokens.length) return value;
  return null;
}
