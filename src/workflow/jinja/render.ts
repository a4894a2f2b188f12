/**
 * Jinja2 templates without Python: what workflow definitions use to put values into texts, with what Python's Jinja2 renders.
 *
 * A template sees the names that it is given and nothing else: no prototype, no function of ours. Its work and what it makes are
 * bounded, because definitions and the outputs they read come from others.
 */
import { FILTERS, Given, type Helpers, ofDict, pathParts, TESTS } from './filters.js';
import { percentFormat } from './format.js';
import { methodOf } from './methods.js';
import { type Args, type Expr, type Node, onlyExpression, parseTemplate, type Target } from './syntax.js';
import {
  bounded,
  Callable,
  checkLength,
  contains,
  dictOf,
  equal,
  Float,
  float,
  isDict,
  isInteger,
  isList,
  isNumber,
  iterate,
  Namespace,
  number,
  numeric,
  order,
  plain,
  TemplateError,
  Tuple,
  text,
  truth,
  typeName,
  Undefined,
} from './values.js';

export { TemplateError } from './values.js';

/** Nodes and expressions that one template may evaluate. */
const MAX_WORK = 1_000_000;
/** As Jinja2's sandbox. */
const MAX_RANGE = 100_000;
const MAX_CALLS = 50;

export interface RenderOptions {
  /** Whether a name that is not there fails the template; else it is empty. */
  readonly strict?: boolean;
  /** What is to be done with texts that a template puts in; left out: nothing. */
  readonly mark?: Mark | null;
}

export interface Mark {
  /** What only these names had a part in is put in as it is. */
  readonly plain: ReadonlySet<string>;
  /** All else becomes this. */
  with(text: string): string;
}

/** @throws TemplateError */
export function render(template: string, names: Readonly<Record<string, unknown>>, options: RenderOptions = {}): string {
  if (!/\{[{%#]/.test(template)) return template.replace(/\n$/, '');
  return new Evaluation(names, options).whole(parseTemplate(template));
}

/** As text; the value itself where the whole template is one expression that ends in `tojson` or `json`. @throws TemplateError */
export function renderValue(template: string, names: Readonly<Record<string, unknown>>, options: RenderOptions = {}): unknown {
  const only = /\|\s*(?:tojson|json)\b/.test(template) ? onlyExpression(parseTemplate(template)) : null;
  if (only?.kind !== 'filter' || (only.name !== 'tojson' && only.name !== 'json')) return render(template, names, options);
  return plain(new Evaluation(names, options).value(only.of));
}

/** The value of a template that is one expression; the text of any other. @throws TemplateError */
export function evaluate(template: string, names: Readonly<Record<string, unknown>>, options: RenderOptions = {}): unknown {
  const only = onlyExpression(parseTemplate(template));
  if (only === null) return render(template, names, options);
  return plain(new Evaluation(names, options).value(only));
}

/** Every name that has a part in the template, its own included. @throws TemplateError */
export const namesOf = (template: string): ReadonlySet<string> => new Set(namesIn(parseTemplate(template)));

class Scope {
  readonly #names = new Map<string, unknown>();
  readonly #outer: Scope | null;
  constructor(outer: Scope | null) {
    this.#outer = outer;
  }
  get(name: string): unknown {
    for (let scope: Scope | null = this; scope; scope = scope.#outer) if (scope.#names.has(name)) return scope.#names.get(name);
    return undefined;
  }
  set(name: string, value: unknown): void {
    this.#names.set(name, value);
  }
}

class Evaluation {
  readonly #given: Readonly<Record<string, unknown>>;
  readonly #strict: boolean;
  readonly #mark: Mark | null;
  /** Inside of texts that something is still done with: marked as a whole, or not at all. */
  #unmarked = 0;
  #work = 0;
  #length = 0;
  #calls = 0;
  readonly #helpers: Helpers = {
    attribute: (value, path) => pathParts(path).reduce<unknown>((of, part) => (of instanceof Undefined ? of : this.#item(of, part)), value),
    filter: (name, value, given) => this.#filter(name, value, given),
    test: (name, value, given) => this.#test(name, value, given),
  };

  constructor(given: Readonly<Record<string, unknown>>, { strict = false, mark = null }: RenderOptions) {
    this.#given = given;
    this.#strict = strict;
    this.#mark = mark;
  }

  whole(nodes: readonly Node[]): string {
    return this.#body(nodes, new Scope(null));
  }

  value(expr: Expr): unknown {
    return this.#eval(expr, new Scope(null));
  }

  #tick(): void {
    if (++this.#work > MAX_WORK) throw new TemplateError('the template takes too long');
  }

  #body(nodes: readonly Node[], scope: Scope): string {
    const parts: string[] = [];
    for (const node of nodes) {
      this.#tick();
      const part = this.#node(node, scope);
      this.#length += part.length;
      checkLength(this.#length);
      parts.push(part);
    }
    return parts.join('');
  }

  #node(node: Node, scope: Scope): string {
    switch (node.kind) {
      case 'text':
        return node.text;
      case 'output':
        return this.#marked(node, this.#shown(this.#eval(node.expr, scope)), scope);
      case 'if': {
        const taken = node.branches.find(([test]) => test === null || this.#truth(this.#eval(test, scope)));
        return taken ? this.#body(taken[1], scope) : '';
      }
      case 'for':
        return this.#loop(node, scope);
      case 'set':
        this.#assign(node.target, this.#eval(node.value, scope), scope);
        return '';
      case 'capture':
        this.#assign(node.target, this.#inner(node.body, new Scope(scope)), scope);
        return '';
      case 'macro':
        scope.set(node.name, this.#macro(node, scope));
        return '';
      case 'with': {
        const inner = new Scope(scope);
        for (const [name, value] of node.values) inner.set(name, this.#eval(value, scope));
        return this.#body(node.body, inner);
      }
      case 'filtered':
        return this.#marked(
          node,
          text(
            node.filters.reduce<unknown>(
              (value, [name, args]) => this.#filter(name, value, this.#args(args, scope)),
              this.#inner(node.body, new Scope(scope)),
            ),
          ),
          scope,
        );
    }
  }

  /** What goes on to be changed: a mark in it would not stay one. */
  #inner(nodes: readonly Node[], scope: Scope): string {
    this.#unmarked++;
    const made = this.#body(nodes, scope);
    this.#unmarked--;
    return made;
  }

  #marked(node: Node, made: string, scope: Scope): string {
    const mark = this.#mark;
    if (mark === null || this.#unmarked > 0 || made.trim() === '') return made;
    // A name that the template itself gave to something is not the one that is meant by `plain`.
    const isPlain = (name: string) => scope.get(name) === undefined && (mark.plain.has(name) || Object.hasOwn(GLOBALS, name));
    return [...namesIn(node)].every(isPlain) ? made : mark.with(made);
  }

  #shown(value: unknown): string {
    if (value instanceof Undefined && this.#strict) throw new TemplateError(`${value.what} is not defined`);
    return text(value);
  }

  #truth(value: unknown): boolean {
    if (value instanceof Undefined && this.#strict) throw new TemplateError(`${value.what} is not defined`);
    return truth(value);
  }

  #loop({ names, over, where, body, otherwise }: Extract<Node, { kind: 'for' }>, scope: Scope): string {
    const bind = (inner: Scope, value: unknown) => this.#unpack(names, value, inner);
    const all = iterate(this.#eval(over, scope)).filter((value) => {
      this.#tick();
      if (where === null) return true;
      const inner = new Scope(scope);
      bind(inner, value);
      return this.#truth(this.#eval(where, inner));
    });
    if (all.length === 0) return this.#body(otherwise, scope);
    const parts = all.map((value, index) => {
      const inner = new Scope(scope);
      bind(inner, value);
      inner.set('loop', loopNames(all, index));
      return this.#body(body, inner);
    });
    return bounded(parts.join(''));
  }

  #unpack(names: readonly string[], value: unknown, scope: Scope): void {
    if (names.length === 1) {
      scope.set(names[0]!, value);
      return;
    }
    const values = iterate(value);
    if (values.length !== names.length) throw new TemplateError(`${names.length} values were expected, not ${values.length}`);
    for (const [at, name] of names.entries()) scope.set(name, values[at]);
  }

  #assign(target: Target, value: unknown, scope: Scope): void {
    if ('names' in target) {
      this.#unpack(target.names, value, scope);
      return;
    }
    const namespace = scope.get(target.namespace);
    if (!(namespace instanceof Namespace)) throw new TemplateError(`${target.namespace} is no namespace`);
    namespace.fields.set(target.field, value);
  }

  #macro({ name, parameters, body }: Extract<Node, { kind: 'macro' }>, scope: Scope): Callable {
    return new Callable(name, (args, named) => {
      if (++this.#calls > MAX_CALLS) throw new TemplateError('macros call each other too deeply');
      const inner = new Scope(scope);
      for (const [at, [parameter, fallback]] of parameters.entries()) {
        const given = args[at] ?? named.get(parameter);
        inner.set(parameter, given === undefined ? (fallback ? this.#eval(fallback, scope) : new Undefined(parameter)) : given);
      }
      const result = this.#inner(body, inner);
      this.#calls--;
      return result;
    });
  }

  #args({ positional, named }: Args, scope: Scope): Given {
    return new Given(
      positional.map((each) => this.#eval(each, scope)),
      new Map(named.map(([name, each]) => [name, this.#eval(each, scope)])),
    );
  }

  #eval(expr: Expr, scope: Scope): unknown {
    this.#tick();
    switch (expr.kind) {
      case 'constant':
        return expr.value;
      case 'name':
        return this.#name(expr.name, scope);
      case 'list':
        return expr.items.map((each) => this.#eval(each, scope));
      case 'tuple':
        return new Tuple(expr.items.map((each) => this.#eval(each, scope)));
      case 'dict':
        return dictOf(
          expr.entries.map(([key, value]): [string, unknown] => {
            const name = this.#eval(key, scope);
            if (typeof name !== 'string') throw new TemplateError(`keys of a dict are texts, not ${typeName(name)}`);
            return [name, this.#eval(value, scope)];
          }),
        );
      case 'attribute':
        return this.#attribute(this.#eval(expr.of, scope), expr.name);
      case 'item':
        return this.#item(this.#defined(this.#eval(expr.of, scope)), this.#eval(expr.key, scope));
      case 'slice':
        return slice(
          this.#eval(expr.of, scope),
          expr.parts.map((part) => (part === null ? null : this.#eval(part, scope))),
        );
      case 'call': {
        const called = this.#eval(expr.of, scope);
        const given = this.#args(expr.args, scope);
        if (called instanceof Callable) return this.#counted(called.call(given.all, given.named));
        throw new TemplateError(called instanceof Undefined ? `${called.what} is not defined` : `${typeName(called)} cannot be called`);
      }
      case 'filter':
        return this.#filter(expr.name, this.#eval(expr.of, scope), this.#args(expr.args, scope));
      case 'test':
        return this.#test(expr.name, this.#eval(expr.of, scope), this.#args(expr.args, scope)) !== expr.not;
      case 'if': {
        const taken = this.#truth(this.#eval(expr.test, scope)) ? expr.yes : expr.otherwise;
        return taken === null ? new Undefined('the other case of an if') : this.#eval(taken, scope);
      }
      case 'unary': {
        const of = this.#eval(expr.of, scope);
        if (expr.op === 'not') return !this.#truth(of);
        const signed = numeric(of, expr.op) * (expr.op === '-' ? -1 : 1);
        return isInteger(of) || typeof of === 'boolean' ? signed : float(signed);
      }
      case 'compare':
        return this.#compare(expr, scope);
      case 'binary': {
        if (expr.op === 'and' || expr.op === 'or') {
          const left = this.#eval(expr.left, scope);
          return this.#truth(left) === (expr.op === 'and') ? this.#eval(expr.right, scope) : left;
        }
        return this.#binary(expr.op, this.#eval(expr.left, scope), this.#eval(expr.right, scope));
      }
    }
  }

  #name(name: string, scope: Scope): unknown {
    const own = scope.get(name);
    if (own !== undefined) return own;
    if (Object.hasOwn(this.#given, name)) return this.#given[name] ?? null;
    return Object.hasOwn(GLOBALS, name) ? GLOBALS[name] : new Undefined(`'${name}'`);
  }

  #defined(value: unknown): unknown {
    if (value instanceof Undefined) throw new TemplateError(`${value.what} is not defined`);
    return value;
  }

  /** `a.b`: a method before a field, as in Jinja2. */
  #attribute(value: unknown, name: string): unknown {
    const of = this.#defined(value);
    return methodOf(of, name) ?? this.#own(of, name);
  }

  #own(of: unknown, name: string): unknown {
    const found = of instanceof Namespace ? of.fields.get(name) : isDict(of) ? ofDict(of, name) : undefined;
    return found === undefined ? new Undefined(`'${name}' of ${typeName(of)}`) : found;
  }

  /** `a[b]`: a field before a method. */
  #item(of: unknown, key: unknown): unknown {
    if (isInteger(key)) {
      const list = typeof of === 'string' ? [...of] : of instanceof Tuple ? of.items : of;
      if (isList(list)) {
        const found = list.at(key);
        return found === undefined ? new Undefined(`element ${key} of ${typeName(of)}`) : found;
      }
    }
    const name = text(key);
    const own = this.#own(of, name);
    return own instanceof Undefined ? (methodOf(of, name) ?? own) : own;
  }

  #filter(name: string, value: unknown, given: Given): unknown {
    if (!Object.hasOwn(FILTERS, name)) throw new TemplateError(`there is no filter ${name}`);
    if (value instanceof Undefined && this.#strict && name !== 'default' && name !== 'd') {
      throw new TemplateError(`${value.what} is not defined`);
    }
    return this.#counted(FILTERS[name]!(this.#counted(value), given, this.#helpers));
  }

  /** Who makes or goes through many elements does as much work. */
  #counted<T>(value: T): T {
    this.#work += isList(value) ? value.length : typeof value === 'string' ? value.length / 100 : 0;
    this.#tick();
    return value;
  }

  #test(name: string, value: unknown, given: Given): boolean {
    if (!Object.hasOwn(TESTS, name)) throw new TemplateError(`there is no test ${name}`);
    this.#tick();
    return TESTS[name]!(value, given);
  }

  #compare({ first, rest }: Extract<Expr, { kind: 'compare' }>, scope: Scope): boolean {
    let left = this.#eval(first, scope);
    for (const [op, next] of rest) {
      const right = this.#eval(next, scope);
      for (const side of [left, right]) {
        if (this.#strict && side instanceof Undefined) throw new TemplateError(`${side.what} is not defined`);
        this.#counted(side);
      }
      if (!COMPARES[op]!(left, right)) return false;
      left = right;
    }
    return true;
  }

  #binary(op: string, left: unknown, right: unknown): unknown {
    if (op === '~') return bounded(this.#shown(left) + this.#shown(right));
    for (const side of [left, right]) this.#counted(this.#defined(side));
    if (op === '%' && typeof left === 'string') return bounded(percentFormat(left, right));
    if (op === '+' && typeof left === 'string' && typeof right === 'string') return bounded(left + right);
    if (op === '+' && isList(left) && isList(right)) return bounded([...left, ...right]);
    if (op === '+' && left instanceof Tuple && right instanceof Tuple) return new Tuple(bounded([...left.items, ...right.items]));
    if (op === '*') {
      const [many, times] = isInteger(left) ? [right, left] : [left, right];
      if (isInteger(times) && (typeof many === 'string' || isList(many))) {
        checkLength(many.length * Math.max(0, times));
        return typeof many === 'string' ? many.repeat(Math.max(0, times)) : Array.from({ length: Math.max(0, times) }, () => many).flat();
      }
    }
    return arithmetic(op, left, right);
  }
}

/** Names that have a part in it, made in the template itself or given. */
function* namesIn(part: unknown): Generator<string> {
  if (typeof part !== 'object' || part === null) return;
  if ((part as { kind?: unknown }).kind === 'name') yield (part as { name: string }).name;
  for (const inner of Object.values(part)) yield* namesIn(inner);
}

const COMPARES: Readonly<Record<string, (a: unknown, b: unknown) => boolean>> = {
  '==': equal,
  '!=': (a, b) => !equal(a, b),
  '<': (a, b) => order(a, b) < 0,
  '<=': (a, b) => order(a, b) <= 0,
  '>': (a, b) => order(a, b) > 0,
  '>=': (a, b) => order(a, b) >= 0,
  in: (a, b) => contains(b, a),
  'not in': (a, b) => !contains(b, a),
};

function arithmetic(op: string, left: unknown, right: unknown): unknown {
  if (!isNumber(left) || !isNumber(right)) throw new TemplateError(`${typeName(left)} ${op} ${typeName(right)} is not defined`);
  const [a, b] = [number(left), number(right)];
  const isWhole = !(left instanceof Float) && !(right instanceof Float) && Number.isInteger(a) && Number.isInteger(b);
  if (['/', '//', '%'].includes(op) && b === 0) throw new TemplateError('division by zero');
  const result = { '+': a + b, '-': a - b, '*': a * b, '/': a / b, '//': Math.floor(a / b), '%': a - Math.floor(a / b) * b, '**': a ** b }[
    op
  ]!;
  if (!Number.isFinite(result)) throw new TemplateError('a number is too large');
  return isWhole && op !== '/' && !(op === '**' && b < 0) ? result : float(result);
}

function slice(value: unknown, [from = null, to = null, by = null]: readonly unknown[]): unknown {
  const isText = typeof value === 'string';
  const items = isText ? [...value] : value instanceof Tuple ? value.items : value;
  if (!isList(items)) throw new TemplateError(`${typeName(value)} has no parts`);
  const place = (each: unknown): number | null => (each === null ? null : Math.trunc(numeric(each, 'a slice')));
  const step = place(by) ?? 1;
  if (step === 0) throw new TemplateError('a slice cannot go by steps of 0');
  const clamp = (at: number, low: number, high: number) => Math.min(Math.max(at < 0 ? at + items.length : at, low), high);
  const down = step < 0;
  const start =
    place(from) === null ? (down ? items.length - 1 : 0) : clamp(place(from)!, down ? -1 : 0, down ? items.length - 1 : items.length);
  const end = place(to) === null ? (down ? -1 : items.length) : clamp(place(to)!, down ? -1 : 0, down ? items.length - 1 : items.length);
  const kept: unknown[] = [];
  for (let at = start; down ? at > end : at < end; at += step) kept.push(items[at]);
  if (isText) return kept.join('');
  return value instanceof Tuple ? new Tuple(kept) : kept;
}

const loopNames = (all: readonly unknown[], index: number) => ({
  index: index + 1,
  index0: index,
  revindex: all.length - index,
  revindex0: all.length - index - 1,
  first: index === 0,
  last: index === all.length - 1,
  length: all.length,
  depth: 1,
  depth0: 0,
  previtem: index === 0 ? new Undefined('the item before the first') : all[index - 1],
  nextitem: index === all.length - 1 ? new Undefined('the item after the last') : all[index + 1],
  cycle: new Callable('cycle', (args) => args[index % Math.max(1, args.length)] ?? null),
});

function range(args: readonly unknown[]): number[] {
  const [first = 0, second, third = 1] = args.map((each) => Math.trunc(numeric(each, 'range')));
  const [from, to] = second === undefined ? [0, first] : [first, second];
  if (third === 0) throw new TemplateError('range() cannot go by steps of 0');
  const length = Math.max(0, Math.ceil((to - from) / third));
  if (length > MAX_RANGE) throw new TemplateError(`range() goes to ${MAX_RANGE} at most`);
  return Array.from({ length }, (_, at) => from + at * third);
}

const GLOBALS: Readonly<Record<string, Callable>> = {
  range: new Callable('range', range),
  dict: new Callable('dict', (_, named) => dictOf(named)),
  namespace: new Callable('namespace', (args, named) => {
    const namespace = new Namespace();
    for (const [key, value] of [...(isDict(args[0]) ? Object.entries(args[0]) : []), ...named]) namespace.fields.set(key, value);
    return namespace;
  }),
};
