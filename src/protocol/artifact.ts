import { asObject, asString, optionalNumber, optionalString, type Wire } from './decode.js';

/** A file that a run left. It has no name and no content type: `artifact_type` is all there is. */
export interface Artifact extends Wire {
  readonly artifact_id: string;
  readonly artifact_type: string;
  readonly uri: string | null;
  readonly signed_url: string | null;
  readonly checksum: string | null;
  /** Bytes. */
  readonly file_size: number | null;
  readonly step_id: string | null;
  readonly created_at: string | null;
}

export function decodeArtifact(value: unknown, path = ''): Artifact {
  const wire = asObject(value, path);
  return {
    ...wire,
    artifact_id: asString(wire['artifact_id'], `${path}.artifact_id`),
    artifact_type: asString(wire['artifact_type'], `${path}.artifact_type`),
    uri: optionalString(wire['uri']),
    signed_url: optionalString(wire['signed_url']),
    checksum: optionalString(wire['checksum']),
    file_size: optionalNumber(wire['file_size']),
    step_id: optionalString(wire['step_id']),
    created_at: optionalString(wire['created_at']),
  };
}
