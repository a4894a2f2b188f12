/** Templates as trees: what stands for itself, `{{ expressions }}` and `{% statements %}`. */
import { float, TemplateError } from './values.js';

export type Expr =
  | { readonly kind: 'constant'; readonly value: unknown }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'list' | 'tuple'; readonly items: readonly Expr[] }
  | { readonly kind: 'dict'; readonly entries: readonly (readonly [Expr, Expr])[] }
  | { readonly kind: 'attribute'; readonly of: Expr; readonly name: string }
  | { readonly kind: 'item'; readonly of: Expr; readonly key: Expr }
  | { readonly kind: 'slice'; readonly of: Expr; readonly parts: readonly (Expr | null)[] }
  | { readonly kind: 'call'; readonly of: Expr; readonly args: Args }
  | { readonly kind: 'filter'; readonly of: Expr; readonly name: string; readonly args: Args }
  | { readonly kind: 'test'; readonly of: Expr; readonly name: string; readonly args: Args; readonly not: boolean }
  | { readonly kind: 'unary'; readonly op: 'not' | '-' | '+'; readonly of: Expr }
  | { readonly kind: 'binary'; readonly op: string; readonly left: Expr; readonly right: Expr }
  | { readonly kind: 'compare'; readonly first: Expr; readonly rest: readonly (readonly [string, Expr])[] }
  | { readonly kind: 'if'; readonly test: Expr; readonly yes: Expr; readonly otherwise: Expr | null };

export interface Args {
  readonly positional: readonly Expr[];
  readonly named: readonly (readonly [string, Expr])[];
}

/** What is assigned to: names, or the field of a namespace. */
export type Target = { readonly names: readonly string[] } | { readonly namespace: string; readonly field: string };

export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'output'; readonly expr: Expr }
  | { readonly kind: 'if'; readonly branches: readonly (readonly [Expr | null, readonly Node[]])[] }
  | {
      readonly kind: 'for';
      readonly names: readonly string[];
      readonly over: Expr;
      readonly where: Expr | null;
      readonly body: readonly Node[];
      readonly otherwise: readonly Node[];
    }
  | { readonly kind: 'set'; readonly target: Target; readonly value: Expr }
  | { readonly kind: 'capture'; readonly target: Target; readonly body: readonly Node[] }
  | {
      readonly kind: 'macro';
      readonly name: string;
      readonly parameters: readonly (readonly [string, Expr | null])[];
      readonly body: readonly Node[];
    }
  | { readonly kind: 'with'; readonly values: readonly (readonly [string, Expr])[]; readonly body: readonly Node[] }
  | { readonly kind: 'filtered'; readonly filters: readonly (readonly [string, Args])[]; readonly body: readonly Node[] };

type Token = { readonly type: 'name' | 'number' | 'text' | 'op' | 'end'; readonly value: string; readonly at: number };
type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'expression' | 'statement'; readonly tokens: readonly Token[] };

const OPERATORS =
  /\s*(?:(\d+(?:_\d+)*(?:\.\d+)?(?:[eE][+-]?\d+)?)|([\p{L}_][\p{L}\p{N}_]*)|("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|(\*\*|\/\/|==|!=|<=|>=|[-+*/%~<>=()[\]{}.,:|]))/suy;
/** Deeper expressions and statements than this are nothing that anybody wrote. */
const MAX_DEPTH = 100;

export function parseTemplate(source: string): readonly Node[] {
  const parser = new Statements(pieces(source.replace(/\r\n?/g, '\n').replace(/\n$/, '')));
  const nodes = parser.body([], 0);
  return nodes;
}

/** The template's one expression; null when there is anything beside it. */
export function onlyExpression(nodes: readonly Node[]): Expr | null {
  const [first, ...others] = nodes.filter((node) => node.kind !== 'text' || node.text.trim() !== '');
  return first?.kind === 'output' && others.length === 0 ? first.expr : null;
}

function pieces(source: string): Piece[] {
  const found: Piece[] = [];
  let at = 0;
  let trimNext = false;
  const say = (text: string, trimEnd: boolean) => {
    let kept = trimNext ? text.trimStart() : text;
    if (trimEnd) kept = kept.trimEnd();
    if (kept !== '') found.push({ kind: 'text', text: kept });
  };
  for (;;) {
    const next = /\{[{%#]/.exec(source.slice(at));
    if (!next) {
      say(source.slice(at), false);
      return found;
    }
    const start = at + next.index;
    const sign = source[start + 2];
    const trims = sign === '-';
    say(source.slice(at, start), trims);
    const from = start + (trims || sign === '+' ? 3 : 2);
    if (next[0] === '{#') {
      const end = source.indexOf('#}', from);
      if (end === -1) throw new TemplateError('{# is not closed by #}');
      trimNext = source[end - 1] === '-';
      at = end + 2;
      continue;
    }
    const closing = next[0] === '{{' ? '}}' : '%}';
    const { tokens, end, trimsNext } = tokensUntil(source, from, closing);
    at = end;
    trimNext = trimsNext;
    if (closing === '%}' && tokens[0]?.value === 'raw') {
      const raw = /\{%[-+]?\s*endraw\s*([-+]?)%\}/.exec(source.slice(at));
      if (!raw) throw new TemplateError('{% raw %} has no {% endraw %}');
      const inner = source.slice(at, at + raw.index);
      say(inner, raw[0].startsWith('{%-'));
      at += raw.index + raw[0].length;
      trimNext = raw[1] === '-';
      continue;
    }
    found.push({ kind: closing === '}}' ? 'expression' : 'statement', tokens });
  }
}

function tokensUntil(source: string, from: number, closing: string): { tokens: Token[]; end: number; trimsNext: boolean } {
  const tokens: Token[] = [];
  let at = from;
  let open = 0;
  for (;;) {
    const rest = /^\s*([-+]?)/.exec(source.slice(at))!;
    const plain = at + rest[0].length - rest[1]!.length;
    for (const [where, trims] of [
      [plain, false],
      [plain + 1, true],
    ] as const) {
      if (trims && rest[1] === '') continue;
      if (open === 0 && source.startsWith(closing, where)) {
        tokens.push({ type: 'end', value: closing, at: where });
        return { tokens, end: where + 2, trimsNext: trims && rest[1] === '-' };
      }
    }
    OPERATORS.lastIndex = at;
    const match = OPERATORS.exec(source);
    if (!match)
      throw new TemplateError(source.slice(at).trim() === '' ? `it is not closed by ${closing}` : unexpected(source.slice(at).trim()[0]!));
    at = OPERATORS.lastIndex;
    const [, digits, name, string, op] = match;
    if (digits !== undefined) tokens.push({ type: 'number', value: digits.replaceAll('_', ''), at });
    else if (name !== undefined) tokens.push({ type: 'name', value: name, at });
    else if (string !== undefined) tokens.push({ type: 'text', value: unescaped(string.slice(1, -1)), at });
    else {
      tokens.push({ type: 'op', value: op!, at });
      if ('([{'.includes(op!)) open++;
      if (')]}'.includes(op!)) open = Math.max(0, open - 1);
    }
  }
}

const unexpected = (what: string): string => `${what === '' ? 'its end' : what} was not expected`;

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  0: '\0',
};

const unescaped = (inner: string): string =>
  inner.replace(/\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|(.))/gs, (whole, hex, unicode, one) => {
    if (hex ?? unicode) return String.fromCharCode(Number.parseInt(hex ?? unicode, 16));
    return ESCAPES[one as string] ?? whole;
  });

/** The statements of a template, one inside the other. */
class Statements {
  readonly #pieces: readonly Piece[];
  #at = 0;

  constructor(all: readonly Piece[]) {
    this.#pieces = all;
  }

  /** Up to a statement of one of these names, which is left as the next piece; with no names to the end. */
  body(until: readonly string[], depth: number): Node[] {
    if (depth > MAX_DEPTH) throw new TemplateError('it is nested too deeply');
    const nodes: Node[] = [];
    for (; this.#at < this.#pieces.length; ) {
      const piece = this.#pieces[this.#at]!;
      if (piece.kind === 'text') nodes.push({ kind: 'text', text: piece.text });
      else if (piece.kind === 'expression') {
        const parser = new Expressions(piece.tokens);
        nodes.push({ kind: 'output', expr: parser.tuple() });
        parser.end();
      } else {
        const word = piece.tokens[0]!.value;
        if (until.includes(word)) return nodes;
        this.#at++;
        nodes.push(this.#statement(word, new Expressions(piece.tokens.slice(1)), depth + 1));
        continue;
      }
      this.#at++;
    }
    if (until.length > 0) throw new TemplateError(`{% ${until.at(-1)} %} is missing`);
    return nodes;
  }

  /** What the next statement says after its name. */
  #take(): { word: string; rest: Expressions } {
    const piece = this.#pieces[this.#at++] as Extract<Piece, { tokens: unknown }>;
    return { word: piece.tokens[0]!.value, rest: new Expressions(piece.tokens.slice(1)) };
  }

  #inner(until: readonly string[], depth: number): Node[] {
    const body = this.body(until, depth);
    if (until.length === 1) this.#take().rest.skipName().end();
    return body;
  }

  #statement(word: string, head: Expressions, depth: number): Node {
    switch (word) {
      case 'if': {
        const branches: [Expr | null, Node[]][] = [];
        let test: Expr | null = head.tuple();
        head.end();
        for (;;) {
          branches.push([test, this.body(['elif', 'else', 'endif'], depth)]);
          const next = this.#take();
          if (next.word === 'elif') test = next.rest.tuple();
          if (next.word === 'else') test = null;
          next.rest.end();
          if (next.word === 'endif') return { kind: 'if', branches };
        }
      }
      case 'for': {
        const names = head.names();
        head.expect('in');
        const over = head.tuple(false);
        const where = head.accept('if') ? head.expression() : null;
        if (head.accept('recursive')) throw new TemplateError('recursive loops are not supported');
        head.end();
        const body = this.body(['else', 'endfor'], depth);
        const { word: last, rest } = this.#take();
        rest.end();
        return { kind: 'for', names, over, where, body, otherwise: last === 'else' ? this.#inner(['endfor'], depth) : [] };
      }
      case 'set': {
        const target = head.target();
        if (head.accept('=')) {
          const value = head.tuple();
          head.end();
          return { kind: 'set', target, value };
        }
        head.end();
        return { kind: 'capture', target, body: this.#inner(['endset'], depth) };
      }
      case 'macro': {
        const { name, parameters } = head.signature();
        head.end();
        return { kind: 'macro', name, parameters, body: this.#inner(['endmacro'], depth) };
      }
      case 'with': {
        const values: [string, Expr][] = [];
        while (!head.atEnd()) {
          const name = head.name();
          head.expect('=');
          values.push([name, head.expression()]);
          if (!head.accept(',')) break;
        }
        head.end();
        return { kind: 'with', values, body: this.#inner(['endwith'], depth) };
      }
      case 'filter': {
        const filters = head.filters();
        head.end();
        return { kind: 'filtered', filters, body: this.#inner(['endfilter'], depth) };
      }
      default:
        throw new TemplateError(/^(?:end|el)/.test(word) ? `{% ${word} %} closes nothing` : `{% ${word} %} is not supported`);
    }
  }
}

const COMPARISONS = ['==', '!=', '<', '<=', '>', '>='];
const CONSTANTS: Readonly<Record<string, unknown>> = { true: true, True: true, false: false, False: false, none: null, None: null };

/** One expression, or what stands after the name of a statement. */
class Expressions {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get #token(): Token {
    return this.#tokens[this.#at]!;
  }

  #closes(bracket: string): boolean {
    return this.#token.type === 'op' && this.#token.value === bracket;
  }

  atEnd(): boolean {
    return this.#token.type === 'end';
  }

  end(): void {
    if (!this.atEnd()) throw new TemplateError(unexpected(this.#token.value));
  }

  /** The name after `endmacro` and the like. */
  skipName(): this {
    if (this.#token.type === 'name') this.#at++;
    return this;
  }

  accept(value: string): boolean {
    const { type, value: found } = this.#token;
    if (found !== value || type === 'text' || type === 'end') return false;
    this.#at++;
    return true;
  }

  expect(value: string): void {
    if (!this.accept(value)) throw new TemplateError(`${value} was expected, not ${this.atEnd() ? 'its end' : this.#token.value}`);
  }

  name(): string {
    const { type, value } = this.#token;
    if (type !== 'name') throw new TemplateError(unexpected(this.atEnd() ? '' : value));
    this.#at++;
    return value;
  }

  names(): string[] {
    const bracketed = this.accept('(');
    const names = [this.name()];
    while (this.accept(',')) names.push(this.name());
    if (bracketed) this.expect(')');
    return names;
  }

  target(): Target {
    const [first, ...others] = this.names();
    if (others.length === 0 && this.accept('.')) return { namespace: first!, field: this.name() };
    return { names: [first!, ...others] };
  }

  signature() {
    const name = this.name();
    const parameters: [string, Expr | null][] = [];
    this.expect('(');
    while (!this.accept(')')) {
      const parameter = this.name();
      parameters.push([parameter, this.accept('=') ? this.expression() : null]);
      if (!this.accept(',')) {
        this.expect(')');
        break;
      }
    }
    return { name, parameters };
  }

  filters(): [string, Args][] {
    const filters: [string, Args][] = [];
    do filters.push([this.name(), this.accept('(') ? this.#args() : NO_ARGS]);
    while (this.accept('|'));
    return filters;
  }

  /** One expression, or several with commas. */
  tuple(withCondition = true): Expr {
    const one = () => (withCondition ? this.expression() : this.#or());
    const first = one();
    if (this.#token.value !== ',' || this.#token.type !== 'op') return first;
    const items = [first];
    while (this.accept(',')) {
      if (this.atEnd() || this.#closes(')')) break;
      items.push(one());
    }
    return { kind: 'tuple', items };
  }

  expression(): Expr {
    if (++this.#depth > MAX_DEPTH) throw new TemplateError('it is nested too deeply');
    let expr = this.#or();
    while (this.accept('if')) {
      const test = this.#or();
      const otherwise = this.accept('else') ? this.expression() : null;
      expr = { kind: 'if', test, yes: expr, otherwise };
    }
    this.#depth--;
    return expr;
  }

  #left(operators: readonly string[], next: () => Expr): Expr {
    let left = next();
    for (;;) {
      const op = operators.find((each) => this.accept(each));
      if (op === undefined) return left;
      left = { kind: 'binary', op, left, right: next() };
    }
  }

  #or = (): Expr => this.#left(['or'], this.#and);
  #and = (): Expr => this.#left(['and'], this.#not);
  #not = (): Expr => (this.accept('not') ? { kind: 'unary', op: 'not', of: this.#nested(this.#not) } : this.#compare());

  #nested(inner: () => Expr): Expr {
    if (++this.#depth > MAX_DEPTH) throw new TemplateError('it is nested too deeply');
    const expr = inner();
    this.#depth--;
    return expr;
  }

  #compare(): Expr {
    const first = this.#sum();
    const rest: [string, Expr][] = [];
    for (;;) {
      const op = COMPARISONS.find((each) => this.accept(each)) ?? (this.accept('in') ? 'in' : this.#acceptNotIn());
      if (op === null) return rest.length === 0 ? first : { kind: 'compare', first, rest };
      rest.push([op, this.#sum()]);
    }
  }

  #acceptNotIn(): string | null {
    const next = this.#tokens[this.#at + 1];
    if (this.#token.value !== 'not' || this.#token.type !== 'name' || next?.value !== 'in' || next.type !== 'name') return null;
    this.#at += 2;
    return 'not in';
  }

  #sum = (): Expr => this.#left(['+', '-'], this.#concat);
  #concat = (): Expr => this.#left(['~'], this.#product);
  #product = (): Expr => this.#left(['*', '//', '/', '%'], this.#power);
  #power = (): Expr => this.#left(['**'], () => this.#unary(true));

  #unary(withFilters: boolean): Expr {
    for (const op of ['-', '+'] as const) {
      if (this.accept(op)) {
        const of = this.#nested(() => this.#unary(false));
        return withFilters ? this.#filtered({ kind: 'unary', op, of }) : { kind: 'unary', op, of };
      }
    }
    const expr = this.#postfix(this.#primary());
    return withFilters ? this.#filtered(expr) : expr;
  }

  #primary(): Expr {
    const { type, value } = this.#token;
    if (type === 'name') {
      this.#at++;
      return Object.hasOwn(CONSTANTS, value) ? { kind: 'constant', value: CONSTANTS[value] } : { kind: 'name', name: value };
    }
    if (type === 'number') {
      this.#at++;
      return { kind: 'constant', value: /[.eE]/.test(value) ? float(Number(value)) : Number(value) };
    }
    if (type === 'text') {
      let whole = '';
      for (; this.#token.type === 'text'; this.#at++) whole += this.#token.value;
      return { kind: 'constant', value: whole };
    }
    if (this.accept('(')) {
      if (this.accept(')')) return { kind: 'tuple', items: [] };
      const inner = this.#nested(() => this.tuple());
      this.expect(')');
      return inner;
    }
    if (this.accept('[')) return { kind: 'list', items: this.#separated(']', () => this.expression()) };
    if (this.accept('{')) {
      return {
        kind: 'dict',
        entries: this.#separated('}', (): [Expr, Expr] => {
          const key = this.expression();
          this.expect(':');
          return [key, this.expression()];
        }),
      };
    }
    throw new TemplateError(unexpected(this.atEnd() ? '' : value));
  }

  #separated<T>(closing: string, one: () => T): T[] {
    const items: T[] = [];
    while (!this.accept(closing)) {
      items.push(one());
      if (!this.accept(',')) {
        this.expect(closing);
        break;
      }
    }
    return items;
  }

  #postfix(start: Expr): Expr {
    let expr = start;
    for (;;) {
      if (this.accept('.')) {
        if (this.#token.type === 'number')
          expr = { kind: 'item', of: expr, key: { kind: 'constant', value: Number(this.#tokens[this.#at++]!.value) } };
        else expr = { kind: 'attribute', of: expr, name: this.name() };
      } else if (this.accept('[')) expr = this.#subscript(expr);
      else if (this.accept('(')) expr = { kind: 'call', of: expr, args: this.#args() };
      else return expr;
    }
  }

  #subscript(of: Expr): Expr {
    const parts: (Expr | null)[] = [];
    let colons = 0;
    let current: Expr | null = null;
    while (!this.accept(']')) {
      if (this.accept(':')) {
        parts.push(current);
        current = null;
        colons++;
      } else if (current === null) current = this.expression();
      else throw new TemplateError(unexpected(this.#token.value));
    }
    parts.push(current);
    if (colons > 2) throw new TemplateError('a slice has three parts at most');
    if (colons > 0) return { kind: 'slice', of, parts };
    if (current === null) throw new TemplateError('[] holds nothing');
    return { kind: 'item', of, key: current };
  }

  #args(): Args {
    const named: [string, Expr][] = [];
    const positional: Expr[] = [];
    this.#separated(')', () => {
      const next = this.#tokens[this.#at + 1];
      if (this.#token.type === 'name' && next?.type === 'op' && next.value === '=') {
        const name = this.name();
        this.expect('=');
        named.push([name, this.expression()]);
      } else positional.push(this.expression());
    });
    return { positional, named };
  }

  #filtered(start: Expr): Expr {
    let expr = start;
    for (;;) {
      if (this.accept('|')) {
        expr = { kind: 'filter', of: expr, name: this.name(), args: this.accept('(') ? this.#args() : NO_ARGS };
      } else if (this.accept('is')) {
        const not = this.accept('not');
        expr = { kind: 'test', of: expr, not, name: this.name(), args: this.#testArgs() };
      } else if (this.accept('(')) expr = { kind: 'call', of: expr, args: this.#args() };
      else return expr;
    }
  }

  /** `divisibleby(2)`, and `divisibleby 2`. */
  #testArgs(): Args {
    if (this.accept('(')) return this.#args();
    const { type, value } = this.#token;
    const starts = type === 'text' || type === 'number' || (type === 'op' && (value === '[' || value === '{'));
    const isName = type === 'name' && !['else', 'or', 'and', 'is', 'if', 'in', 'not', 'recursive'].includes(value);
    return starts || isName ? { positional: [this.#postfix(this.#primary())], named: [] } : NO_ARGS;
  }
}

const NO_ARGS: Args = { positional: [], named: [] };
