/** The pages that the samples are about, and a model that knows them. */

import type { Answer } from '../support/pageServer.js';
import type { Asked, Said } from '../support/scriptedModel.js';

const page = (title: string, body: string) => `<!doctype html><title>${title}</title><h1>${title}</h1>${body}`;
const PRODUCTS = [
  { name: 'Watering can', price: '24.00 EUR', rating: 4.5 },
  { name: 'Oak stool', price: '75.00 EUR', rating: 4 },
  { name: 'Brass hook', price: '6.40 EUR', rating: 3.5 },
];

export const PAGES: Readonly<Record<string, Answer>> = {
  '/news': page('News', '<ol><li><a href="/1">Otters return to the river</a><li><a href="/2">A new bridge</a></ol>'),
  '/products': page(
    'Products',
    `<table>${PRODUCTS.map(({ name, price, rating }) => `<tr><td>${name}<td>${price}<td>${rating}`).join('')}</table>`,
  ),
  '/contact': page('Contact', '<form action="/sent"><label>Name <input name="name"></label><button>Send</button></form>'),
  '/sent': page('Thank you', '<p>We have your message.</p>'),
  '/login': page('Log in', '<a href="/invoices">Continue as Ada</a>'),
  '/invoices': page('Invoices', '<a href="/invoice.txt" download>Invoice of May</a>'),
  '/invoice.txt': (_request, response) =>
    void response
      .writeHead(200, { 'content-type': 'text/plain', 'content-disposition': 'attachment; filename="invoice.txt"' })
      .end('9.00 EUR'),
};

/** Does what the task says, as far as it is about these pages. */
export function answerTo({ tool, text }: Asked): Said {
  const title = /^Title: ([^;\n]*)/m.exec(text)?.[1]?.trim() ?? '';
  const task = /<task>\n([\s\S]*?)\n<\/task>/.exec(text)?.[1] ?? '';
  const output = outputOf(title, task);
  if (tool === 'plan')
    return { tool: { observation: title, thought: 'one sub-task is enough', next: 'subtask', kind: 'navigation', goal: task } };
  if (tool === 'check')
    return { tool: { thought: 'looked', achieved: true, evidence: title, missing: '', ...(output !== undefined && { output }) } };
  if (tool === 'judge') return { tool: { achieved: true, evidence: title, missing: '' } };
  const ref = (words: string) =>
    /\[(\w+)\]/.exec(text.split('\n').find((line) => line.trim().startsWith('- ') && line.includes(words)) ?? '')?.[1];
  const act = (...actions: object[]): Said => ({
    tool: { thought: title, actions: actions.map((each) => ({ why: 'the task wants it', ...each })) },
  });
  switch (title) {
    case 'Contact':
      return act({ action: 'type', ref: ref('Name'), text: 'Ada' }, { action: 'click', ref: ref('Send') });
    case 'Log in':
      return act({ action: 'click', ref: ref('Continue') });
    case 'Invoices':
      if (!text.includes('got the file')) return act({ action: 'download', ref: ref('Invoice of May') });
  }
  return act({ action: 'complete', text: title, ...(output !== undefined && { output }) });
}

function outputOf(title: string, task: string): unknown {
  if (title === 'Products') return PRODUCTS;
  if (title !== 'News') return undefined;
  return task.includes('page title') ? { page_title: title } : { title: 'Otters return to the river' };
}
