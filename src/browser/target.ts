/** What an action would act on, read from the page just before it: enough to tell whether it pays, deletes or sends. */
import type { ElementHandle, Frame, Locator, Page } from 'playwright-core';
import { iconsOn } from './icons.js';
import type { ActionTarget, PageAction } from './types.js';

/** Null for actions that set nothing off by themselves: typing, scrolling, hovering. Rejects when the element is not there. */
export async function targetOf(page: Page, action: PageAction): Promise<ActionTarget | null> {
  switch (action.kind) {
    case 'click':
      return read(page.getByRef(action.ref), false);
    case 'clickText':
      return read(page.getByText(action.text, { exact: true }).filter({ visible: true }).first(), false);
    case 'clickIcon': {
      const [icon] = await iconsOn(page, action.name, action.within);
      const target = icon ? await read(icon, false) : null;
      return target && { ...target, name: target.name || action.name };
    }
    case 'drag':
      return read(page.getByRef(action.to), false);
    case 'select':
    case 'check':
    case 'upload':
      return read(page.getByRef(action.ref), false);
    case 'press': {
      // A line break is another name of Enter.
      if (!/(?:^|\+)(?:enter|numpadenter|space|[ \r\n])$/i.test(action.key)) return null;
      if (action.ref !== undefined) return read(page.getByRef(action.ref), true);
      const frame = await focusedFrame(page);
      return frame ? read(frame.locator('*:focus'), true) : null;
    }
    default:
      return null;
  }
}

/** The frame whose own element has the focus. */
async function focusedFrame(page: Page): Promise<Frame | null> {
  for (const frame of page.frames()) {
    const isIt = frame.evaluate(
      () => document.hasFocus() && document.activeElement !== null && document.activeElement.tagName !== 'IFRAME',
    );
    if (await isIt.catch(() => false)) return (await frame.locator('*:focus').count()) > 0 ? frame : null;
  }
  return null;
}

/** @param byKey whether a key is pressed in it, and not the mouse on it */
const read = (place: Locator | ElementHandle<Element>, byKey: boolean): Promise<ActionTarget> =>
  (place as Locator).evaluate((element, byKey) => {
    const tidy = (text: string | null | undefined, most: number) => (text ?? '').replace(/\s+/g, ' ').trim().slice(0, most);
    const named = (id: string | null) =>
      (id ?? '')
        .split(/\s+/)
        .map((each) => document.getElementById(each)?.textContent ?? '')
        .join(' ');
    const labelOf = (each: Element): string =>
      tidy(
        [
          each.getAttribute('aria-label'),
          named(each.getAttribute('aria-labelledby')),
          ['submit', 'button', 'reset', 'image'].includes((each as HTMLInputElement).type) ? (each as HTMLInputElement).value : '',
          (each as HTMLElement).innerText,
          each.getAttribute('title'),
          each.getAttribute('alt') ?? each.querySelector('img[alt]')?.getAttribute('alt'),
          each.querySelector('svg title')?.textContent,
          each.querySelector('[aria-label]')?.getAttribute('aria-label'),
        ]
          .filter(Boolean)
          .join(' '),
        200,
      );
    // What one clicks is often an icon or a word inside of the thing that reacts.
    const acted =
      element.closest('button, a[href], input, select, textarea, summary, [role=button], [role=link], [role=menuitem], [onclick]') ??
      element;
    const field = acted as HTMLInputElement;
    const form = field.form ?? acted.closest('form');
    const isSubmit = (each: Element) =>
      ['submit', 'image'].includes((each as HTMLInputElement).type) && ['BUTTON', 'INPUT'].includes(each.tagName);
    const isText = acted.tagName === 'TEXTAREA' || (acted as HTMLElement).isContentEditable;
    const submits = form !== null && (byKey && acted.tagName === 'INPUT' && !isSubmit(acted) ? true : isSubmit(acted) && !isText);
    const submitter = form && (isSubmit(acted) ? acted : ([...form.elements].find(isSubmit) ?? null));
    const dialog = acted.closest('dialog, [role=dialog], [role=alertdialog]');
    const around = dialog ?? acted.closest('form, fieldset, section, article');
    const heading = around?.querySelector('h1, h2, h3, h4, legend, [role=heading]');
    const context = [
      around?.getAttribute('aria-label'),
      named(around?.getAttribute('aria-labelledby') ?? null),
      heading?.textContent,
      (dialog as HTMLElement | null)?.innerText,
    ];
    const fields = form ? [...form.elements].map((each) => each as HTMLInputElement) : [];
    return {
      name:
        isText || ['SELECT'].includes(acted.tagName) || (acted.tagName === 'INPUT' && !isSubmit(acted) && field.type !== 'button')
          ? tidy(field.placeholder || acted.getAttribute('aria-label'), 200)
          : labelOf(acted),
      isLink: acted.tagName === 'A' || acted.getAttribute('role') === 'link',
      isText,
      byKey,
      context: tidy(context.filter(Boolean).join(' '), 300),
      form:
        form === null || !submits
          ? null
          : {
              method: (submitter?.getAttribute('formmethod') ?? form.getAttribute('method') ?? 'get').toLowerCase(),
              submitLabel: submitter ? labelOf(submitter) : '',
              fields: fields.slice(0, 100).map((each) => ({
                type: (each.type ?? '').toLowerCase(),
                name: tidy(`${each.name ?? ''} ${each.id ?? ''}`, 80),
                autocomplete: tidy(each.getAttribute('autocomplete'), 40),
              })),
            },
    };
  }, byKey);
