// Pictures of a report for the README: the demo runs, its report is made and opened in the same Chromium, light and dark.
// `node --import ./test/support/runSources.mjs scripts/reportScreen.js [folder]`
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { findBrowser } from '../src/browser/find.js';
import { launchBrowser } from '../src/browser/launch.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = process.argv[2] ?? join(root, 'docs/screens');
mkdirSync(folder, { recursive: true });
const home = mkdtempSync(join(tmpdir(), 'skyvern-screen-'));
chmodSync(home, 0o755); // a browser that root starts becomes another user
const skyvern = (...words) => {
  const env = { ...process.env, SKYVERN_HOME: join(home, 'home') };
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'bin/skyvern.js'), ...words], { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`skyvern ${words.join(' ')}: ${stderr}`);
};

const page = join(home, 'report.html');
skyvern('demo', '--output', 'quiet');
skyvern('run', 'report', '@last', '-o', page);
skyvern('local', 'stop');
chmodSync(page, 0o644);

const program = await findBrowser(process, { path: null, headed: false, cacheDir: join(tmpdir(), 'skyvern-test-cache') });
const { browser, close } = await launchBrowser(process, program, { headed: false, sandbox: true });
for (const colorScheme of ['light', 'dark']) {
  const context = await browser.newContext({ viewport: { width: 1100, height: 1300 }, colorScheme });
  const tab = await context.newPage();
  await tab.goto(pathToFileURL(page).href);
  await tab
    .locator('ol.tree details')
    .first()
    .evaluate((details) => {
      details.open = true;
    });
  await tab.screenshot({ path: join(folder, `report-${colorScheme}.png`) });
}
await close();
rmSync(home, { recursive: true, force: true });
