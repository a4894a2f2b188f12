/** A31: an error that nobody catches, and reports that Node writes of a crash, hold no key. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tempFolder } from '../support/io.js';

const KEY = 'canary-key-6b1d0f';

/** The real program, before a command line that goes wrong outside of every `await`. */
function program(): string {
  const folder = tempFolder();
  mkdirSync(join(folder, 'dist'));
  cpSync(new URL('../../bin', import.meta.url), join(folder, 'bin'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(
    join(folder, 'dist/cli.js'),
    `export const answerToShell = () => null;
    export const main = (words, io) => new Promise(() => {
      const error = Object.assign(new Error('with ${KEY} in its words'), { code: 'E_TEST', request: { headers: { 'x-api-key': io.env.SKYVERN_API_KEY } } });
      setTimeout(() => { if (words[0] === 'reject') void Promise.reject(error); else throw error; });
    });`,
  );
  return folder;
}

test.each(['throw', 'reject'])(
  'A31 an error that nobody catches (%s) is told by its code and place: 1, without what hangs on it',
  (how) => {
    const folder = program();
    const options = { env: { ...process.env, SKYVERN_API_KEY: KEY, SKYVERN_HOME: folder }, encoding: 'utf8' } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'bin/skyvern.js'), how], options);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^error: unexpected: Error E_TEST outside of the command .*cli\.js/);
    expect(stderr).not.toContain(KEY);
    // Without our handler Node prints it.
    const bare = `setTimeout(() => { throw Object.assign(new Error('x'), { request: { key: process.env.SKYVERN_API_KEY } }); })`;
    expect(spawnSync(process.execPath, ['-e', bare], options).stderr).toContain(KEY);
  },
);

test('A31 a report that Node was told to write of a crash does not hold the environment', () => {
  const folder = program();
  const reports = join(folder, 'reports');
  mkdirSync(reports);
  const env = {
    ...process.env,
    SKYVERN_API_KEY: KEY,
    SKYVERN_HOME: folder,
    NODE_OPTIONS: `--report-on-signal --report-directory=${reports}`,
  };
  // The report is asked for from inside: a signal would race with the start.
  const cli = join(folder, 'dist/cli.js');
  writeFileSync(cli, `export const answerToShell = () => null; export const main = async () => (process.report.writeReport(), 0);`);
  execFileSync(process.execPath, [join(folder, 'bin/skyvern.js'), 'x'], { env, stdio: 'ignore' });
  const [report = ''] = readdirSync(reports);
  expect(readFileSync(join(reports, report), 'utf8')).not.toContain(KEY);
  execFileSync(process.execPath, ['-e', "process.report.writeReport('bare.json')"], { env, stdio: 'ignore' });
  expect(readFileSync(join(reports, 'bare.json'), 'utf8')).toContain(KEY);
});
