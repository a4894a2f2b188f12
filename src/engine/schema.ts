/** `data_extraction_schema`: what the output must look like. Import it when there is one: ajv takes its time to load. */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';

/**
 * Why `schema` cannot be enforced, in one sentence; null when it can.
 *
 * The API also takes text and lists, which describe and do not constrain: text that is a JSON object is read as one, all else is refused.
 */
export function checkSchema(schema: unknown): string | null {
  try {
    compile(schema);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What is wrong with `output`, one sentence for each fault; empty when it holds. Throws where `checkSchema` gives a reason. */
export const schemaFaults = (schema: unknown, output: unknown): readonly string[] => validator(schema, 'output')(output);

/** The same, prepared for many values. @param name what a value is called in the sentences */
export function validator(schema: unknown, name: string): (value: unknown) => readonly string[] {
  const validate = compile(schema);
  return (value) =>
    validate(value)
      ? []
      : (validate.errors ?? []).map((error: ErrorObject) => `${name}${error.instancePath} ${error.message ?? 'does not hold'}`);
}

function compile(schema: unknown): ValidateFunction {
  const parsed = typeof schema === 'string' ? parse(schema) : schema;
  if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed))
    throw new Error('data_extraction_schema is not a JSON Schema object');
  const dialect = String((parsed as Record<string, unknown>)['$schema'] ?? '');
  const Dialect = dialect.includes('2020-12') ? Ajv2020 : Ajv;
  // Keywords and formats that ajv does not know are annotations, as the standard has it.
  return new Dialect({ strict: false, allErrors: true, validateFormats: false, logger: false }).compile(parsed);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('data_extraction_schema is text that is not JSON');
  }
}
