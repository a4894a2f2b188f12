/**
 * The addresses that people typed: in the definition and as values of parameters. Pages and requests of the run may reach these although
 * they are on loopback or private; an address that a page or an answer gave is not among them.
 */
import { render, TemplateError } from '../../workflow/jinja/render.js';
import { scanTemplates } from '../../workflow/templates.js';

/** With a whole host: what follows it is no template that could make it longer. */
const ADDRESS = /https?:\/\/[^\s"'<>{}|\\^`/?#]+(?=[/?#\s"'<]|$)/gi;

export function typedUrls(blocks: readonly unknown[], values: Readonly<Record<string, unknown>>): string[] {
  const found = new Set<string>();
  const note = (text: string) => {
    for (const [address] of text.matchAll(ADDRESS)) if (URL.canParse(address)) found.add(address);
  };
  for (const text of textsOf(Object.values(values))) note(text);
  for (const text of textsOf(blocks)) {
    note(text);
    if (!text.includes('{{')) continue;
    const { names, fault } = scanTemplates(text);
    // Of parameters alone: nothing that the run itself found is in it.
    if (fault !== null || !names.every((name) => Object.hasOwn(values, name))) continue;
    try {
      note(render(text, values));
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
    }
  }
  return [...found];
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}
