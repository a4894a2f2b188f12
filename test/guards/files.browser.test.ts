/** Whatever decides, a model or a bug: a page is given no file but those of the run. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { SnapshotNode } from '../../src/browser/types.js';
import { systemClock } from '../../src/clock.js';
import type { Decider } from '../../src/engine/decider.js';
import { createTaskRunner } from '../../src/engine/loop.js';
import { servePages } from '../browser/pages.js';
import { recorder, run, spec } from '../engine/harness.js';
import { testPool } from '../support/browserSession.js';
import { tempFolder } from '../support/io.js';

const pool = testPool();
afterAll(() => pool.close());

const refOf = (node: SnapshotNode, name: string): string | null =>
  node.name === name
    ? node.ref
    : node.children.reduce<string | null>((found, child) => found ?? (typeof child === 'string' ? null : refOf(child, name)), null);

/** Gives the file of that name to the field "CV", unchecked, and is done. */
const giving = (name: string): Decider => ({
  allowedUrls: [],
  extracted: null,
  async decide(page, history) {
    if (history.length > 1) return { type: 'done', output: null };
    const ref = refOf(await page.snapshot(), 'CV') as string;
    const how = { reasoning: 'it is wanted', intention: null, confidence: null, startsStep: false } as const;
    return { type: 'act', action: { kind: 'giveFiles', ref, names: [name] }, ...how };
  },
});

test.each([
  ['a file of the run', 'cv.txt', 'completed'],
  ['a path', '/etc/passwd', 'failed'],
  ['a way out of the folder', '../cv.txt', 'failed'],
  ['another spelling', 'CV.TXT', 'failed'],
])('A54 %s', async (_, name, status) => {
  const path = join(tempFolder(), 'cv.txt');
  writeFileSync(path, 'I am Ada');
  const site = await servePages({
    '/': `<label>CV <input type="file" onchange="this.files[0].text().then((text) => fetch('/given?' + text))"></label>`,
  });
  const runner = createTaskRunner({ pool, clock: systemClock, deciders: { rules: () => giving(name) } });
  const told = recorder();
  await run(runner, spec('Upload the CV', `${site.origin}/`, { files: [{ name: 'cv.txt', path }] }), told);
  const upload = told.actions.find(({ actionType }) => actionType === 'upload_file');
  expect(upload).toMatchObject({ status, response: status === 'failed' ? `there is no file "${name}" to give` : null });
  if (status === 'failed') expect(site.asked).toEqual(['/']);
});
