/** What a route throws to answer with an error. */
export class HttpError extends Error {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
    super(`HTTP ${status}`);
    this.name = 'HttpError';
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** Most errors of the API are `{"detail": "<text>"}`. */
export const refusal = (status: number, text: string): HttpError => new HttpError(status, { detail: text });

/** One finding of the API's validation. `loc` begins with `body` or `query`. */
export interface Fault {
  readonly type: string;
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly input: unknown;
  readonly ctx?: Readonly<Record<string, unknown>>;
}

/** Failed validation is 422 with a list. */
export const invalid = (faults: readonly Fault[]): HttpError => new HttpError(422, { detail: faults });

/** `'a', 'b' or 'c'` */
const oneOf = (values: readonly string[]): string => {
  const quoted = values.map((value) => `'${value}'`);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
};

export const notOneOf = (loc: Fault['loc'], values: readonly string[], input: unknown): Fault => ({
  type: 'enum',
  loc,
  msg: `Input should be ${oneOf(values)}`,
  input,
  ctx: { expected: oneOf(values) },
});

/**
 * Refuses fields that were given a value that would have to be ignored, by their names.
 * @param needless which fields there are, and when the value given asks for nothing; null never does
 * @throws HttpError 422
 */
export function unhonoured(body: Record<string, unknown>, needless: Readonly<Record<string, (value: unknown) => boolean>>): void {
  const asked = Object.entries(needless).filter(([name, asksNothing]) => {
    const value = Object.hasOwn(body, name) ? (body[name] ?? null) : null;
    return value !== null && !asksNothing(value);
  });
  if (asked.length === 0) return;
  const names = asked.map(([name]) => `\`${name}\``).join(', ');
  throw refusal(422, `The local server cannot honour ${names}. Leave ${asked.length > 1 ? 'them' : 'it'} out, or use another server.`);
}
