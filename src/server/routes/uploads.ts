import { pathToFileURL } from 'node:url';
import type { Hono } from 'hono';
import { formatServerTime } from '../../protocol/time.js';
import { boundedBytes } from '../body.js';
import type { RouteDeps } from '../deps.js';
import { HttpError, invalid, refusal } from '../httpError.js';

/** Of a file, and of all that is sent with it, in bytes. */
const MAX_FILE_BYTES = 30 * 1024 * 1024;
const MAX_BODY_BYTES = MAX_FILE_BYTES + 64 * 1024;
const DAY_MS = 24 * 60 * 60_000;

/** `POST /v1/upload_file`: a file for later runs, kept below the data folder. */
export function addUploads(app: Hono, { uploads, clock }: RouteDeps): void {
  const tooLarge = () =>
    new HttpError(413, { detail: `File size exceeds the maximum allowed size (${(MAX_FILE_BYTES / 1024 / 1024).toFixed(1)} MB)` });
  const missing = () => invalid([{ type: 'missing', loc: ['body', 'file'], msg: 'Field required', input: null }]);

  for (const path of ['/v1/upload_file', '/api/v1/upload_file']) {
    app.post(path, async (c) => {
      const type = c.req.header('content-type') ?? '';
      const bytes = await boundedBytes(c.req.raw, MAX_BODY_BYTES, tooLarge());
      if (!/^multipart\/form-data\s*;/i.test(type)) throw missing();
      const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData().catch(() => {
        throw refusal(400, 'There was an error parsing the body');
      });
      const file = form.get('file');
      if (file === null || typeof file === 'string') throw missing();
      if (file.size > MAX_FILE_BYTES) throw tooLarge();
      const days = form.get('retention_days');
      if (days !== null && !isDays(days)) throw refusal(422, 'retention_days must be between 1 and 365');
      const expiresAt = days === null ? null : clock.now() + Number(days) * DAY_MS;
      const kept = await uploads.save(file.name, new Uint8Array(await file.arrayBuffer()), expiresAt);
      const address = pathToFileURL(kept.path).href;
      return c.json({
        s3_uri: address,
        presigned_url: address,
        file_id: kept.fileId,
        expires_at: expiresAt === null ? null : formatServerTime(expiresAt),
      });
    });
  }

  app.delete('/v1/files/:id', async (c) => {
    if (!(await uploads.delete(c.req.param('id')))) throw refusal(404, `File ${c.req.param('id')} not found`);
    return c.body(null, 204);
  });
}

const isDays = (text: unknown): boolean => typeof text === 'string' && /^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= 365;
