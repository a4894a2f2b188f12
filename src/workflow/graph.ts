/** The order of blocks where they name the next one themselves (version 2): one start, every block reached, no way back. */

export interface Link {
  /** Label of the block that is named. */
  readonly to: string;
  /** Path inside the block: `next_block_label`, or a branch's. */
  readonly path: readonly (string | number)[];
}

export interface GraphBlock {
  readonly label: string;
  readonly links: readonly Link[];
}

export type GraphFault =
  | { readonly kind: 'unknown'; readonly from: string; readonly link: Link }
  | { readonly kind: 'circle'; readonly labels: readonly string[] }
  /** Blocks that no other one leads to, the first of them excepted. */
  | { readonly kind: 'unreached'; readonly labels: readonly string[] };

/** @param finallyLabel a block that runs at the end whatever happened: nothing leads to it */
export function graphFaults(blocks: readonly GraphBlock[], finallyLabel: string | null): GraphFault[] {
  const byLabel = new Map(blocks.map((block) => [block.label, block]));
  const unknown = blocks.flatMap(({ label, links }) =>
    links.filter(({ to }) => !byLabel.has(to)).map((link): GraphFault => ({ kind: 'unknown', from: label, link })),
  );
  if (unknown.length > 0) return unknown;
  const ordered = blocks.filter(({ label }) => label !== finallyLabel);
  const named = new Set(ordered.flatMap(({ links }) => links.map(({ to }) => to)));
  const [first, ...others] = ordered.filter(({ label }) => !named.has(label));
  const faults: GraphFault[] = [];
  if (others.length > 0) faults.push({ kind: 'unreached', labels: others.map(({ label }) => label) });
  const circle = findCircle(ordered, byLabel);
  if (circle) faults.push({ kind: 'circle', labels: circle });
  else if (ordered.length > 0 && !first) faults.push({ kind: 'circle', labels: ordered.map(({ label }) => label) });
  return faults;
}

/** The labels of one circle, in its order; null when there is none. */
function findCircle(blocks: readonly GraphBlock[], byLabel: ReadonlyMap<string, GraphBlock>): string[] | null {
  const done = new Set<string>();
  for (const { label } of blocks) {
    const way: { readonly label: string; next: number }[] = [];
    const onWay = new Set<string>();
    const enter = (name: string) => {
      way.push({ label: name, next: 0 });
      onWay.add(name);
    };
    if (!done.has(label)) enter(label);
    for (let here = way.at(-1); here; here = way.at(-1)) {
      const link = byLabel.get(here.label)?.links[here.next++];
      if (!link) {
        done.add(here.label);
        onWay.delete(here.label);
        way.pop();
      } else if (onWay.has(link.to)) return way.map((each) => each.label).slice(way.findIndex((each) => each.label === link.to));
      else if (!done.has(link.to)) enter(link.to);
    }
  }
  return null;
}
