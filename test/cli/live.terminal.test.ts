/** The real program on a real terminal, watching a run that moves when it is told to. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { expect, onTestFinished, test } from 'vitest';
import { programIn, type Screen, type TerminalOptions } from '../render/terminal.js';
import { type Stage, type StagedServer, stagedServer } from '../support/stagedServer.js';
import { STOCK_RUN, stockCheck, stockFails } from '../support/stockCheck.js';

/** Two colours, one above the other. */
const PICTURE = encode({ width: 8, height: 8, channels: 3, data: Uint8Array.from({ length: 192 }, (_, at) => (at < 96 ? 250 : 10)) });

interface Watching {
  readonly server: StagedServer;
  readonly screen: Screen;
  readonly home: string;
}

async function watching(stages: readonly Stage[], options: TerminalOptions = {}, args: readonly string[] = []): Promise<Watching> {
  const server = await stagedServer({ runId: STOCK_RUN, stages, screenshot: PICTURE });
  const home = mkdtempSync(join(tmpdir(), 'skyvern-watching-'));
  onTestFinished(async () => {
    await server.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });
  const screen = programIn(['run', 'watch', STOCK_RUN, ...args], {
    rows: 40,
    columns: 100,
    ...options,
    env: { SKYVERN_HOME: home, SKYVERN_API_KEY: 'a-key-of-tests', SKYVERN_BASE_URL: server.url, ...options.env },
  });
  return { server, screen, home };
}

/** Stages, each gone to when the one before is on the screen. */
async function until({ screen, server }: Watching, ...wanted: RegExp[]): Promise<string[]> {
  for (const [index, each] of wanted.entries()) {
    if (index > 0) server.next();
    await screen.shows(each);
  }
  return screen.everything();
}

const TO_THE_QUESTION = [/queued/, /sign_in/, /turn 1 of 3/, /fill_order/, /Order 12 flower pots/] as const;

test('a run is understood from the screen: turns of a loop, the branch that was taken, why each thing was done, what is asked', async () => {
  const watch = await watching(stockCheck(Date.now()));
  const branch = await until(watch, ...TO_THE_QUESTION.slice(0, 4));
  expect(branch.join('\n')).toMatch(
    /✓ turn 1 of 3 {2}Watering can ▸ 2 blocks .*\n.*turn 2 of 3 {2}Flower pot\n.*extraction {2}read_stock ▸ 2 actions.*\n.*conditional {2}is_low took fill_order\n +\{\{ read_stock_output\.stock < 5 \}\}\n.*navigation {2}fill_order *\n +✓ input text {2}“12” into quantity +95% {2}0\.6s\n +Twelve is what the shelf holds\./,
  );
  const asked = (await until(watch, /fill_order/, /Order 12 flower pots[^\n]*\n.*left\.[\s\S]*a approve {2}r reject/)).join('\n');
  expect(asked).toMatch(/paused \d/);
  watch.screen.type('d');
  expect(await watch.screen.ended).toBe(130);
  expect(watch.screen.everything().join('\n')).toContain(`skyvern run watch ${STOCK_RUN}`);
  expect(watch.server.changes).toEqual([]);
});

test('what is typed into a password field is not shown', async () => {
  const watch = await watching(stockCheck(Date.now()));
  await until(watch, ...TO_THE_QUESTION.slice(0, 3));
  expect(watch.screen.everything().join('\n')).toContain('“•••” into password');
  expect(watch.screen.raw()).not.toContain('correct horse');
});

test('a yes is given with the keyboard, and the run goes on to its card: a table, files, a recording, the next commands', async () => {
  const watch = await watching(stockCheck(Date.now()));
  await until(watch, ...TO_THE_QUESTION);
  watch.screen.type('a');
  await watch.screen.shows(/Say yes to this, so that the run goes on\? y or n/);
  expect(watch.server.changes).toEqual([]); // asking is not doing
  watch.screen.type('y');
  await watch.screen.shows(/running[^\n]*\n.*shop\.example/);
  expect(watch.server.changes).toEqual([`POST /v1/workflows/runs/${STOCK_RUN}/continue`]);
  watch.server.next();
  expect(await watch.screen.ended).toBe(0);
  const card = watch.screen.everything().join('\n');
  expect(card).toMatch(/✓ completed in 53s {2}12 blocks · 11 actions/);
  expect(card).toMatch(
    /output {4}stock\n +item +price +stock {2}ordered\n +Watering can +12\.50 EUR +31 +0\n +Flower pot +4\.90 EUR +3 +12\n +Garden gloves +8\.00 EUR +17 +0\n +total {2}58\.80 EUR/,
  );
  expect(card).toMatch(/files {5}order-2214\.pdf \(48 kB\)\n {2}recording https:/);
  expect(card).toMatch(new RegExp(`next {6}skyvern run timeline ${STOCK_RUN}\n +skyvern run download ${STOCK_RUN} --files`));
  expect(card).not.toContain('"stock"'); // the table is the output: it is not told twice on one terminal
});

test('a no cancels, and says so before', async () => {
  const watch = await watching(stockCheck(Date.now()));
  await until(watch, ...TO_THE_QUESTION);
  watch.screen.type('r');
  await watch.screen.shows(/That cancels the run\. y or n/);
  watch.screen.type('y');
  expect(await watch.screen.ended).toBe(12);
  expect(watch.server.changes).toEqual([`POST /v1/runs/${STOCK_RUN}/cancel`]);
  expect(watch.screen.everything().join('\n')).toMatch(/⊘ canceled in/);
});

test('a one-time code reaches the server and nothing else: no byte of it the terminal, no file', async () => {
  const watch = await watching(stockCheck(Date.now()), { env: { SKYVERN_DEBUG: '' } });
  await until(watch, /queued/, /sign_in/);
  watch.screen.type('t');
  await watch.screen.shows(/2FA code:/);
  watch.screen.type('482913');
  await watch.screen.shows(/2FA code: ••••••/);
  watch.screen.type('\r');
  await watch.screen.shows(/the code was sent/);
  watch.screen.type('l');
  await watch.screen.shows(/POST \/v1\/credentials\/totp 200/);
  watch.screen.type('d');
  await watch.screen.ended;
  expect(watch.server.changes).toEqual([
    expect.stringMatching(/^POST \/v1\/credentials\/totp \{.*"content":"482913".*"workflow_run_id":"wr_512000000000000001"/),
  ]);
  expect(watch.screen.raw()).not.toContain('482913');
  const files = readdirSync(watch.home, { recursive: true, encoding: 'utf8' }).map((name) => join(watch.home, name));
  for (const file of files) if (statSync(file).isFile()) expect(readFileSync(file).includes('482913'), file).toBe(false);
});

test.each([
  ['half blocks where nothing better is known', {}, /\u001b\[38;5;231;48;5;231m▀+/],
  ['kitty', { TERM: 'xterm-kitty' }, /\u001b_Ga=T,f=100,q=2,c=\d+,m=0;iVBOR/],
  ['iTerm2', { TERM_PROGRAM: 'iTerm.app' }, /\u001b\]1337;File=inline=1;width=\d+;preserveAspectRatio=1;size=\d+:iVBOR/],
  ['sixel', { TERM: 'foot' }, /\u001bP0;1;q"1;1;8;8#0;2;\d+;\d+;\d+/],
  [
    'half blocks in a multiplexer, whatever is around it',
    { TMUX: 'x,1,0', TERM_PROGRAM: 'iTerm.app', TERM: 'screen-256color' },
    /48;5;231m▀/,
  ],
])('s shows the newest screenshot: %s', async (_, env, wanted) => {
  const watch = await watching(stockCheck(Date.now()), { env });
  await until(watch, /queued/, /sign_in/);
  watch.screen.type('s');
  await watch.screen.sends(wanted);
  watch.screen.type('d');
  expect(await watch.screen.ended).toBe(130);
});

test('without colours no picture is drawn, and where it is is said', async () => {
  const watch = await watching(stockCheck(Date.now()), { env: { NO_COLOR: '1' } });
  await until(watch, /queued/, /sign_in/);
  watch.screen.type('s');
  await watch.screen.shows(new RegExp(`skyvern run download ${STOCK_RUN} --screenshots`));
});

test('what has scrolled away is found, and printed again whole by enter', async () => {
  const watch = await watching(stockCheck(Date.now()));
  await until(watch, ...TO_THE_QUESTION);
  const before = watch.screen.everything().filter((row) => row.includes('Twelve is what')).length;
  expect(before).toBe(0); // the loop went to the scrollback folded
  watch.screen.type('/');
  await watch.screen.shows(/Enter finds it/);
  watch.screen.type('twelve');
  await watch.screen.shows(/\/twelve/);
  watch.screen.type('\r');
  await watch.screen.shows(/❯ +✓ input text {2}“12” into quantity/);
  watch.screen.type('g');
  await watch.screen.shows(/❯ ✓ goto url/);
  watch.screen.type('j');
  await watch.screen.shows(/❯ ✓ login/);
  watch.screen.type('\r');
  await watch.screen.shows(/✓ complete {2}The page greets Ada[\s\S]*✓ complete {2}The page greets Ada/);
});

test('a server that is gone is a state and not an error, and the run is there again when it is', async () => {
  const watch = await watching(stockCheck(Date.now()));
  await until(watch, /queued/, /sign_in/);
  watch.server.down = true;
  await watch.screen.shows(/reconnecting · trying again in/);
  watch.server.down = false;
  const seen = await until(watch, /sign_in/, /turn 1 of 3/);
  expect(seen.slice(-6).join('\n')).not.toContain('reconnecting');
});

test('the card of a failure names the reason, the step and its last action, and is the same when the run was over already', async () => {
  const live = await watching(stockFails(Date.now()));
  await until(live, /sign_in/, /failed in/);
  expect(await live.screen.ended).toBe(10);
  const card = (screen: Screen) => {
    const rows = screen.everything();
    return rows.slice(rows.findIndex((row) => /failed in/.test(row)));
  };
  expect(card(live.screen).join('\n')).toMatch(
    /✗ failed in 12s .*\n {2}created.*\n {2}reason {4}The sign-in page asks for a code that nobody has given\.\n {2}at {8}login sign_in\n {2}last {6}input text “•••” into password: The password belongs here\.\n {2}link .*\n {2}next {6}skyvern run timeline .*\n +skyvern run retry /,
  );
  const later = await watching(
    stockFails(Date.now())
      .slice(-1)
      .map((last) => ({ ...last, run: { ...stockFails(Date.now())[0]?.run, ...last.run } })),
  );
  expect(await later.screen.ended).toBe(10);
  expect(
    card(later.screen)
      .slice(1)
      .map((row) => row.replace(/\d.*s/, '')),
  ).toEqual(
    card(live.screen)
      .slice(1)
      .map((row) => row.replace(/\d.*s/, '')),
  );
});

test.each([
  ['Windows Terminal', { WT_SESSION: 'x' }, '\u001b]9;4;3\u0007', '\u001b]9;4;0\u0007'],
  ['xterm', {}, `\u001b[22;2t\u001b]2;skyvern: ${STOCK_RUN} `, '\u001b]2;\u0007\u001b[23;2t'],
])('%s is told how it goes, and told back on every exit', async (_, env, sent, taken) => {
  for (const leave of ['d', '\u0003', 'kill', 'crash']) {
    const watch = await watching(stockCheck(Date.now()), { env });
    await until(watch, /queued/, /sign_in/);
    expect(watch.screen.raw()).toContain(sent);
    if (leave === 'kill') watch.screen.kill('SIGTERM');
    else if (leave === 'crash') {
      // Two Ctrl-C in a row end the program at once.
      watch.screen.kill('SIGINT');
      watch.screen.kill('SIGINT');
    } else watch.screen.type(leave);
    await watch.screen.ended;
    const raw = watch.screen.raw();
    expect(raw.lastIndexOf(taken), leave).toBeGreaterThan(raw.lastIndexOf(sent));
    expect(raw.lastIndexOf('\u001b[?25h')).toBeGreaterThan(raw.lastIndexOf('\u001b[?25l'));
  }
});

test.each([
  ['bell', {}, '\u0007'],
  ['desktop', { TERM: 'xterm-kitty' }, `\u001b]99;;${STOCK_RUN} waits for you\u001b\\`],
  ['desktop', { VTE_VERSION: '7600' }, `\u001b]777;notify;skyvern;${STOCK_RUN} waits for you\u001b\\`],
])('who asked for it is told of a run that waits: %s %o', async (how, env, sent) => {
  const watch = await watching(stockCheck(Date.now()), { env: { SKYVERN_NOTIFY: how, ...env } });
  await until(watch, ...TO_THE_QUESTION.slice(0, 4));
  const before = watch.screen.raw().split(sent).length;
  await until(watch, /fill_order/, /Order 12 flower pots/);
  expect(watch.screen.raw().split(sent).length).toBeGreaterThan(before);
});

test.each([
  ['the prompt of a task, Ctrl-C', ['task', 'run', '--url', 'https://shop.example'], /browser do\?/, '\u0003', 130, 'interrupted'],
  [
    'the prompt of a task, Ctrl-D',
    ['task', 'run', '--url', 'https://shop.example'],
    /browser do\?/,
    '\u0004',
    2,
    'error: the prompt is empty',
  ],
  ['a key, Ctrl-C', ['auth', 'login'], /API key/, '\u0003', 130, 'interrupted'],
  ['a key, Ctrl-D', ['auth', 'login'], /API key/, '\u0004', 4, 'error: '],
])('asked for %s: a line of words below the question, and no stack', async (_, args, asked, key, code, words) => {
  const home = mkdtempSync(join(tmpdir(), 'skyvern-asked-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));
  const screen = programIn(args, {
    env: { SKYVERN_HOME: home, SKYVERN_API_KEY: 'a-key-of-tests', SKYVERN_BASE_URL: 'http://127.0.0.1:9' },
  });
  await screen.shows(asked);
  screen.type(key);
  expect(await screen.ended).toBe(code);
  const rows = screen.everything();
  expect(rows.findIndex((row) => row.startsWith(words))).toBe(rows.findIndex((row) => asked.test(row)) + 1);
  expect(rows.join('\n')).not.toMatch(/unexpected|AbortError|at .*node:/);
});
