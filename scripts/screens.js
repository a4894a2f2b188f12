// Pictures of the live view for README: `npm run screens` writes docs/screens/*.png.
// The real program in a pseudo-terminal, watching a run that is told by stages; an emulator reads it, and a Chromium draws what it read.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { findBrowser } from '../src/browser/find.ts';
import { launchBrowser } from '../src/browser/launch.ts';
import { stagedServer } from '../test/support/stagedServer.ts';
import { STOCK_RUN, stockCheck, stockFails } from '../test/support/stockCheck.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'skyvern-screens-'));
const out = join(root, 'docs/screens');
mkdirSync(out, { recursive: true });

const program = await findBrowser(process, { path: null, headed: false, cacheDir: join(folder, 'cache') });
const { LD_LIBRARY_PATH } = program.env; // without its own fonts: those of this machine have more characters
const { browser, close } = await launchBrowser(
  process,
  { ...program, env: LD_LIBRARY_PATH ? { LD_LIBRARY_PATH } : {} },
  { headed: false, sandbox: true },
);

const SHOP = `<body style="margin:0;font:20px sans-serif;background:#f6f2ea;color:#243">
<header style="background:#2c6e49;color:#fff;padding:18px 32px;font-size:28px">Garden shop<span style="float:right;font-size:20px">Ada</span></header>
<main style="padding:32px;display:flex;gap:32px"><div style="width:340px;height:340px;background:#c8553d;border-radius:0 0 120px 120px"></div>
<div><h1 style="margin:0 0 12px">Flower pot</h1><p style="font-size:30px;margin:8px 0">4.90 EUR</p><p style="color:#b3261e">3 left</p>
<label>Quantity <input value="12" style="font:20px sans-serif;width:80px;padding:6px"></label>
<p><button style="font:22px sans-serif;padding:12px 32px;background:#2c6e49;color:#fff;border:0;border-radius:6px">Order</button></p></div></main>`;

async function shot(html, file, { width, height, scale = 1 }) {
  const page = await browser.newPage({ viewport: { width, height }, deviceScaleFactor: scale });
  await page.setContent(html);
  const target = html.includes('id="window"') ? page.locator('#window') : page;
  const png = await target.screenshot({ omitBackground: true });
  await page.close();
  if (file) writeFileSync(join(out, file), png);
  return png;
}

/** The program in a terminal. */
function watch(url, { columns = 104, rows = 32, env = {} } = {}) {
  const terminal = new xterm.Terminal({ cols: columns, rows, scrollback: 1_000, allowProposedApi: true });
  const pty = spawn(process.execPath, [join(root, 'bin/skyvern.js'), 'run', 'watch', STOCK_RUN], {
    name: 'xterm-256color',
    cols: columns,
    rows,
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      TERM: 'xterm-256color',
      COLORTERM: 'truecolor',
      SKYVERN_HOME: join(folder, 'home'),
      SKYVERN_API_KEY: 'a-key-for-pictures',
      SKYVERN_BASE_URL: url,
      ...env,
    },
  });
  let look = () => {};
  pty.onData((data) => terminal.write(data, () => look()));
  terminal.onData((data) => pty.write(data));
  let title = 'skyvern run watch';
  terminal.onTitleChange((now) => {
    title = now === '' ? 'skyvern run watch' : now;
  });
  // The terminals that we know put the old title back; this emulator has no stack for it.
  terminal.parser.registerCsiHandler({ final: 't' }, ([what]) => {
    if (what === 23) title = 'skyvern run watch';
    return true;
  });
  const text = () =>
    Array.from(
      { length: terminal.buffer.active.length },
      (_, row) => terminal.buffer.active.getLine(row)?.translateToString(true) ?? '',
    ).join('\n');
  return {
    terminal,
    title: () => title,
    type: (keys) => pty.write(keys),
    shows: (wanted) =>
      new Promise((resolve) => {
        look = () => {
          if (wanted.test(text())) resolve();
        };
        look();
      }),
    end: () => pty.kill('SIGKILL'),
  };
}

const PALETTE = ['#2e3440', '#e06c75', '#8fc379', '#e5c07b', '#61afef', '#c678dd', '#56b6c2', '#d7dae0'];
const [FOREGROUND, BACKGROUND] = ['#d7dae0', '#16181d'];

function color(cell, which) {
  const [isRgb, isPalette, value] =
    which === 'fg' ? [cell.isFgRGB(), cell.isFgPalette(), cell.getFgColor()] : [cell.isBgRGB(), cell.isBgPalette(), cell.getBgColor()];
  if (isRgb) return `#${value.toString(16).padStart(6, '0')}`;
  if (isPalette) return PALETTE[value % 8];
  return which === 'fg' ? FOREGROUND : BACKGROUND;
}

const escaped = (text) => text.replace(/[&<>]/g, (each) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[each]);

/** The visible rows as a page: each cell in its place, so that no font can move it. */
function pageOf({ terminal, title }) {
  const buffer = terminal.buffer.active;
  const [width, height] = [10, 20]; // whole pixels at the scale of the picture, or cells would not touch
  const rows =
    1 +
    Math.max(...Array.from({ length: terminal.rows }, (_, row) => (buffer.getLine(buffer.baseY + row)?.translateToString(true) ? row : 0)));
  const cells = [];
  for (let row = 0; row < rows; row++) {
    const line = buffer.getLine(buffer.baseY + row);
    for (let column = 0; line && column < terminal.cols; column++) {
      const cell = line.getCell(column);
      const text = cell.getChars();
      let [fg, bg] = [color(cell, 'fg'), color(cell, 'bg')];
      if (cell.isInverse()) [fg, bg] = [bg, fg];
      if ((text === '' || text === ' ') && bg === BACKGROUND) continue;
      const ground = text === '▀' ? `linear-gradient(${fg} 50%,${bg} 50%)` : bg === BACKGROUND ? 'none' : bg;
      const style = `left:${column * width}px;top:${row * height}px;width:${cell.getWidth() * width}px;background:${ground};color:${fg}`;
      const weight = `${cell.isBold() ? ';font-weight:bold' : ''}${cell.isDim() ? ';opacity:.6' : ''}`;
      cells.push(`<i style="${style}${weight}">${text === '▀' ? '' : escaped(text)}</i>`);
    }
  }
  const dots = ['#ff5f57', '#febc2e', '#28c840'].map((each) => `<b style="background:${each}"></b>`).join('');
  return `<style>
    body{margin:0;background:transparent} #window{display:inline-block;background:${BACKGROUND};border-radius:10px;overflow:hidden}
    header{position:relative;height:34px;background:#23262e;color:#9aa0ab;font:13px sans-serif;text-align:center;line-height:34px}
    header b{display:inline-block;width:12px;height:12px;border-radius:6px;margin-right:8px} header span{position:absolute;left:14px;top:4px}
    main{position:relative;width:${terminal.cols * width}px;height:${rows * height}px;margin:12px 16px}
    i{position:absolute;height:${height}px;line-height:${height}px;font:16.6px 'DejaVu Sans Mono',monospace;line-height:${height}px;white-space:pre}
  </style><div id="window"><header><span>${dots}</span>${escaped(title())}</header><main>${cells.join('')}</main></div>`;
}

const picture = (screen, file) => shot(pageOf(screen), file, { width: 1200, height: 1000, scale: 1.5 });

async function scene(stages, play, size) {
  const screenshot = await shot(SHOP, null, { width: 960, height: 540 });
  const server = await stagedServer({ runId: STOCK_RUN, stages, screenshot });
  const screen = watch(server.url, size);
  try {
    await play(screen, server);
  } finally {
    screen.end();
    await server.close();
  }
}

/** The loop has begun when somebody comes to watch. */
const underWay = ([queued, running, looping]) => ({ run: { ...queued.run, ...running.run }, timeline: looping.timeline });

try {
  await scene(stockCheck(Date.now()), async (screen, server) => {
    await screen.shows(/queued/);
    server.next();
    await screen.shows(/sign_in/);
    server.next();
    await screen.shows(/read_stock/);
    server.next();
    await screen.shows(/fill_order[\s\S]*“12” into quantity/);
    await picture(screen, 'live.png');
    server.next();
    await screen.shows(/Order 12 flower pots/);
    screen.type('a');
    await screen.shows(/Say yes to this/);
    await picture(screen, 'paused.png');
    screen.type('y');
    await screen.shows(/yes was said/);
    server.next();
    await screen.shows(/completed in[\s\S]*next {6}skyvern run timeline/);
    await picture(screen, 'done.png');
  });
  await scene(
    [underWay(stockCheck(Date.now()))],
    async (screen) => {
      await screen.shows(/read_stock[\s\S]*d detach/);
      screen.type('s');
      await screen.shows(/▀[\s\S]*read_stock[\s\S]*\? help\s*$/);
      await picture(screen, 'screenshot.png');
    },
    { rows: 40 },
  );
  await scene(
    stockFails(Date.now()),
    async (screen, server) => {
      await screen.shows(/sign_in/);
      server.next();
      await screen.shows(/failed in[\s\S]*next {6}skyvern run timeline/);
      await picture(screen, 'failed.png');
    },
    { rows: 24 },
  );
} finally {
  await close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
