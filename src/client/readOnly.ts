import { UsageError } from '../errors.js';
import type { Method } from './connection.js';

/** What forbids changes, for the sentence that refuses one. */
export interface ReadOnly {
  /** `SKYVERN_READ_ONLY`, or where else it is set. */
  readonly setting: string;
  /** What to type to allow changes again. */
  readonly hint: string;
}

/** Methods that change nothing (RFC 9110, 9.2.1). */
export const isRead = (method: Method): boolean => method === 'GET';

/** @param what begins the sentence: `POST /v1/runs/cancel` */
export const readOnlyError = (what: string, { setting, hint }: ReadOnly): UsageError =>
  new UsageError(`${what} would change something, and ${setting} allows only reading: nothing was sent`, { code: 'read_only', hint });
