/** Query parameters, checked in upstream's shapes. */
import { type Fault, invalid, notOneOf } from './httpError.js';

/** @throws HttpError 422 unless it is a whole number of 1 to 100 */
export function pageNumber(query: URLSearchParams, name: string, fallback: number): number {
  const text = query.get(name);
  if (text === null) return fallback;
  const bad = (type: string, msg: string, ctx?: Fault['ctx']) =>
    invalid([{ type, loc: ['query', name], msg, input: text, ...(ctx && { ctx }) }]);
  if (!/^[+-]?\d+$/.test(text)) throw bad('int_parsing', 'Input should be a valid integer, unable to parse string as an integer');
  const number = Number(text);
  if (number < 1) throw bad('greater_than_equal', 'Input should be greater than or equal to 1', { ge: 1 });
  if (number > 100) throw bad('less_than_equal', 'Input should be less than or equal to 100', { le: 100 });
  return number;
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
