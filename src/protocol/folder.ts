import { asObject, asString, optionalNumber, optionalString, type Wire } from './decode.js';

/** A folder of workflows. */
export interface Folder extends Wire {
  readonly folder_id: string;
  readonly title: string;
  readonly description: string | null;
  readonly workflow_count: number | null;
}

export interface FolderRequest {
  /** At most 255 characters. */
  readonly title: string;
  readonly description?: string | null;
}

export function decodeFolder(value: unknown, path = ''): Folder {
  const wire = asObject(value, path);
  return {
    ...wire,
    folder_id: asString(wire['folder_id'], `${path}.folder_id`),
    title: asString(wire['title'], `${path}.title`),
    description: optionalString(wire['description']),
    workflow_count: optionalNumber(wire['workflow_count']),
  };
}
