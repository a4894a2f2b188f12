import { afterAll, expect, test } from 'vitest';
import { servePages } from '../browser/pages.js';
import { realRunner, recorder, run, spec } from '../engine/harness.js';

const runner = realRunner();
afterAll(() => runner.close());

const SHOP = `<title>Shop</title><h1>Basket</h1>
  <form method="post" action="/paid"><button>Pay now</button></form>
  <form method="get" action="/found"><input name="q" aria-label="Search"><button>Find</button></form>
  <button onclick="document.querySelector('dialog').showModal()">Empty</button>
  <dialog aria-label="Question"><p>Delete all items?</p><form method="post" action="/deleted"><button>OK</button></form></dialog>
  <iframe srcdoc='<form method="post" action="/sent" target="_top"><textarea name="t" aria-label="Note"></textarea><button>Go</button></form>'></iframe>`;

const shop = () =>
  servePages({
    '/': SHOP,
    '/paid': '<title>Paid</title>',
    '/found': '<title>Found</title>',
    '/deleted': '<title>Deleted</title>',
    '/sent': '<title>Sent</title>',
  });

const all = { risks: ['pay', 'delete', 'send'], unattended: false } as const;

test.each([
  ['Click "Pay now"', '/paid', 'asks: Click "Pay now" on HERE/? As far as the page tells, this would pay.'],
  ['Click "Empty", click "OK"', '/deleted', 'asks: Click "OK" on HERE/? As far as the page tells, this would delete something.'],
  ['Type "hello" into "Note", click "Go"', '/sent', 'asks: Click "Go" on HERE/? As far as the page tells, this would send something.'],
])('%s waits for a yes, and is done after it', async (prompt, path, question) => {
  const site = await shop();
  const told = recorder();
  expect(await run(runner, spec(prompt, `${site.origin}/`, { confirm: all }), told)).toMatchObject({ status: 'completed' });
  expect(told.order).toContain(question.replace('HERE', site.origin));
  expect(site.asked).toContain(path);
});

test.each([
  [
    'nobody is there',
    { ...all, unattended: true },
    'approved' as const,
    'Click "Pay now": this would pay, and nobody is there to confirm it',
  ],
  ['nobody answers', all, 'unanswered' as const, 'Click "Pay now": this would pay, and nobody confirmed it within two hours'],
])('when %s it is not done, and the run says why', async (_, confirm, answer, reason) => {
  const site = await shop();
  const told = recorder(undefined, answer);
  expect(await run(runner, spec('Click "Pay now"', `${site.origin}/`, { confirm }), told)).toMatchObject({ status: 'failed', reason });
  expect(site.asked).toEqual(['/']);
  expect(told.actions.at(-1)).toMatchObject({ actionType: 'click', status: 'failed', response: reason });
});

test('the yes is to what stood there: a page that changes meanwhile gets nothing', async () => {
  const site = await servePages({
    '/': `<button>Pay 1 euro</button><script>
      // Another price as soon as somebody looks the first time.
      const button = document.querySelector('button');
      const closest = button.closest;
      button.closest = function (...args) { setTimeout(() => { button.textContent = 'Pay 100 euro'; }); return closest.apply(this, args); };
      button.onclick = () => fetch('/paid');
    </script>`,
  });
  const told = recorder();
  told.askPerson = () => new Promise((resolve) => setImmediate(() => resolve('approved')));
  const outcome = await run(runner, spec('Click "Pay 1 euro"', `${site.origin}/`, { confirm: all }), told);
  expect(outcome).toMatchObject({ status: 'failed', reason: expect.stringContaining('the page changed while the question waited') });
  expect(site.asked).toEqual(['/']);
});

test('without the flag, and for what is harmless, nobody is asked', async () => {
  const site = await shop();
  const free = recorder();
  await run(runner, spec('Click "Pay now"', `${site.origin}/`), free);
  expect(site.asked).toContain('/paid');
  const told = recorder();
  const prompt = 'Type "tea" into "Search", click "Find"';
  expect(await run(runner, spec(prompt, `${site.origin}/`, { confirm: all }), told)).toMatchObject({ status: 'completed' });
  expect([...free.order, ...told.order].filter((each) => each.startsWith('asks'))).toEqual([]);
});
