/**
 * Icons that have no name of their own. A reader knows them by their picture; the page that drew it calls them by a class or by the
 * picture's id, as in `<i class="fa fa-trash">` or `<use href="#icon-trash">`, and that word is all that there is to go by.
 */
import type { ElementHandle, Page } from 'playwright-core';

/** Sides of what is taken for an icon, in CSS pixels. */
const SIDES = { least: 6, most: 64 };
/** Words of such classes that say what font or set an icon is from, and how it is drawn. */
const NOT_NAMES =
  'fa|fas|far|fal|fab|bi|mdi|ti|ri|la|las|lar|glyphicon|icon|icons|ico|svg|ui|btn|button|symbol|sprite|material|feather|lucide|o|alt|fill|filled|outline|outlined|solid|regular|line|light|sm|md|lg|xl';

/**
 * Every icon that is called `name`, a plain word or a few, inside of the elements of the refs `within`, or anywhere when there are none.
 * What shows text is none, nor is what is hidden or large; parts of one button are one.
 */
export async function iconsOn(page: Page, name: string, within: readonly string[]): Promise<ElementHandle<Element>[]> {
  const places = within.length === 0 ? [page.locator('html')] : within.map((ref) => page.getByRef(ref));
  const found = await Promise.all(
    places.map(async (place) => {
      const icons = await place.evaluateHandle(iconsIn, { name, sides: SIDES, notNames: NOT_NAMES });
      const handles = [...(await icons.getProperties()).values()].map((each) => each.asElement() as ElementHandle<Element> | null);
      return handles.filter((each) => each !== null);
    }),
  );
  return found.flat();
}

/** Runs in the page. */
function iconsIn(
  place: Element,
  { name, sides, notNames }: { readonly name: string; readonly sides: typeof SIDES; readonly notNames: string },
): Element[] {
  const isNoName = new RegExp(`^(?:${notNames}|\\d+)$`);
  const wordsOf = (text: string) =>
    text
      .replace(/([a-z])([A-Z])/g, '$1-$2')
      .toLowerCase()
      .split(/[^a-z\d]+/)
      .filter((word) => word !== '' && !isNoName.test(word))
      .join(' ');
  const wanted = wordsOf(name);
  const calls = (element: Element) => [
    ...element.classList,
    ...['data-icon', 'data-feather', 'data-lucide'].map((attribute) => element.getAttribute(attribute) ?? ''),
    (element.getAttribute('href') ?? element.getAttribute('xlink:href') ?? '').split('#')[1] ?? '',
  ];
  const isIcon = (element: Element) => {
    const shown = element.tagName.toLowerCase() === 'use' ? (element.closest('svg') ?? element) : element;
    const { width, height } = shown.getBoundingClientRect();
    const fits = [width, height].every((side) => side >= sides.least && side <= sides.most);
    return fits && (shown.textContent ?? '').trim() === '' && getComputedStyle(shown).visibility === 'visible';
  };
  const one = (element: Element) => element.closest('button, a[href], [role=button], [role=link], [onclick]') ?? element;
  // The tree leaves out wrappers, and what shows nothing: an icon may stand beside what stands for its item there.
  const textOf = (element: Element) => (element.textContent ?? '').replace(/\s+/g, '');
  let around = place;
  while (around.parentElement && around.parentElement !== document.body && textOf(around.parentElement) === textOf(place))
    around = around.parentElement;
  const found: Element[] = [];
  for (const element of around.querySelectorAll('[class], [data-icon], [data-feather], [data-lucide], use')) {
    if (wanted === '' || !calls(element).some((called) => wordsOf(called) === wanted) || !isIcon(element)) continue;
    if (!found.some((other) => one(other) === one(element) || other.contains(element))) found.push(element);
  }
  return found;
}
