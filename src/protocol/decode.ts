/**
 * Decoding at the edge: what a server sent becomes typed data, or one sentence that names what is wrong.
 *
 * Wire names stay snake_case. Fields we know are checked, fields we do not know are kept.
 */
export class DecodeError extends Error {
  /** Where in the answer, as a JSON path. */
  readonly path: string;
  constructor(path: string, expected: string) {
    super(`${path || 'the answer'} is not ${expected}`);
    this.name = 'DecodeError';
    this.path = path;
  }
}

export type Wire = Readonly<Record<string, unknown>>;

export function asObject(value: unknown, path = ''): Wire {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new DecodeError(path, 'an object');
  return value as Wire;
}

export function asArray(value: unknown, path = ''): readonly unknown[] {
  if (!Array.isArray(value)) throw new DecodeError(path, 'a list');
  return value;
}

export function asString(value: unknown, path: string): string {
  if (typeof value !== 'string') throw new DecodeError(path, 'a text');
  return value;
}

/** A list whose items are decoded by `item`; null and absent become `[]`. */
export function listOf<T>(value: unknown, path: string, item: (value: unknown, path: string) => T): T[] {
  if (value === null || value === undefined) return [];
  return asArray(value, path).map((each, index) => item(each, `${path}[${index}]`));
}

/** A decoder of lists, from one of their items. */
export const decodeList =
  <T>(item: (value: unknown, path: string) => T) =>
  (value: unknown): T[] =>
    asArray(value).map((each, index) => item(each, `[${index}]`));

export const optionalString = (value: unknown): string | null => (typeof value === 'string' ? value : null);
export const optionalNumber = (value: unknown): number | null => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
};
