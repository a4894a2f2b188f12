import { asObject, asString, optionalNumber, optionalString, type Wire } from './decode.js';

/** Generated code, in numbered revisions. */
export interface Script extends Wire {
  readonly script_id: string;
  readonly version: number | null;
  readonly run_id: string | null;
  readonly created_at: string | null;
}

export interface ScriptFile {
  readonly path: string;
  /** In `encoding`. */
  readonly content: string;
  /** `base64` when left out. */
  readonly encoding?: string;
  readonly mime_type?: string | null;
}

export interface ScriptRequest {
  readonly workflow_id?: string | null;
  readonly run_id?: string | null;
  readonly files?: readonly ScriptFile[] | null;
}

export function decodeScript(value: unknown, path = ''): Script {
  const wire = asObject(value, path);
  return {
    ...wire,
    script_id: asString(wire['script_id'], `${path}.script_id`),
    version: optionalNumber(wire['version']),
    run_id: optionalString(wire['run_id']),
    created_at: optionalString(wire['created_at']),
  };
}
