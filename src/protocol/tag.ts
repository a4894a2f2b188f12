import { asObject, asString, listOf, optionalString, type Wire } from './decode.js';

/** A label of a workflow or a run: a value, under a key or under none. */
export interface Tag extends Wire {
  readonly key: string | null;
  readonly value: string;
  /** `manual`, or `system` for those that the server sets. */
  readonly source: string | null;
  readonly set_at: string | null;
}

export interface TagChange {
  /** At most 20; keys of 64 and values of 256 characters. */
  readonly tags?: readonly { readonly key?: string | null; readonly value: string }[];
  readonly tags_to_delete?: readonly { readonly key?: string | null; readonly value?: string | null }[];
  readonly colors?: Readonly<Record<string, string>> | null;
}

export interface TaggedThing extends Wire {
  readonly tags: readonly Tag[];
}

export function decodeTag(value: unknown, path = ''): Tag {
  const wire = asObject(value, path);
  return {
    ...wire,
    key: optionalString(wire['key']),
    value: asString(wire['value'], `${path}.value`),
    source: optionalString(wire['source']),
    set_at: optionalString(wire['set_at']),
  };
}

/** A workflow or a run with its tags. */
export function decodeTagged(value: unknown): TaggedThing {
  const wire = asObject(value);
  return { ...wire, tags: listOf(wire['tags'], 'tags', decodeTag) };
}
