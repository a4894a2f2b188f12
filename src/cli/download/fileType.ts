/** What a file is, by its first bytes: a server's content type is often wrong, and a page's ending is what the page likes. */

/** This many bytes are enough to tell. */
export const HEAD_BYTES = 512;

const SIGNATURES: readonly (readonly [extension: string, offset: number, hex: string])[] = [
  ['png', 0, '89504e470d0a1a0a'],
  ['jpg', 0, 'ffd8ff'],
  ['gif', 0, '474946383961'],
  ['gif', 0, '474946383761'],
  ['webp', 8, '57454250'],
  ['webm', 0, '1a45dfa3'],
  ['mp4', 4, '66747970'],
  ['pdf', 0, '255044462d'],
  ['zip', 0, '504b0304'],
  ['zip', 0, '504b0506'],
  ['gz', 0, '1f8b08'],
];

/** Endings that are right for what the bytes are, besides the one that names it. */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  jpg: ['jpeg', 'jpe'],
  mp4: ['m4v', 'm4a', 'mov', 'heic', 'avif'],
  webm: ['mkv', 'mka'],
  zip: ['docx', 'xlsx', 'pptx', 'odt', 'ods', 'odp', 'jar', 'apk', 'epub', 'crx', 'har'],
  gz: ['tgz'],
};

/** The ending that the bytes ask for; null where they do not say. */
export function extensionOf(head: Buffer): string | null {
  const found = SIGNATURES.find(([, offset, hex]) => head.subarray(offset, offset + hex.length / 2).toString('hex') === hex);
  if (found) return found[0];
  const start = head
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart();
  if (/^<(?:!doctype html|html|head|body)\b/i.test(start)) return 'html';
  if (/^[{[]/.test(start)) return 'json';
  return head.length > 0 && isText(head) ? 'txt' : null;
}

/**
 * A name that agrees with the bytes. An ending that is right stays, also one that bytes cannot tell (`csv` for text); any other gets the
 * right one behind it, so that nothing opens a page as a picture, or runs it.
 */
export function nameFor(name: string, extension: string | null): string {
  const ending = /\.([A-Za-z0-9]{1,10})$/.exec(name)?.[1]?.toLowerCase();
  if (extension === null || ending === extension || (ending !== undefined && ALSO[extension]?.includes(ending))) return name;
  const isTextual = extension === 'txt' || extension === 'json';
  const isMedia = SIGNATURES.some(([known]) => known === ending);
  return ending !== undefined && isTextual && !isMedia ? name : `${name}.${extension}`;
}

/** UTF-8 without control characters; a character that the cut broke at the end does not count. */
function isText(head: Buffer): boolean {
  const text = head.toString('utf8');
  return !/[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/.test(text) && !/\ufffd(?=.{4})/su.test(text);
}
