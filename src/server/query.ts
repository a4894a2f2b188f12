/** Query parameters, checked in upstream's shapes. */
import { type Fault, invalid, notOneOf } from './httpError.js';

/** @throws HttpError 422 unless it is a whole number of 1 to `most` */
export function pageNumber(query: URLSearchParams, name: string, fallback: number, most = 100): number {
  const text = query.get(name);
  if (text === null) return fallback;
  const bad = (type: string, msg: string, ctx?: Fault['ctx']) =>
    invalid([{ type, loc: ['query', name], msg, input: text, ...(ctx && { ctx }) }]);
  if (!/^[+-]?\d+$/.test(text)) throw bad('int_parsing', 'Input should be a valid integer, unable to parse string as an integer');
  const number = Number(text);
  if (number < 1) throw bad('greater_than_equal', 'Input should be greater than or equal to 1', { ge: 1 });
  if (number > most) throw bad('less_than_equal', `Input should be less than or equal to ${most}`, { le: most });
  return number;
}

/** A whole number of any size; null when it is left out. @throws HttpError 422 */
export function wholeNumber(query: URLSearchParams, name: string): number | null {
  const text = query.get(name);
  if (text === null) return null;
  if (/^[+-]?\d+$/.test(text)) return Number(text);
  const msg = 'Input should be a valid integer, unable to parse string as an integer';
  throw invalid([{ type: 'int_parsing', loc: ['query', name], msg, input: text }]);
}

/** False when it is left out. @throws HttpError 422 */
export function flag(query: URLSearchParams, name: string): boolean {
  const text = query.get(name) ?? 'false';
  if (/^(?:true|1|yes|on)$/i.test(text)) return true;
  if (/^(?:false|0|no|off)$/i.test(text)) return false;
  const msg = 'Input should be a valid boolean, unable to interpret input';
  throw invalid([{ type: 'bool_parsing', loc: ['query', name], msg, input: text }]);
}

/** A repeatable parameter. @throws HttpError 422 when a value is not among `allowed` */
export function choices(query: URLSearchParams, name: string, allowed: readonly string[]): string[] {
  const values = query.getAll(name);
  const faults = values.flatMap((value, index) => (allowed.includes(value) ? [] : [notOneOf(['query', name, index], allowed, value)]));
  if (faults.length > 0) throw invalid(faults);
  return values;
}

/** A text of at least `least` characters. @throws HttpError 422 */
export function longText(query: URLSearchParams, name: string, least: number): string | null {
  const text = query.get(name);
  if (text === null || text.length >= least) return text;
  const msg = `String should have at least ${least} characters`;
  throw invalid([{ type: 'string_too_short', loc: ['query', name], msg, input: text, ctx: { min_length: least } }]);
}
