/** Where a page shows what was typed into it as a secret: such places are covered in pictures. */
import type { Frame, Locator, Page } from 'playwright-core';

/** Shorter values stand on many pages by chance; the fields that they were typed into are covered all the same. */
const MIN_LENGTH = 4;
const FIELDS = 'input:not([type=password]), textarea, select';

/** Places on `page`, frames included, that show one of `values` as text or in a field. Text that a picture or a canvas draws is not found. */
export async function placesThatShow(page: Page, values: Iterable<string>): Promise<readonly Locator[]> {
  const wanted = [...values].map((value) => value.trim()).filter((value) => value.length >= MIN_LENGTH);
  if (wanted.length === 0) return [];
  return (await Promise.all(page.frames().map((frame) => placesIn(frame, wanted)))).flat();
}

async function placesIn(frame: Frame, values: readonly string[]): Promise<readonly Locator[]> {
  if (frame.isDetached()) return [];
  const fields = frame.locator(FIELDS);
  const texts = values.map((value) => frame.getByText(value).filter({ visible: true }));
  const [counts, indices] = await Promise.all([
    Promise.all(texts.map((text) => text.count())),
    fields.evaluateAll(
      (elements, wanted) =>
        elements.flatMap((element, index) => {
          const shown = (element as HTMLInputElement).value.toLowerCase();
          return wanted.some((value) => shown.includes(value.toLowerCase())) ? [index] : [];
        }),
      values,
    ),
  ]);
  // Covered by what it says and not by what is there now: a place that appears a moment later is covered, too.
  return [...texts.filter((_, index) => counts[index] !== 0), ...indices.map((index) => fields.nth(index))];
}
