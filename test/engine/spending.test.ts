import { expect, test } from 'vitest';
import { Spending } from '../../src/engine/agent/decider.js';

const asked = (cost: number | null) => ({ inputTokens: 1, cachedTokens: 0, outputTokens: 1, reasoningTokens: 0, cost });

test.each<[string, number | null, readonly (number | null)[], RegExp | null]>([
  ['below the limit', 0.5, [0.2, 0.2], null],
  ['at the limit', 0.5, [0.25, 0.25], /^Reached the maximum cost \(\$0\.5\): asking m cost \$0\.5000$/],
  ['what a model costs is not known, and there is a limit', 0.5, [0.1, null], /^max_cost cannot be kept: what m costs is not known$/],
  ['it is not known, and nobody minds', null, [null], null],
])('%s', (_, limit, costs, reason) => {
  const spending = new Spending(limit, 'm');
  for (const cost of costs) spending.add(asked(cost));
  const ended = spending.exceeded();
  if (reason === null) expect(ended).toBeNull();
  else expect(ended).toMatchObject({ reason: expect.stringMatching(reason), errors: [{ error_code: 'MAX_COST' }] });
});
