/**
 * What a workflow found out, for people. Its output has the books of each block as well: ids, addresses of screenshots, headers of
 * answers, the expressions of branches, and once more a list of all that was extracted. JSON has all of it.
 */
type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const has = (value: unknown, ...names: readonly string[]): value is Fields => isFields(value) && names.every((name) => name in value);

export interface Essence {
  /** Null when nothing was found out. */
  readonly found: unknown;
  /** Whether books were left out. */
  readonly isShort: boolean;
}

export function essenceOf(output: unknown): Essence {
  if (!isFields(output)) return { found: output ?? null, isShort: false };
  const { extracted_information: all, ...blocks } = output;
  const short = Object.entries(blocks).map(([name, value]) => [name, foundBy(value)] as const);
  const isShort = short.some(([name, found]) => found !== blocks[name]);
  if (!isShort && !(Array.isArray(all) && all.length === 0)) return { found: output, isShort };
  const found = short.filter(([, value]) => isSaid(value));
  return { found: found.length === 0 ? null : Object.fromEntries(found), isShort };
}

const isSaid = (value: unknown): boolean => value !== null && value !== undefined;

/** What one block found out: itself where it is no shape that we know. */
function foundBy(value: unknown): unknown {
  if (has(value, 'task_id', 'extracted_information')) return value['extracted_information'];
  if (has(value, 'branch_taken', 'evaluations')) return null;
  if (has(value, 'status_code', 'response_body')) return { status_code: value['status_code'], body: value['response_body'] };
  if (isLoop(value)) {
    const turns = value.map(turnOf).filter(isSaid);
    return turns.length === 0 ? null : turns;
  }
  return value;
}

type Turn = readonly { readonly loop_value: unknown; readonly output_parameter: Fields; readonly output_value: unknown }[];

const isLoop = (value: unknown): value is readonly Turn[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((turn) => Array.isArray(turn) && turn.every((each) => has(each, 'loop_value', 'output_parameter', 'output_value')));

/** The value of the turn and what was found: a row of a table, where one block alone found something. Null when none did. */
function turnOf(turn: Turn): Fields | null {
  const found = turn
    .map(({ output_parameter, output_value }) => [String(output_parameter['key']), foundBy(output_value)] as const)
    .filter(([, value]) => isSaid(value));
  if (found.length === 0) return null;
  const [only] = found;
  const fields = found.length === 1 && isFields(only?.[1]) ? only[1] : Object.fromEntries(found);
  return { loop_value: turn[0]?.loop_value, ...fields };
}
