/**
 * Answers against the API's own document, field by field: what is missing or of another type, and what the document does not know.
 *
 * A finding is one line without ids, so that many answers give one: `POST /v1/agents 200 /blocks/*: must be string`.
 */
import { Ajv2020 } from 'ajv/dist/2020.js';

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

interface Operation {
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>>;
}

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export interface Answer {
  readonly method: string;
  /** With or without query. */
  readonly path: string;
  readonly status: number;
  /** Decoded JSON; undefined when it is none. */
  readonly body: unknown;
}

export interface ApiDocument {
  /** `GET /v1/agents/{workflow_id}`: the operation that a request is one of, or null for one that is not described. */
  operationOf(method: string, path: string): string | null;
  /** Every operation there is. */
  readonly operations: readonly string[];
  /** Nothing for an answer that is as described; null where nothing is described. */
  findings(answer: Answer): string[] | null;
}

export function apiDocument(spec: OpenApi): ApiDocument {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, logger: false, allErrors: true });
  ajv.addSchema({ ...spec, $id: 'openapi' } as object);

  const described = Object.entries(spec.paths).flatMap(([path, operations]) =>
    Object.keys(operations)
      .filter((method) => ['get', 'post', 'put', 'patch', 'delete'].includes(method))
      .map((method) => ({
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}/?$`),
        // A path that says more goes before one with a parameter there: `/runs` before `/{workflow_id}`.
        rank: path.match(/\{/g)?.length ?? 0,
        operation: operations[method] as Operation,
      })),
  );
  const find = (method: string, path: string) => {
    // Servers know both words, and the document one.
    const plain = path.replace(/[?#].*$/, '').replace(/^\/v1\/(run\/)?workflows(?=\/|$)/, '/v1/$1agents');
    return described.filter((each) => each.method === method && each.pattern.test(plain)).sort((a, b) => a.rank - b.rank)[0];
  };

  const validators = new Map<string, ReturnType<typeof ajv.compile>>();
  const validatorOf = (pointer: string) => {
    const known = validators.get(pointer) ?? ajv.compile({ $ref: `openapi#${pointer}` });
    validators.set(pointer, known);
    return known;
  };

  const resolve = (schema: Schema): Schema =>
    schema.$ref ? resolve(spec.components.schemas[schema.$ref.split('/').at(-1) as string] as Schema) : schema;
  /** Every form that a value may have: unions taken apart. */
  const forms = (schema: Schema): Schema[] => {
    const { anyOf, oneOf, allOf, ...rest } = resolve(schema);
    const parts = [...(anyOf ?? []), ...(oneOf ?? []), ...(allOf ?? [])].flatMap(forms);
    return [...parts, ...(Object.keys(rest).length > 0 ? [rest] : [])];
  };
  const kindOf = (value: unknown) => (Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value);
  /** Fields that no form of the schema knows. */
  const unknownFields = (value: unknown, schemas: readonly Schema[], at: string): string[] => {
    const fitting = schemas.filter(({ type }) => type === undefined || type === kindOf(value));
    if (Array.isArray(value)) {
      const items = fitting.flatMap(({ items: each }) => (each ? forms(each) : []));
      return items.length === 0 ? [] : value.flatMap((each) => unknownFields(each, items, `${at}/*`));
    }
    if (typeof value !== 'object' || value === null) return [];
    // One that takes anything takes this.
    if (fitting.length === 0 || fitting.some(({ properties, additionalProperties }) => !properties || additionalProperties)) return [];
    return Object.entries(value).flatMap(([key, each]) => {
      const known = fitting.flatMap(({ properties = {} }) => (properties[key] ? forms(properties[key]) : []));
      return known.length === 0 ? [`${at}/${key}: is not in the document`] : unknownFields(each, known, `${at}/${key}`);
    });
  };

  return {
    operations: described.map(({ name }) => name),
    operationOf: (method, path) => find(method, path)?.name ?? null,
    findings({ method, path, status, body }) {
      const found = find(method, path);
      if (!found) return null;
      const response = found.operation.responses[String(status)];
      const where = `${found.name} ${status}`;
      if (!response) return [`${where}: the document knows no such status`];
      const schema = response.content?.['application/json']?.schema;
      if (!schema || Object.keys(schema).length === 0) return [];
      const pointer = [
        'paths',
        found.path,
        found.method.toLowerCase(),
        'responses',
        String(status),
        'content',
        'application/json',
        'schema',
      ];
      const validate = validatorOf(
        `/${pointer.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`,
      );
      validate(body);
      const faults = (validate.errors ?? [])
        // Of a union, each form complains: that none fits says it once.
        .filter(({ schemaPath }) => !/\/(?:anyOf|oneOf)\/\d+\//.test(schemaPath))
        .map(({ instancePath, message, params }) => {
          const missing = (params as { missingProperty?: string }).missingProperty;
          return `${where} ${instancePath.replaceAll(/\/\d+(?=\/|$)/g, '/*')}${missing ? `/${missing}: is missing` : `: ${message}`}`;
        });
      return [...new Set([...faults, ...unknownFields(body, forms(schema), '').map((each) => `${where} ${each}`)])];
    },
  };
}
