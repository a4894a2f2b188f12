/** The tables of fields against a real server's own document. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  BLOCK_FIELDS,
  BRANCH_FIELDS,
  COMMON_BLOCK_FIELDS,
  COMMON_PARAMETER_FIELDS,
  CRITERIA_FIELDS,
  DEFINITION_FIELDS,
  type Field,
  PARAMETER_FIELDS,
  PROXY_LOCATIONS,
  RETRY_FIELDS,
  RETRY_RULE_FIELDS,
  WORKFLOW_FIELDS,
} from '../../src/protocol/workflowFields.js';

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly additionalProperties?: Schema | boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly discriminator?: { readonly mapping: Readonly<Record<string, string>> };
}

const document = JSON.parse(readFileSync(new URL('../spec/openapi-1.0.56.json', import.meta.url), 'utf8')) as {
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};
const schemas = document.components.schemas;
const follow = (schema: Schema): Schema => (schema.$ref ? schemas[schema.$ref.split('/').at(-1)!]! : schema);

/** A field of the document in the words of our tables. The document names no default that is one of several choices. */
function fieldOf(name: string, given: Schema, required: readonly string[] = []): Partial<Field> {
  const schema = follow(given);
  const all = (schema.anyOf ?? [schema]).map(follow);
  const kinds = all.filter(({ type }) => type !== 'null');
  const [one] = kinds as [Schema];
  const base = { name, required: required.includes(name), nullable: kinds.length < all.length };
  const fallback = given.default ?? schema.default;
  const withDefault = { ...base, ...(fallback !== undefined && fallback !== null && { fallback }) };
  const only = [...new Set(kinds.map(({ type }) => type))].sort().join(' ');
  if (kinds.length > 1) return { ...withDefault, type: /integer|number|boolean/.test(only) || name === 'proxy_location' ? 'any' : 'tree' };
  switch (one.type) {
    case 'string':
      return { ...withDefault, type: 'text', ...(one.enum && { choices: one.enum }) };
    case 'integer':
      return { ...withDefault, type: 'int', ...(one.minimum !== undefined && { bounds: [one.minimum, one.maximum!] }) };
    case 'array':
      return { ...withDefault, type: 'list', ...(one.items && follow(one.items).type === 'string' && { ofTexts: true }) };
    case 'object': {
      const { additionalProperties: values } = one;
      return { ...withDefault, type: 'object', ...(typeof values === 'object' && follow(values).type === 'string' && { ofTexts: true }) };
    }
    default:
      return { ...withDefault, type: one.type === 'boolean' ? 'bool' : 'number' };
  }
}

/** The same of one of our fields: a choice's default is not in the document, so it is not compared. */
const comparable = ({ name, type, required, nullable, fallback, choices, ofTexts, bounds }: Field) => ({
  name,
  required,
  nullable,
  type,
  ...(fallback !== null && !(type === 'text' && choices) && !(Array.isArray(fallback) && fallback.length === 0) && { fallback }),
  ...(choices && { choices }),
  ...(ofTexts && { ofTexts }),
  ...(bounds && { bounds }),
});

function expectSame(fields: readonly Field[], schema: Schema, passedOver: readonly string[] = []): void {
  const theirs = Object.entries(schema.properties ?? {})
    .filter(([name]) => !passedOver.includes(name))
    .map(([name, each]) => {
      const field = fieldOf(name, each, schema.required) as ReturnType<typeof comparable>;
      const { fallback: _, ...rest } = field;
      return field.choices ? rest : field;
    });
  const byName = (a: { name?: string }, b: { name?: string }) => (a.name! < b.name! ? -1 : 1);
  expect(fields.map(comparable).sort(byName)).toEqual(theirs.sort(byName));
}

const kinds = (property: 'blocks' | 'parameters') =>
  Object.entries(schemas['WorkflowDefinitionYAML']!.properties![property]!.items!.discriminator!.mapping);

describe('the fields of a definition are those of the document', () => {
  test('of the body and its parts', () => {
    expectSame(WORKFLOW_FIELDS, schemas['WorkflowCreateYAMLRequest']!);
    expectSame(DEFINITION_FIELDS, schemas['WorkflowDefinitionYAML']!);
    expectSame(BRANCH_FIELDS, schemas['BranchConditionYAML']!);
    expectSame(CRITERIA_FIELDS, schemas['BranchCriteriaYAML']!);
    expectSame(RETRY_FIELDS, schemas['WorkflowRetryPolicy']!);
    expectSame(RETRY_RULE_FIELDS, schemas['WorkflowRetryRule']!);
    expect(PROXY_LOCATIONS).toEqual(schemas['ProxyLocation']!.enum);
  });

  test.each(kinds('blocks'))('of the block %s', (kind, $ref) => {
    expectSame([...COMMON_BLOCK_FIELDS, ...BLOCK_FIELDS[kind]!], follow({ $ref }), ['block_type']);
  });

  test.each(kinds('parameters'))('of the parameter %s', (kind, $ref) => {
    expectSame([...COMMON_PARAMETER_FIELDS, ...PARAMETER_FIELDS[kind]!], follow({ $ref }), ['parameter_type']);
  });

  test('and there are no others', () => {
    expect(Object.keys(BLOCK_FIELDS).sort()).toEqual(
      kinds('blocks')
        .map(([kind]) => kind)
        .sort(),
    );
    expect(Object.keys(PARAMETER_FIELDS).sort()).toEqual(
      kinds('parameters')
        .map(([kind]) => kind)
        .sort(),
    );
  });
});
