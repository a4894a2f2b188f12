/**
 * What the report does in a browser: search, folding, keys. It is the only script of the page, and the page is whole without it.
 *
 * Written as text, because it runs there and not here; it puts nothing into the page but counts.
 */
export const SCRIPT = `
'use strict';
(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const items = all('ol.tree li');
  const search = document.querySelector('#search');
  const bad = document.querySelector('#bad');
  const found = document.querySelector('#found');
  const own = new Map(items.map((item) => [item, (item.querySelector(':scope > .own')?.textContent ?? '').toLowerCase()]));

  function filter() {
    const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
    const wanted = (item) => words.every((word) => own.get(item).includes(word)) && (!bad.checked || item.dataset.bad === 'yes');
    const filtering = words.length > 0 || bad.checked;
    const shown = new Set();
    let count = 0;
    for (const item of items) {
      if (!wanted(item)) continue;
      count++;
      for (let each = item; each && !shown.has(each); each = each.parentElement.closest('ol.tree li')) shown.add(each);
    }
    for (const item of items) item.hidden = filtering && !shown.has(item);
    found.textContent = filtering ? count + (count === 1 ? ' item' : ' items') + ' of ' + items.length : '';
  }

  const fold = (open) => all('ol.tree details').forEach((each) => { each.open = open; });

  function move(step) {
    const seen = items.filter((item) => !item.hidden);
    const at = seen.indexOf(document.activeElement.closest('ol.tree li'));
    const next = seen[Math.min(seen.length - 1, Math.max(0, at < 0 ? 0 : at + step))];
    if (next) next.focus();
  }

  if (search) {
    document.querySelector('.tools').hidden = false;
    search.addEventListener('input', filter);
    bad.addEventListener('change', filter);
    document.querySelector('#open').addEventListener('click', () => fold(true));
    document.querySelector('#close').addEventListener('click', () => fold(false));
    document.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target === search) {
        if (event.key === 'Escape') { search.value = ''; filter(); search.blur(); }
        return;
      }
      if (/^(?:INPUT|BUTTON|SUMMARY|VIDEO|A)$/.test(event.target.tagName) && event.key === 'Enter') return;
      if (event.key === '/') { event.preventDefault(); search.focus(); }
      else if (event.key === 'j') move(1);
      else if (event.key === 'k') move(-1);
      else if (event.key === 'o') {
        const details = document.activeElement.closest('ol.tree li')?.querySelector(':scope > .own details');
        if (details) details.open = !details.open;
      }
    });
  }

  // Paper shows what is folded on the screen, too.
  let folded = [];
  addEventListener('beforeprint', () => { folded = all('details:not([open])'); folded.forEach((each) => { each.open = true; }); });
  addEventListener('afterprint', () => { folded.forEach((each) => { each.open = false; }); });
})();
`;
