/** Scrolling the page, or what is shown in an element of its own. */
import type { Observation } from '../decider.js';
import { chooseClickable, chooseField } from './choose.js';
import type { Command } from './clause.js';
import { act, type Move, notChosen, notYet } from './moves.js';
import { within } from './scope.js';
import { describe } from './tree.js';

export async function scroll(page: Observation, { to, in: place }: Extract<Command, { kind: 'scroll' }>): Promise<Move> {
  if (place === null) return act({ kind: 'scroll', to });
  const scoped = within(await page.snapshot(), place.within, await page.title());
  if ('problem' in scoped) return notYet(scoped.problem);
  const isField = place.kind !== null && ['field', 'textline', 'textarea', 'list'].includes(place.kind);
  const choice = isField ? await chooseField(page, scoped.found, place) : chooseClickable(scoped.found, place);
  // What is disabled can be scrolled all the same.
  const node = choice.type === 'one' || (choice.type === 'none' && choice.why === 'unusable') ? choice.node : null;
  if (!node?.ref) return notChosen(choice);
  return act({ kind: 'scroll', to, ref: node.ref }, describe({ ...node, children: [] }), { confidence: 0.95 });
}
