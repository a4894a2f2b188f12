/** Texts from the command line to values. Each rejects with a sentence that commander shows with the flag's name. */
import { readFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { jsonFault } from '../json.js';
import { originsOfHost } from '../protocol/allowedHost.js';
import { RISKS, type Risk } from '../protocol/task.js';
import { parseServerTime } from '../protocol/time.js';

/** `90`, `90s`, `10m`, `2h`, also `1.5h`: to milliseconds. */
export function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text.trim());
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match?.[2] ?? 's'] as number;
  const ms = Number(match?.[1]) * unit;
  if (!match || ms <= 0 || ms > 2 ** 31) throw new InvalidArgumentError('It is a time such as 90, 90s, 10m or 2h.');
  return ms;
}

/** A moment in the past: `90m`, `2h`, `7d` before now, or a date with or without a time (UTC unless it says otherwise). Epoch ms, once now is known. */
export function moment(text: string): (now: number) => number {
  const ago = /^(\d+(?:\.\d+)?)([smhdw])$/.exec(text.trim());
  if (ago) {
    const unit = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }[ago[2] as 's'];
    return (now) => now - Number(ago[1]) * unit;
  }
  const at = /^\d{4}-\d\d-\d\d/.test(text)
    ? parseServerTime(text.length === 10 ? `${text}T00:00:00` : text.trim().replace(' ', 'T'))
    : null;
  if (at === null) throw new InvalidArgumentError('It is a time such as 90m, 2h, 7d, 2026-01-31 or 2026-01-31T18:00Z.');
  return () => at;
}

export function integer(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It is a whole number.');
  return Number(text);
}

/** A whole number from 1. */
export function positive(text: string): number {
  const number = integer(text);
  if (number === 0) throw new InvalidArgumentError('It is a whole number from 1.');
  return number;
}

/** Dollars, above zero. */
export function amount(text: string): number {
  const value = Number(text.replace(/^\$/, ''));
  if (!/^\$?\d+(?:\.\d+)?$/.test(text) || value <= 0) throw new InvalidArgumentError('It is an amount such as 0.50.');
  return value;
}

/** Any http(s) URL. A missing scheme becomes https, as the server does it. */
export function webUrl(text: string): string {
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(full) || /\s/.test(text)) throw new InvalidArgumentError('It is no URL.');
  const url = new URL(full);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new InvalidArgumentError('Only http and https are possible.');
  return url.href;
}

/** Hosts for `--allow-host`, which may be given more than once. */
export function allowedHosts(text: string, before: readonly string[] = []): readonly string[] {
  if (originsOfHost(text) === null) throw new InvalidArgumentError('It is a host such as localhost:3000, 10.0.0.5 or intranet.example.');
  return [...before, text];
}

/** `pay,send`, or `all`. */
export function risks(text: string): readonly Risk[] {
  const named = text.split(',').map((each) => each.trim());
  if (named.length === 1 && named[0] === 'all') return RISKS;
  if (!named.every((each) => RISKS.some((risk) => risk === each)))
    throw new InvalidArgumentError(`It is a list of ${RISKS.join(', ')}, or all.`);
  return named as Risk[];
}

/** JSON text, or `@file` with JSON in it. */
export function json(text: string): unknown {
  const file = text.startsWith('@') ? text.slice(1) : null;
  const source = file === null ? text : readTextFile(file);
  const fault = jsonFault(source);
  if (fault !== null) throw new InvalidArgumentError(`${file ?? 'It'} is not JSON: ${fault}.`);
  return JSON.parse(source);
}

export function jsonObject(text: string): Record<string, unknown> {
  const value = json(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new InvalidArgumentError('It is a JSON object.');
  return value as Record<string, unknown>;
}

/** A JSON object whose values are all texts. */
export function jsonTexts(text: string): Record<string, string> {
  const value = jsonObject(text);
  for (const [key, each] of Object.entries(value)) {
    if (typeof each !== 'string') throw new InvalidArgumentError(`The value of ${JSON.stringify(key)} is not a text.`);
  }
  return value as Record<string, string>;
}

export function readTextFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new InvalidArgumentError(code === 'ENOENT' ? `There is no file ${file}.` : `${file} cannot be read (${code}).`);
  }
}

/** `1048576`, `500MB`, `2GB`: to bytes. */
export function size(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmg]?)b?$/i.exec(text.trim());
  const bytes = Number(match?.[1]) * 1024 ** ['', 'k', 'm', 'g'].indexOf((match?.[2] ?? '').toLowerCase());
  if (!match || bytes < 1) throw new InvalidArgumentError('It is a size such as 1048576, 500MB or 2GB.');
  return Math.floor(bytes);
}
