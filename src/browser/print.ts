/** The page on paper: a PDF by the browser's own printing, without what was typed as a secret. */
import type { Locator, Page } from 'playwright-core';
import { PageError, type PrintOptions } from './types.js';

/** Room for what stands above and below the page. */
const MARGIN = '48px';
const STYLE = 'font-size:8px;width:100%;padding:0 24px;display:flex;justify-content:space-between;color:#555';

/** @param hidden places that are left empty on paper */
export async function printed(page: Page, hidden: readonly Locator[], { head, foot, ...options }: PrintOptions): Promise<Uint8Array> {
  const framed = head !== null || foot !== null;
  try {
    for (const place of hidden) await place.evaluateAll(hide);
    return await page.pdf({
      format: options.format,
      landscape: options.landscape,
      printBackground: options.background,
      ...(framed && {
        displayHeaderFooter: true,
        headerTemplate: `<div style="${STYLE}"><span>${escaped(head ?? '')}</span></div>`,
        footerTemplate: `<div style="${STYLE}"><span>${escaped(foot ?? '')}</span><span class="pageNumber"></span></div>`,
        margin: { top: MARGIN, bottom: MARGIN },
      }),
    });
  } catch (error) {
    if (error instanceof Error && /PrintToPDF|printing is not available|only supported/i.test(error.message)) {
      throw new PageError('a browser with a window does not print: run it without --headed', { cause: error });
    }
    throw error;
  } finally {
    for (const place of hidden) await place.evaluateAll(show).catch(() => {});
  }
}

const hide = (elements: Element[]): void => {
  for (const element of elements) (element as HTMLElement).style.setProperty('visibility', 'hidden', 'important');
};

const show = (elements: Element[]): void => {
  for (const element of elements) (element as HTMLElement).style.removeProperty('visibility');
};

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
