/** Prompts of people on applications: each does exactly what its words say, or says that it does not. */
import { afterAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { PREFERENCES, SHOP, TICKETS } from './applications.js';
import { onPages, output, realRunner, reason } from './harness.js';

const runner = realRunner();
/** Time runs fifty times as fast: for what ends only after patience. */
const hasty = realRunner(
  {},
  {
    ...systemClock,
    sleep: (ms, signal) => systemClock.sleep(ms / 50, signal),
    monotonic: () => systemClock.monotonic() * 50,
  },
);
afterAll(() => Promise.all([runner.close(), hasty.close()]));

const APPLICATIONS = { shop: SHOP, preferences: PREFERENCES, tickets: TICKETS };
type Application = keyof typeof APPLICATIONS;

/** What the page says was done. */
const doneBy = async (page: string, prompt: string): Promise<string> =>
  (output(await onPages(runner, page, `${prompt}, get the title of the page`)) as { title: string }).title;

describe('does what the words say', { timeout: 60_000 }, () => {
  test.each<[Application, string, string]>([
    // Icons: by what they say to who points at them, by what their class calls them, by their picture.
    ['shop', 'Click the "Compare" icon for "Mint"', 'compare Mint'],
    ['shop', 'Click the heart icon in the row of "Black tea"', 'like Black tea'],
    ['shop', 'Click the "Share" button for "Mint"', 'share Mint'],
    ['tickets', 'Find the ticket from Bob and click the star icon', 'star T-18'],
    ['tickets', 'Find the ticket "T-19" and click the star icon to mark it as urgent', 'star T-19'],
    // Dialogs of the browser: declined where nothing is said of them.
    ['shop', 'Click "Hide" for "Mint"', 'keep Mint'],
    ['shop', 'Click "Hide" for "Mint" and accept the dialog', 'hide Mint'],
    ['shop', 'Click "Hide" for "Mint", then dismiss the dialog', 'keep Mint'],
    ['shop', 'Click "Hide" for "Mint", cancel the confirmation', 'keep Mint'],
    ['preferences', 'Click "Rename workspace", answer the prompt with "Den"', 'named Den'],
    ['preferences', 'Click "Rename workspace" and accept the prompt', 'named Lab'],
    ['preferences', 'Click "Rename workspace" and close the prompt', 'named null'],
    ['preferences', 'Click "Back up" and accept the alert', 'backup'],
    ['preferences', 'Click "Leave team" and accept the dialog', 'left'],
    ['preferences', 'Click "Leave team" and cancel the dialog', 'stayed'],
    // Other clicks.
    ['tickets', 'Double-click "No coffee"', 'edit T-18'],
    ['tickets', 'Right click on "T-19", click "Archive"', 'archive T-19'],
    // What comes over the page by itself.
    ['shop', 'Type "SPRING" into "Coupon" and press "Apply"', 'coupon SPRING'],
    // Letters that stand in elements of their own.
    ['preferences', 'Type the text below into "Code", click "Verify"', 'code 4711'],
  ])('%s: %s', async (application, prompt, title) => {
    expect(await doneBy(APPLICATIONS[application], prompt)).toBe(title);
  });
});

describe('says that it does not', { timeout: 60_000 }, () => {
  test.each<[Application, string, RegExp]>([
    ['shop', 'Click the heart icon', /3 icons could be called "heart"/],
    ['shop', 'Click the bookmark icon for "Mint"', /the icon "bookmark" did nothing when it was clicked/],
    ['shop', 'Click the "Add to cart" button for "Mint" and accept the dialog', /no dialog opened/],
    [
      'preferences',
      'Click "Delete account" and accept the dialog',
      /after dialog \(confirm\) "Delete\?" came another one, which was dismissed/,
    ],
    ['preferences', 'Click "Reset", answer the dialog with "yes"', /does not ask for text, and was dismissed/],
  ])('%s: %s', async (application, prompt, why) => {
    expect(reason(await onPages(hasty, APPLICATIONS[application], prompt))).toMatch(why);
  });
});
