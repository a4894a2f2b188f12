/** A definition as somebody wrote it, YAML or JSON: its value, and where in the text each part of it stands. */
import { type Document, isMap, isNode, LineCounter, type Node, parseDocument, stringify } from 'yaml';

/** From the top: keys of objects, places in lists. */
export type Path = readonly (string | number)[];

/** Counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface SyntaxFault extends Position {
  readonly message: string;
}

export interface Source {
  /** Undefined when the text cannot be read. */
  readonly value: unknown;
  readonly faults: readonly SyntaxFault[];
  /** Where the value at `path` begins, or the nearest thing around it; its key, when `atKey`. */
  locate(path: Path, atKey?: boolean): Position;
}

/**
 * Reads YAML 1.2 (JSON is a part of it), with `<<` merges as servers know them. Never throws.
 *
 * The server's YAML is 1.1, where `no`, `on` and `12:30` are not what they seem: so what is read here is what is sent, as JSON.
 */
export function readSource(text: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false });
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const faults: SyntaxFault[] = document.errors.map(({ message, pos }) => ({ message: firstSentence(message), ...at(pos[0]) }));
  let value: unknown;
  if (faults.length === 0) {
    try {
      value = document.toJS();
      JSON.stringify(value);
    } catch (error) {
      value = undefined; // aliases that multiply, or lead back to themselves
      faults.push({ message: firstSentence((error as Error).message), line: 1, column: 1 });
    }
  }
  return { value, faults, locate: (path, atKey = false) => at(offsetOf(document, path, atKey)) };
}

const firstSentence = (message: string): string => message.split('\n')[0]!.trim();

function offsetOf(document: Document.Parsed, path: Path, atKey: boolean): number {
  for (let depth = path.length; depth >= 0; depth--) {
    const here = path.slice(0, depth);
    const node = depth === 0 ? document.contents : document.getIn(here, true);
    const last = here.at(-1);
    const key = typeof last === 'string' ? keyOf(document, here.slice(0, -1), last) : null;
    if ((atKey && depth === path.length) || !isNode(node) || !node.range) {
      if (key?.range) return key.range[0];
    }
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

function keyOf(document: Document.Parsed, path: Path, name: string): Node | null {
  const map = path.length === 0 ? document.contents : document.getIn(path, true);
  if (!isMap(map)) return null;
  const pair = map.items.find(({ key }) => String(key) === name);
  return isNode(pair?.key) ? pair.key : null;
}

/** As YAML that people edit: long texts in blocks, no anchors. */
export const toYaml = (value: unknown): string => stringify(value, { lineWidth: 0, aliasDuplicateObjects: false, blockQuote: 'literal' });
