import { asObject, asString, optionalString, type Wire } from './decode.js';

/** What `POST /v1/upload_file` answers: where the file is now. With local storage both addresses are `file://`. */
export interface UploadedFile extends Wire {
  /** Goes into a `file_url` parameter. */
  readonly s3_uri: string;
  readonly presigned_url: string | null;
  readonly file_id: string | null;
  readonly expires_at: string | null;
}

export function decodeUpload(value: unknown): UploadedFile {
  const wire = asObject(value);
  return {
    ...wire,
    s3_uri: asString(wire['s3_uri'], 's3_uri'),
    presigned_url: optionalString(wire['presigned_url']),
    file_id: optionalString(wire['file_id']),
    expires_at: optionalString(wire['expires_at']),
  };
}
