/**
 * Server times. Stored times are UTC without a suffix, with microseconds unless these are zero
 * (`2026-01-20T11:52:29.276851`); computed times end in `Z`. JavaScript would read the former as local time.
 */

/** Milliseconds since the Unix epoch, or null for null, nonsense, or a missing value. Never throws. */
export function parseServerTime(text: unknown): number | null {
  if (typeof text !== 'string') return null;
  const zoned = /(?:Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`;
  const at = Date.parse(zoned.replace(/(\.\d{3})\d+/, '$1'));
  return Number.isNaN(at) ? null : at;
}

/** As the server stores it: UTC, no suffix, microseconds unless zero. */
export function formatServerTime(atMs: number): string {
  const [seconds, millis] = new Date(atMs).toISOString().slice(0, -1).split('.') as [string, string];
  return millis === '000' ? seconds : `${seconds}.${millis}000`;
}
