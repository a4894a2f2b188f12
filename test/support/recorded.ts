import { readdirSync, readFileSync } from 'node:fs';
import type { Json } from './fakeSkyvern.js';

export interface Recorded {
  readonly request: { readonly method: string; readonly path: string; readonly body?: Json };
  readonly response: { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: Json };
}

const FOLDER = new URL('../recorded/', import.meta.url);

/** What a real server answered. */
export const recorded = (name: string): Recorded => JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')) as Recorded;

/** All recordings whose name fits, by name. */
export const recordings = (pattern: RegExp): [string, Recorded][] =>
  readdirSync(FOLDER)
    .flatMap((file) => (pattern.test(file) ? [file.replace(/\.json$/, '')] : []))
    .map((name) => [name, recorded(name)]);
