/** What `--query` and `--columns` make of results: set once for a stream, read by whatever writes to it. */
import type { Out } from '../io.js';

export interface Shape {
  /** What of a document is written. */
  readonly query?: (document: unknown) => unknown;
  /** Which columns a table has, by heading or by field. */
  readonly columns?: readonly string[];
}

const shapes = new WeakMap<Out, Shape>();

export const setShape = (out: Out, shape: Shape): unknown => shapes.set(out, shape);
export const shapeOf = (out: Out): Shape => shapes.get(out) ?? {};
