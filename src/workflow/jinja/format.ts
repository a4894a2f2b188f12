/** Texts with places to fill: `'%s is %d' % x` and `'{} is {}'.format(x)`, as far as templates use them. */
import {
  checkLength,
  field,
  isDict,
  isList,
  isNumber,
  type Named,
  number,
  repr,
  TemplateError,
  Tuple,
  text,
  typeName,
  Undefined,
} from './values.js';

/** @param values a tuple fills one place after the other, a dict the named ones, anything else the one place there is */
export function percentFormat(format: string, values: unknown): string {
  const list = values instanceof Tuple ? values.items : [values];
  let next = 0;
  return format.replace(/%(?:\((\w+)\))?([-+ 0#]*)(\d*)(?:\.(\d+))?([a-zA-Z%])/g, (whole, name, flags, width, precision, kind) => {
    if (kind === '%') return '%';
    let value: unknown;
    if (name !== undefined) {
      value = isDict(values) ? field(values, name) : undefined;
      if (value === undefined) throw new TemplateError(`the format asks for ${name}, which is not given`);
    } else {
      if (next >= list.length) throw new TemplateError(`not enough values for the format ${whole}`);
      value = list[next++];
    }
    const type = kind === 'i' || kind === 'u' ? 'd' : kind;
    if (type === 's') return padded(cut(text(value), precision), width, flags.includes('-') ? '<' : '>', ' ');
    if (type === 'r') return padded(cut(repr(value), precision), width, flags.includes('-') ? '<' : '>', ' ');
    const align = flags.includes('-') ? '<' : flags.includes('0') ? '=' : '>';
    const whole_ = type === 'd' ? Math.trunc(asNumber(value)) : asNumber(value);
    return numberText(whole_, {
      type,
      precision,
      sign: flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '',
      width,
      align,
      fill: align === '=' ? '0' : ' ',
      comma: '',
    });
  });
}

export function braceFormat(format: string, args: readonly unknown[], named: Named): string {
  let next = 0;
  return format.replace(/\{\{|\}\}|\{([^{}:!]*)(?:!([rs]))?(?::([^{}]*))?\}|[{}]/g, (whole, path, conversion, spec) => {
    if (whole === '{{' || whole === '}}') return whole[0]!;
    if (path === undefined) throw new TemplateError(`a single ${whole} in a format`);
    const [, name = '', rest = ''] = /^(\w*)(.*)$/s.exec(path as string)!;
    let value: unknown;
    if (name === '') value = args[next++];
    else value = /^\d+$/.test(name) ? args[Number(name)] : named.get(name);
    if (value === undefined) throw new TemplateError(`the format asks for ${name || 'more values'}, which is not given`);
    for (const [, dotted, bracketed] of rest.matchAll(/\.(\w+)|\[([^\]]+)\]/g)) {
      const key = (dotted ?? bracketed) as string;
      const inner: unknown = isDict(value) ? field(value, key) : isList(value) ? value[Number(key)] : undefined;
      if (inner === undefined) throw new TemplateError(`the format asks for ${path}, which is not there`);
      value = inner;
    }
    const shown = conversion === 'r' ? repr(value) : value;
    return formatted(shown, spec ?? '');
  });
}

function formatted(value: unknown, spec: string): string {
  if (spec === '') return text(value);
  const parts = /^(?:(.)?([<>^=]))?([-+ ]?)(#?)(0?)(\d*)(,?)(?:\.(\d+))?([a-zA-Z%]?)$/su.exec(spec);
  if (!parts) throw new TemplateError(`the format :${spec} is not understood`);
  const [, fill, align, sign = '', , zero, width = '', comma = '', precision, type = ''] = parts;
  if (!isNumber(value) || type === 's') return padded(cut(text(value), precision), width, align ?? '<', fill ?? ' ');
  return numberText(number(value), {
    type: type || (precision !== undefined ? 'g' : ''),
    precision,
    sign,
    width,
    comma,
    align: align ?? (zero ? '=' : '>'),
    fill: fill ?? (zero ? '0' : ' '),
    shown: text(value),
  });
}

interface NumberFormat {
  readonly type: string;
  readonly precision: string | undefined;
  readonly sign: string;
  readonly width: string;
  readonly align: string;
  readonly fill: string;
  readonly comma: string;
  readonly shown?: string;
}

function numberText(value: number, { type, precision, sign, width, align, fill, comma, shown }: NumberFormat): string {
  const digits = Math.min(Number(precision ?? 6), 100);
  const size = Math.abs(value);
  let body: string;
  if (type === '') body = (shown ?? String(value)).replace(/^-/, '');
  else if (type === 'd') body = String(Math.trunc(size));
  else if (type === 'f' || type === 'F') body = size.toFixed(digits);
  else if (type === '%') body = `${(size * 100).toFixed(digits)}%`;
  else if (type === 'e' || type === 'E') body = size.toExponential(digits).replace(/e([+-])(\d)$/, 'e$10$2');
  else if (type === 'g' || type === 'G') body = String(Number(size.toPrecision(Math.max(1, digits))));
  else if (type === 'x') body = Math.trunc(size).toString(16);
  else if (type === 'X') body = Math.trunc(size).toString(16).toUpperCase();
  else if (type === 'o') body = Math.trunc(size).toString(8);
  else if (type === 'b') body = Math.trunc(size).toString(2);
  else throw new TemplateError(`the format ${type} is not understood`);
  if (comma !== '') body = body.replace(/^\d+/, (whole) => whole.replace(/\B(?=(?:\d{3})+$)/g, ','));
  const mark = value < 0 ? '-' : sign === '-' ? '' : sign;
  if (align === '=') return mark + padded(body, String(Math.max(0, Number(width) - mark.length)), '>', fill);
  return padded(mark + body, width, align, fill);
}

function padded(value: string, width: string, align: string, fill: string): string {
  const missing = Number(width || 0) - value.length;
  if (missing <= 0) return value;
  checkLength(Number(width));
  if (align === '^') return fill.repeat(Math.floor(missing / 2)) + value + fill.repeat(Math.ceil(missing / 2));
  return align === '<' ? value + fill.repeat(missing) : fill.repeat(missing) + value;
}

const cut = (value: string, precision: string | undefined): string => (precision === undefined ? value : value.slice(0, Number(precision)));

function asNumber(value: unknown): number {
  if (isNumber(value)) return number(value);
  throw new TemplateError(`a number is needed in the format, not ${value instanceof Undefined ? value.what : typeName(value)}`);
}
