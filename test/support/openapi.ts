import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';

const spec = JSON.parse(readFileSync(new URL('../spec/openapi-1.0.56.json', import.meta.url), 'utf8'));
const ajv = new Ajv2020({ strict: false, validateFormats: false, logger: false });
ajv.addSchema({ ...spec, $id: 'openapi' });

/** Fails with the findings when `value` is not what the API's own document says of `name`. */
export function expectSchema(name: string, value: unknown): void {
  const validate = ajv.getSchema(`openapi#/components/schemas/${name}`);
  if (!validate) throw new Error(`the API document has no schema ${name}`);
  validate(value);
  expect(validate.errors ?? [], name).toEqual([]);
}
