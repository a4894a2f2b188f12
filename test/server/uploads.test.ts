import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { manualClock, turn } from '../support/clock.js';
import { embedded } from '../support/embedded.js';
import { tempFolder } from '../support/io.js';

const recorded = (name: string) => JSON.parse(readFileSync(new URL(`../recorded/${name}.json`, import.meta.url), 'utf8'));
const DAY_MS = 24 * 60 * 60_000;

async function world(options: Parameters<typeof embedded>[0] = {}) {
  const server = await embedded(options);
  const upload = async (name: string, content: Uint8Array<ArrayBuffer> | string, fields: Record<string, string> = {}) => {
    const form = new FormData();
    form.set('file', new Blob([content]), name);
    for (const [field, value] of Object.entries(fields)) form.set(field, value);
    const response = await fetch(`${server.url}/v1/upload_file`, { method: 'POST', body: form, headers: { 'x-api-key': server.token } });
    return { status: response.status, body: await response.json() };
  };
  return { ...server, upload, folder: server.folder };
}

test('a file is kept privately under its own name, and deleted', async () => {
  const { upload, ask } = await world();
  const { status, body } = await upload('people.csv', 'name\nAda\n');
  expect(status).toBe(200);
  expect(Object.keys(body)).toEqual(Object.keys(recorded('upload').response.body));
  expect(body).toMatchObject({ file_id: expect.stringMatching(/^file_\d+$/), presigned_url: body.s3_uri, expires_at: null });
  const path = fileURLToPath(body.s3_uri);
  expect(path).toMatch(new RegExp(`${body.file_id}_people\\.csv$`));
  expect(readFileSync(path, 'utf8')).toBe('name\nAda\n');
  if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
  const deleted = await ask('DELETE', `/v1/files/${body.file_id}`);
  expect([deleted.status, existsSync(path)]).toEqual([204, false]);
  const again = await ask('DELETE', `/v1/files/${body.file_id}`);
  expect([again.status, again.body]).toEqual([404, { detail: `File ${body.file_id} not found` }]);
});

test.each(['../../evil.sh', '..\\..\\evil.sh', '/etc/passwd', '...', 'a\nb"c;d', `${'x'.repeat(500)}.txt`])(
  'the name %j leads nowhere',
  async (name) => {
    const { upload, folder } = await world();
    const { body } = await upload(name, 'x');
    expect(readdirSync(join(folder, 'uploads'))).toEqual([expect.stringMatching(/^file_\d+_[\w.-]{1,100}$/)]);
    expect(fileURLToPath(body.s3_uri)).toBe(join(folder, 'uploads', readdirSync(join(folder, 'uploads'))[0]!));
  },
);

test('a run is not given a file whose time is over, though nobody has removed it yet', async () => {
  const clock = manualClock({ auto: false });
  const models = { share: () => '', refusal: async () => null };
  const { upload, ask } = await world({ clock, models, defaultEngine: null });
  const { file_id } = (await upload('cv.txt', 'x', { retention_days: '1' })).body;
  const start = () => ask('POST', '/v1/run/tasks', { body: { prompt: 'complete', url: 'http://a/', file_ids: [file_id] } });
  expect((await start()).status).toBe(200); // twin
  await clock.advance(DAY_MS);
  expect(await start()).toMatchObject({ status: 404, body: { detail: `Uploaded file not found: ${file_id}` } });
});

test('a file with an end is gone after it, also when the server was away', async () => {
  const folder = tempFolder();
  const first = await world({ folder, clock: manualClock({ start: 0 }) });
  const { body } = await first.upload('a.txt', 'x', { retention_days: '5' });
  const kept = await first.upload('b.txt', 'x');
  expect(body.expires_at).toBe('1970-01-06T00:00:00');
  await first.stop();
  const before = await world({ folder, clock: manualClock({ start: 5 * DAY_MS - 1 }) });
  await before.upload('c.txt', 'x');
  expect(existsSync(fileURLToPath(body.s3_uri))).toBe(true);
  await before.stop();
  await world({ folder, clock: manualClock({ start: 5 * DAY_MS }) });
  while (existsSync(fileURLToPath(body.s3_uri))) await turn();
  expect(existsSync(fileURLToPath(kept.body.s3_uri))).toBe(true);
});

test("what is no file, too large or kept too long is refused in upstream's words", async () => {
  const { upload, ask, folder } = await world();
  const empty = await ask('POST', '/v1/upload_file', { body: {} });
  expect([empty.status, empty.body]).toEqual([422, recorded('upload-empty').response.body]);
  for (const days of ['0', '366', 'x']) {
    expect(await upload('a.txt', 'x', { retention_days: days })).toEqual({
      status: 422,
      body: recorded('upload-retention-bad').response.body,
    });
  }
  const large = await upload('a.bin', new Uint8Array(30 * 1024 * 1024 + 1));
  expect(large).toEqual({ status: 413, body: recorded('upload-31-mb').response.body });
  const broken = await ask('POST', '/v1/upload_file', { body: 'nothing', headers: { 'content-type': 'multipart/form-data; boundary=x' } });
  expect(broken.status).toBe(400);
  expect(existsSync(join(folder, 'uploads'))).toBe(false);
});
