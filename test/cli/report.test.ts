/** The report as a command: what goes into the page, what stays out, and where it is written. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fakeSkyvern } from '../support/fakeSkyvern.js';
import { tempFolder } from '../support/io.js';
import { skyvern } from '../support/skyvern.js';

const PNG = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(600, 7)]);
const WEBM = Buffer.concat([Buffer.from('1a45dfa3', 'hex'), Buffer.alloc(2_000, 9)]);
const inPage = (bytes: Buffer, mime: string): string => `data:${mime};base64,${bytes.toString('base64')}`;

async function withFiles() {
  const api = await fakeSkyvern();
  const request = { prompt: 'Get the title', url: 'https://shop.example/', extra_http_headers: { 'x-auth': 'header-secret' } };
  api.run('tsk_1', { status: 'completed', output: [{ name: 'Can' }], run_request: request });
  api.steps('tsk_1', [{ step_id: 'stp_1', order: 0, status: 'completed' }]);
  const shot = api.artifact('tsk_1', { artifact_type: 'screenshot_action', content: PNG });
  api.artifact('tsk_1', { artifact_type: 'recording', content: WEBM });
  api.artifact('tsk_1', { artifact_type: 'screenshot_llm', content: PNG });
  api.artifact('tsk_1', { artifact_type: 'screenshot_final', content: '<svg onload="alert(1)"/>' });
  api.artifact('tsk_1', { artifact_type: 'html_scrape', content: '<html>' });
  const action = { action_id: 'act_1', step_id: 'stp_1', action_type: 'click', reasoning: 'It needs header-secret, and fake-api-key.' };
  api.actions('tsk_1', [{ ...action, screenshot_artifact_id: shot }]);
  return api;
}

const reportsLeft = () => readdirSync(tmpdir()).filter((name) => name.startsWith('skyvern-report-'));

test('pictures and films are in the page, by what their bytes are; secrets, and what is no picture, are not', async () => {
  const before = reportsLeft();
  const { code, io } = await skyvern(await withFiles(), 'run report tsk_1');
  expect([code, io.stdout.text()]).toEqual([0, 'tsk_1.html\n']);
  const file = join(io.home, 'tsk_1.html');
  const page = readFileSync(file, 'utf8');
  expect(page.split(inPage(PNG, 'image/png'))).toHaveLength(2); // what the model was shown is left out, as there is a picture
  expect(page).toContain(inPage(WEBM, 'video/webm'));
  expect(page).toContain('1 picture or film could not be had');
  expect(page).not.toMatch(/header-secret|fake-api-key|<svg/);
  expect(page).toContain('<th scope="col" dir="auto">name</th>');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(reportsLeft()).toEqual(before);
});

test.each([
  ['--no-recording', /image\/png/, /video\/webm/],
  ['--max-size 1000', /image\/png/, /video\/webm/],
  ['--max-size 100', /could not be had/, /base64/],
])('%s leaves out what it says', async (flags, wanted, unwanted) => {
  const { io } = await skyvern(await withFiles(), `run report tsk_1 -o - ${flags}`);
  expect(io.stdout.text()).toMatch(wanted);
  expect(io.stdout.text()).not.toMatch(unwanted);
});

test('a run that goes on has a report that says so, and one without files has one, too', async () => {
  const api = await fakeSkyvern();
  api.run('wr_1', { status: 'running' });
  api.timeline('wr_1', []);
  const { code, io } = await skyvern(api, 'run report wr_1 --file -');
  expect(code).toBe(0);
  expect(io.stdout.text()).toContain('the run goes on: this is how it stood when the report was made');
});

test('--json names the file, and that nothing could be opened here', async () => {
  const file = join(tempFolder(), 'deep/report.html');
  const { io } = await skyvern(await withFiles(), ['run', 'report', 'tsk_1', '-o', file, '--open', '--json'], {
    env: { DISPLAY: undefined },
  });
  expect(JSON.parse(io.stdout.text())).toEqual({ run_id: 'tsk_1', file, opened: false });
  expect(existsSync(file)).toBe(true);
});

test('a run that is not there ends 5, a file that cannot be written 17', async () => {
  const api = await withFiles();
  expect((await skyvern(api, 'run report tsk_404')).code).toBe(5);
  const { code, io } = await skyvern(api, 'run report tsk_1 -o /dev/null/x.html');
  expect([code, io.stderr.lines()[0]]).toEqual([17, 'error: /dev/null/x.html cannot be written (EEXIST)']);
});

test('run open of a server without a page names the report', async () => {
  const api = await fakeSkyvern();
  api.run('tsk_1', { app_url: null });
  const { code, io } = await skyvern(api, 'run open tsk_1');
  expect([code, io.stderr.lines()[1]]).toEqual([5, 'hint: `skyvern run report tsk_1 --open` makes one']);
});
