/** The small site of `skyvern demo`: a shop of twelve things on three pages, with a login and a price list to download. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface DemoSite {
  /** The list of things: the demo's start page. */
  readonly url: string;
  close(): Promise<void>;
}

/** What `skyvern demo` runs when it is given nothing else; the rules engine understands it. */
export const DEMO_PROMPT = [
  'Get the names and prices of all items on all pages.',
  'Click "Willow basket".',
  'Get the name, the price and the stock.',
  'Click "Log in", then log in with user "ada" and password "correct horse".',
  'Get the "Next delivery".',
].join(' ');

export const DEMO_LOGIN = { user: 'ada', password: 'correct horse' } as const;

interface Thing {
  readonly id: string;
  readonly name: string;
  readonly price: string;
  readonly stock: number;
  readonly about: string;
}

const thing = (name: string, price: string, stock: number, about: string): Thing => ({
  id: name.toLowerCase().replaceAll(' ', '-'),
  name,
  price,
  stock,
  about,
});

const THINGS: readonly Thing[] = [
  thing('Walnut tray', '€34.00', 12, 'Carved from one piece, oiled by hand.'),
  thing('Linen apron', '€48.50', 7, 'Washed linen with two deep pockets.'),
  thing('Enamel mug', '€9.80', 60, 'Survives campfires and dishwashers.'),
  thing('Beeswax candle', '€12.00', 35, 'Burns for twenty hours and smells of summer.'),
  thing('Copper kettle', '€89.00', 3, 'Boils a litre in four minutes and whistles in tune.'),
  thing('Wool blanket', '€120.00', 5, 'Woven from the wool of one flock.'),
  thing('Oak stool', '€75.00', 9, 'Three legs, so it never wobbles.'),
  thing('Brass hook', '€6.40', 80, 'Holds a coat, a bag or a bicycle.'),
  thing('Stone mortar', '€42.00', 4, 'Granite, and heavier than it looks.'),
  thing('Willow basket', '€29.90', 14, 'For bread, letters or a sleeping cat.'),
  thing('Felt slippers', '€38.00', 21, 'Warm, quiet and never in a pair of the wrong size.'),
  thing('Paper lantern', '€15.50', 40, 'Folds flat and glows softly.'),
];
const PER_PAGE = 4;
const PAGES = Math.ceil(THINGS.length / PER_PAGE);

/** Serves the site on a free port of 127.0.0.1. */
export async function startDemoSite(): Promise<DemoSite> {
  const key = randomBytes(32);
  const server = createServer((request, response) => void answer(request, response, key));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, key: Buffer): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://demo.invalid');
  const html = (status: number, title: string, body: string) => {
    response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end(page(title, body));
  };
  const redirect = (to: string, headers: Record<string, string> = {}) => response.writeHead(303, { location: to, ...headers }).end();
  const member = memberOf(request, key);

  if (pathname === '/') return html(200, 'All things', listPage(Number(searchParams.get('page') ?? '1')));
  const found = THINGS.find(({ id }) => pathname === `/things/${id}`);
  if (found) return html(200, found.name, thingPage(found));
  if (pathname === '/prices.csv') {
    const rows = THINGS.map(({ name, price, stock }) => `${name},${price.slice(1)},${stock}`);
    response.writeHead(200, { 'content-type': 'text/csv; charset=utf-8', 'content-disposition': 'attachment; filename="prices.csv"' });
    response.end(`${['name,price_eur,stock', ...rows].join('\r\n')}\r\n`);
    return;
  }
  if (pathname === '/login' && request.method === 'POST') {
    const form = new URLSearchParams(await bodyOf(request));
    const right = form.get('user') === DEMO_LOGIN.user && form.get('password') === DEMO_LOGIN.password;
    if (!right) return html(403, 'Log in', loginPage('User or password is wrong.'));
    redirect('/members', { 'set-cookie': `member=${DEMO_LOGIN.user}.${seal(DEMO_LOGIN.user, key)}; HttpOnly; SameSite=Lax; Path=/` });
    return;
  }
  if (pathname === '/login') return html(200, 'Log in', loginPage(''));
  if (pathname === '/members') {
    if (!member) return void redirect('/login');
    return html(200, 'Members', membersPage(member));
  }
  html(404, 'Nothing here', '<h1>Nothing here</h1><p><a href="/">All things</a></p>');
}

const seal = (user: string, key: Buffer): string => createHmac('sha256', key).update(user).digest('base64url');

/** Who is logged in, by a cookie that only this server can have made. */
function memberOf(request: IncomingMessage, key: Buffer): string | null {
  const [user = '', given = ''] = /(?:^|; )member=([^;]*)/.exec(request.headers.cookie ?? '')?.[1]?.split('.') ?? [];
  const wanted = Buffer.from(seal(user, key));
  const got = Buffer.from(given);
  return got.length === wanted.length && timingSafeEqual(got, wanted) ? user : null;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) {
    body += chunk;
    if (body.length > 10_000) break;
  }
  return body;
}

function listPage(asked: number): string {
  const number = Number.isInteger(asked) && asked >= 1 && asked <= PAGES ? asked : 1;
  const cards = THINGS.slice((number - 1) * PER_PAGE, number * PER_PAGE).map(
    ({ id, name, price, about }) =>
      `<li><article><h2><a href="/things/${id}">${name}</a></h2><p>${about}</p><p class="price">${price}</p></article></li>`,
  );
  const step = (to: number, label: string) => (to >= 1 && to <= PAGES ? `<a href="/?page=${to}">${label}</a>` : '');
  return `<h1>All things</h1>
<ul class="cards" aria-label="Things">${cards.join('')}</ul>
<nav aria-label="Pages">${step(number - 1, 'Previous')} <span>Page ${number} of ${PAGES}</span> ${step(number + 1, 'Next')}</nav>
<p><a href="/prices.csv">Price list</a></p>`;
}

const thingPage = ({ name, price, stock, about }: Thing): string => `<h1>${name}</h1>
<p>${about}</p>
<dl><dt>Price</dt><dd>${price}</dd><dt>Stock</dt><dd>${stock}</dd></dl>
<p><a href="/">All things</a></p>`;

const loginPage = (problem: string): string => `<h1>Log in</h1>
${problem && `<p role="alert">${problem}</p>`}
<form method="post" action="/login">
<p><label>User <input name="user" autocomplete="username" required></label></p>
<p><label>Password <input name="password" type="password" autocomplete="current-password" required></label></p>
<p><button>Log in</button></p>
</form>`;

const membersPage = (member: string): string => `<h1>Welcome, ${member}</h1>
<dl><dt>Member since</dt><dd>1842</dd><dt>Open orders</dt><dd>2</dd><dt>Next delivery</dt><dd>Friday, before noon</dd></dl>
<p><a href="/">All things</a></p>`;

const page = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${title} · Little Shop</title>
<meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
<style>
body { font: 17px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1.5rem; color: #23302b; background: #fbfaf6; }
header { display: flex; justify-content: space-between; border-bottom: 1px solid #d8d4c6; padding-bottom: .75rem; }
a { color: #1c6b52; }
.cards { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; padding: 0; list-style: none; }
article { border: 1px solid #d8d4c6; border-radius: 10px; background: #fff; padding: .25rem 1.25rem; }
h2 { font-size: 1.15rem; }
.price, dd { font-weight: 600; }
dt { color: #66706b; }
[role=alert] { color: #a3271b; }
input, button { font: inherit; padding: .35rem .6rem; border-radius: 6px; border: 1px solid #9aa39d; }
button { background: #1c6b52; color: #fff; border-color: #1c6b52; }
</style>
</head>
<body>
<header><a href="/">Little Shop</a> <a href="/login">Log in</a></header>
<main>
${body}
</main>
</body>
</html>
`;
