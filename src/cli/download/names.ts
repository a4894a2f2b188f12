/** Names of files from names that a server or a page chose: what is written never leaves its folder, on any system. */

/** Bytes; the rest of the 255 that file systems take is for an ending and a number. */
const MAX_BYTES = 180;
/** Devices that Windows finds behind these names in every folder, with any ending. */
const DEVICES = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;

/**
 * A name for one file in one folder, as near to `original` as is safe; `fallback` when nothing of it is left.
 *
 * Only the part after the last separator counts. Separators of any system, their look-alikes, control and invisible characters, and what
 * has a meaning to a file system or shell go; no name begins with a dot (hidden) or a dash (a flag).
 */
export function safeName(original: string, fallback: string): string {
  const last =
    original
      .normalize('NFC')
      .split(/[/\\\u2044\u2215\u29f8\uff0f\ufe68\uff3c]/u)
      .at(-1) ?? '';
  const clean = last
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\u2028\u2029\ufffd]/gu, '')
    .replace(/[<>:"|?*$`'&;\s]+/gu, '_')
    .replace(/^[.\-_ ]+/u, '')
    .replace(/[. ]+$/u, '');
  const short = shorten(clean);
  if (short === '') return fallback;
  return DEVICES.test(short) ? `_${short}` : short;
}

/** Cuts the middle, so that the ending stays. */
function shorten(name: string): string {
  const ending = /\.[A-Za-z0-9]{1,10}$/.exec(name)?.[0] ?? '';
  const stem = [...name.slice(0, name.length - ending.length)];
  while (Buffer.byteLength(stem.join('')) + ending.length > MAX_BYTES) stem.pop();
  return stem.join('') + ending;
}

/** Gives each name once. Two that a file system may take for one (case, Unicode form) are two takers of the same name. */
export class Names {
  readonly #taken = new Set<string>();

  /** `name`, or the first free `name-2.ext`, `name-3.ext`, ... */
  take(name: string, isFree: (name: string) => boolean = () => true): string {
    const ending = /\.[A-Za-z0-9]{1,10}$/.exec(name)?.[0] ?? '';
    const stem = name.slice(0, name.length - ending.length);
    for (let number = 1; ; number++) {
      const candidate = number === 1 ? name : `${stem}-${number}${ending}`;
      if (this.#taken.has(folded(candidate)) || !isFree(candidate)) continue;
      this.#taken.add(folded(candidate));
      return candidate;
    }
  }

  reserve(name: string): void {
    this.#taken.add(folded(name));
  }
}

const folded = (name: string): string => name.normalize('NFKD').toLowerCase().toUpperCase().toLowerCase();
