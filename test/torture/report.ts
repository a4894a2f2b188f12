/** `docs/torture.md`: what the last whole run of each part tried, and what came of it. */
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = new URL('../../docs/torture.md', import.meta.url);

const HEAD = `# Tried by the thousand

Written by \`npm run torture\`: each section by the last run of its part. A seed draws everything in a part, so that
\`npm run torture -- --only PART --seed S\` does the same again; what broke would be listed with the seed of the one case.
CI runs a smaller count of the same with seeds of its own.
`;

export interface Section {
  readonly title: string;
  readonly about: string;
  /** The command that does it again. */
  readonly again: string;
  readonly on: string;
  readonly lines: readonly string[];
}

/** Puts a section in, in the place of the one with its title; the order is that of `titles`. */
export function record(section: Section, titles: readonly string[]): void {
  const sections = new Map(known().map((text) => [text.slice(0, text.indexOf('\n')), text]));
  const { title, about, again, on, lines } = section;
  sections.set(title, `${title}\n\n${about}\n\n\`${again}\`, ${on}:\n\n${lines.map((line) => `- ${line}\n`).join('')}`);
  const ordered = titles.flatMap((each) => sections.get(each)?.trimEnd() ?? []);
  writeFileSync(FILE, `${HEAD}\n${ordered.map((text) => `## ${text}\n`).join('\n')}`);
}

function known(): string[] {
  try {
    return readFileSync(FILE, 'utf8').split(/^## /m).slice(1);
  } catch {
    return [];
  }
}
