/** `run download` and `run artifacts` against a server whose files are cut, mislabelled, changed, or not what it says. */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type FakeSkyvern, fakeSkyvern } from '../../support/fakeSkyvern.js';
import { skyvern } from '../../support/skyvern.js';
import { zip } from '../../support/zip.js';

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');
const csv = 'name,price\nWatering can,12\n'.repeat(400);

async function withRun(): Promise<FakeSkyvern> {
  const api = await fakeSkyvern();
  api.run('tsk_1', { status: 'completed' });
  return api;
}

/** The folder that a run goes to by default: named after it, in the folder of the call. */
const listing = (home: string) => readdirSync(join(home, 'tsk_1')).sort();
const manifest = (home: string) => JSON.parse(readFileSync(join(home, 'tsk_1', 'manifest.json'), 'utf8'));

/** Headers, and only the beginning of what they announce. */
const cut = (bytes: Buffer, whole: number, from = 0) =>
  Buffer.concat([
    Buffer.from(
      from === 0
        ? `HTTP/1.1 200 OK\r\ncontent-length: ${whole}\r\ncontent-type: text/csv\r\n\r\n`
        : `HTTP/1.1 206 Partial Content\r\ncontent-range: bytes ${from}-${whole - 1}/${whole}\r\ncontent-length: ${whole - from}\r\n\r\n`,
    ),
    bytes,
  ]);

describe('run artifacts', () => {
  test('lists them, by type when asked, and an unknown run ends 5 although the API answers with an empty list', async () => {
    const api = await withRun();
    api.artifact('tsk_1', { artifact_type: 'screenshot_final', content: PNG });
    api.artifact('tsk_1', { artifact_type: 'recording', content: 'x' });
    const all = await skyvern(api, 'run artifacts tsk_1');
    expect(all.io.stdout.lines().map((line) => line.split('\t')[1])).toEqual(['screenshot_final', 'recording']);
    const some = await skyvern(api, 'run artifacts tsk_1 --type recording --json');
    expect(JSON.parse(some.io.stdout.text())).toMatchObject([{ artifact_type: 'recording' }]);
    expect((await skyvern(api, 'run artifacts tsk_2')).code).toBe(5);
  });

  test('the files of an engine 2.0 task are those of its inner run', async () => {
    const api = await fakeSkyvern();
    api.run('tsk_v2_1', { status: 'completed', app_url: 'http://localhost:8080/runs/wr_7' });
    api.artifact('wr_7', { artifact_type: 'recording', content: 'x' });
    expect((await skyvern(api, 'run artifacts tsk_v2_1')).io.stdout.lines()).toHaveLength(1);
  });
});

describe('run download', () => {
  test('A35 brings every file into a private folder named after the run, with a manifest', async () => {
    const api = await withRun();
    api.artifact('tsk_1', { artifact_type: 'download', content: csv, checksum: sha256(csv), uri: 'file:///srv/x/prices.csv' });
    api.artifact('tsk_1', { artifact_type: 'screenshot_final', content: PNG });
    api.artifact('tsk_1', {
      artifact_type: 'recording',
      content: Buffer.from('000000206674797069736f6d', 'hex'),
      uri: 'file:///srv/r.webm',
    });
    const { code, io } = await skyvern(api, 'run download tsk_1');
    expect(code).toBe(0);
    expect(listing(io.home)).toEqual(['manifest.json', 'prices.csv', 'recording.mp4', 'screenshot_final.png']);
    expect(io.stdout.lines()).toEqual(['tsk_1/prices.csv', 'tsk_1/screenshot_final.png', 'tsk_1/recording.mp4']);
    expect(readFileSync(join(io.home, 'tsk_1/prices.csv'), 'utf8')).toBe(csv);
    expect(statSync(join(io.home, 'tsk_1')).mode & 0o777).toBe(0o700);
    expect(statSync(join(io.home, 'tsk_1/prices.csv')).mode & 0o777).toBe(0o600);
    expect(manifest(io.home)).toMatchObject({
      run_id: 'tsk_1',
      files: [{ original_name: 'prices.csv', checked: 'sha256', sha256: sha256(csv) }, { checked: 'size' }, { original_name: 'r.webm' }],
    });
  });

  test.each([
    ['--recording', ['recording']],
    ['--screenshots', ['screenshot_action-1.png', 'screenshot_action-2.png']],
    ['--files', ['a.txt']],
    ['--type recording --files', ['a.txt', 'recording']],
  ])('%s brings only those', async (flags, names) => {
    const api = await withRun();
    api.artifact('tsk_1', { artifact_type: 'screenshot_action', content: PNG });
    api.artifact('tsk_1', { artifact_type: 'recording', content: Buffer.from([0, 1]) });
    api.artifact('tsk_1', { artifact_type: 'download', content: 'abc', uri: 'file:///a.txt' });
    api.artifact('tsk_1', { artifact_type: 'screenshot_action', content: PNG });
    const { io } = await skyvern(api, `run download tsk_1 ${flags}`);
    expect(listing(io.home)).toEqual(['manifest.json', ...names].sort());
  });

  test('F38 a cut is gone on from where it happened, within one call and by the next', async () => {
    const api = await withRun();
    const bytes = Buffer.from(csv);
    api.artifact('tsk_1', { artifact_id: 'a_1', artifact_type: 'download', content: csv, checksum: sha256(csv), uri: 'file:///p.csv' });
    const route = 'GET /v1/artifacts/a_1/content';
    api.on(
      route,
      { raw: cut(bytes.subarray(0, 1000), bytes.length) },
      { raw: cut(Buffer.alloc(0), bytes.length, 1000) },
      { raw: '' },
      { raw: '' },
    );
    const first = await skyvern(api, 'run download tsk_1');
    expect(first.code).toBe(3);
    expect(listing(first.io.home)).toEqual([expect.stringMatching(/^a_1-[0-9a-f]{8}\.part$/)]);

    const second = await skyvern(api, 'run download tsk_1', { home: first.io.home });
    expect(second.code).toBe(0);
    expect(api.seen(route).map(({ headers }) => headers.range)).toEqual([
      undefined,
      'bytes=1000-',
      'bytes=1000-',
      'bytes=1000-',
      'bytes=1000-',
    ]);
    expect(readFileSync(join(first.io.home, 'tsk_1/p.csv'), 'utf8')).toBe(csv);
    expect(listing(first.io.home)).toEqual(['manifest.json', 'p.csv']);
  });

  test('F39 a link that has expired in the middle does not matter: each piece is asked for by the id of the file', async () => {
    const api = await withRun();
    const signed = `${api.url}/signed/p.csv?sig=abc`;
    const file = { artifact_id: 'a_1', artifact_type: 'download', content: csv, checksum: sha256(csv), uri: 'file:///p.csv' };
    api.artifact('tsk_1', { ...file, signed_url: signed });
    const route = 'GET /v1/artifacts/a_1/content';
    // What a server that passes the link's own refusal on says in the middle of it, and then has a fresh one.
    api.on(route, { raw: cut(Buffer.from(csv).subarray(0, 1000), csv.length) }, { status: 503, body: '{"detail":"link expired"}' });
    const { code, io } = await skyvern(api, 'run download tsk_1');
    expect(code).toBe(0);
    expect(readFileSync(join(io.home, 'tsk_1/p.csv'), 'utf8')).toBe(csv);
    expect(api.requests.filter(({ path }) => path.startsWith('/signed'))).toEqual([]);
    expect(api.seen(route).map(({ headers }) => headers.range)).toEqual([undefined, 'bytes=1000-', 'bytes=1000-']);
  });

  test('F40 a server that cannot begin in the middle sends all of it anew', async () => {
    const api = await withRun();
    const bytes = Buffer.from(csv);
    api.artifact('tsk_1', { artifact_id: 'a_1', artifact_type: 'download', content: csv, checksum: sha256(csv), uri: 'file:///p.csv' });
    api.on('GET /v1/artifacts/a_1/content', { raw: cut(bytes.subarray(0, 1000), bytes.length) }, { body: bytes });
    const { code, io } = await skyvern(api, 'run download tsk_1');
    expect(code).toBe(0);
    expect(readFileSync(join(io.home, 'tsk_1/p.csv'), 'utf8')).toBe(csv);
  });

  test('a second call brings nothing that is here already, and brings back what was changed', async () => {
    const api = await withRun();
    api.artifact('tsk_1', { artifact_id: 'a_1', artifact_type: 'download', content: 'one', uri: 'file:///1.txt' });
    api.artifact('tsk_1', { artifact_id: 'a_2', artifact_type: 'download', content: 'two', uri: 'file:///2.txt' });
    const { io } = await skyvern(api, 'run download tsk_1');
    writeFileSync(join(io.home, 'tsk_1/2.txt'), 'edited');
    const again = await skyvern(api, 'run download tsk_1 --json', { home: io.home });
    expect(JSON.parse(again.io.stdout.text()).files).toMatchObject([
      { file: '1.txt', status: 'kept' },
      { file: '2-2.txt', status: 'new' },
    ]);
    expect(api.seen('GET /v1/artifacts/a_1/content')).toHaveLength(1);
    expect(readFileSync(join(io.home, 'tsk_1/2.txt'), 'utf8')).toBe('edited');
  });

  test.each([
    ['checksum', { checksum: sha256('other') }],
    ['size', { file_size: 2 }],
  ])('A37 a wrong %s: the file is kept as .bad, the others come, and it ends 16', async (_, fields) => {
    const api = await withRun();
    api.artifact('tsk_1', { artifact_type: 'download', content: 'abc', uri: 'file:///a.txt', ...fields });
    api.artifact('tsk_1', { artifact_type: 'download', content: 'fine', uri: 'file:///b.txt' });
    const { code, io } = await skyvern(api, 'run download tsk_1');
    expect(code).toBe(16);
    expect(listing(io.home)).toEqual(['a.txt.bad', 'b.txt', 'manifest.json']);
    expect(io.stdout.lines()).toEqual(['tsk_1/b.txt']);
    expect(io.stderr.text()).toContain('is kept as a.txt.bad');
  });

  test('F40 a recording that was replaced while we fetched it is fetched anew', async () => {
    const api = await withRun();
    api.artifact('tsk_1', { artifact_id: 'a_1', artifact_type: 'recording', content: 'the later one', file_size: 3, modified_at: 'early' });
    api.on('GET /v1/artifacts/a_1', { body: { artifact_id: 'a_1', artifact_type: 'recording', file_size: 13, modified_at: 'late' } });
    const { code, io } = await skyvern(api, 'run download tsk_1');
    expect(code).toBe(0);
    expect(listing(io.home)).toEqual(['manifest.json', 'recording.txt']);
  });

  test('a whole archive in place of a picture: the member named bundle_key is taken, and the archive fetched once', async () => {
    const api = await withRun();
    const archive = zip(
      { name: 'other.png', content: Buffer.from('no') },
      { name: 's0.png', content: PNG },
      { name: 's1.png', content: PNG },
    );
    for (const key of ['s0.png', 's1.png']) {
      api.artifact('tsk_1', {
        artifact_id: `a_${key[1]}`,
        artifact_type: 'screenshot_action',
        content: archive,
        bundle_key: key,
        uri: 'file:///z.zip',
        file_size: null,
      });
    }
    const { code, io } = await skyvern(api, 'run download tsk_1');
    expect(code).toBe(0);
    expect(listing(io.home)).toEqual(['manifest.json', 'screenshot_action-1.png', 'screenshot_action-2.png']);
    expect(readFileSync(join(io.home, 'tsk_1/screenshot_action-1.png'))).toEqual(PNG);
    expect(api.requests.filter(({ path }) => path.endsWith('/content'))).toHaveLength(1);
  });

  test.each([
    ['a bomb', zip({ name: 's0.png', content: Buffer.alloc(5_000_000) }), 'unpacks to too much'],
    ['a lie about the size', zip({ name: 's0.png', content: Buffer.alloc(50_000), fullSize: 20 }), 'not whole'],
    ['a wrong checksum', zip({ name: 's0.png', content: PNG, checksum: 7 }), 'not what its checksum says'],
    ['a link', zip({ name: 's0.png', content: Buffer.from('/etc/passwd'), mode: 0o120777 }), 'is a link'],
    ['no such member', zip({ name: '../s0.png', content: PNG }), 'has no "s0.png"'],
    ['a broken archive', Buffer.from('PK\u0003\u0004 nonsense'), 'no directory'],
  ])('A36 %s in an archive is refused with 16', async (_, content, why) => {
    const api = await withRun();
    api.artifact('tsk_1', { artifact_type: 'screenshot_action', content, bundle_key: 's0.png', file_size: null });
    const { code, io } = await skyvern(api, 'run download tsk_1');
    expect(code).toBe(16);
    expect(io.stderr.text()).toContain(why);
    expect(listing(io.home)).toEqual(['manifest.json']);
  });

  test('A33 names of pages stay in the folder and never meet', async () => {
    const api = await withRun();
    for (const name of ['../../.bashrc', 'manifest.json', 'A.txt', 'a.txt', '..%2f..%2fevil', 'CON']) {
      api.artifact('tsk_1', { artifact_type: 'download', content: `of ${name}`, uri: `file:///srv/${name}` });
    }
    const { code, io } = await skyvern(api, 'run download tsk_1');
    expect(code).toBe(0);
    expect(listing(io.home)).toEqual(['A.txt', '_CON.txt', 'a-2.txt', 'bashrc.txt', 'evil.txt', 'manifest-2.json', 'manifest.json']);
    expect(existsSync(join(io.home, '.bashrc'))).toBe(false);
  });

  test.each(['link', 'hard link', 'folder'])('A34 a %s that lies where a file goes is not followed and not replaced: 16', async (kind) => {
    const api = await withRun();
    api.artifact('tsk_1', { artifact_type: 'download', content: 'abc', uri: 'file:///a.txt' });
    const { io } = await skyvern(api, 'run list');
    const [victim, trap] = [join(io.home, 'victim'), join(io.home, 'tsk_1/a.txt')];
    writeFileSync(victim, 'precious');
    mkdirSync(join(io.home, 'tsk_1'));
    if (kind === 'link') symlinkSync(victim, trap);
    else if (kind === 'hard link') linkSync(victim, trap);
    else mkdirSync(trap);
    const { code } = await skyvern(api, 'run download tsk_1', { home: io.home });
    expect(code).toBe(16);
    expect(readFileSync(victim, 'utf8')).toBe('precious');
    expect(lstatSync(trap).isSymbolicLink()).toBe(kind === 'link');
  });

  test('A34 a folder that is a link is not gone into', async () => {
    const api = await withRun();
    const { io } = await skyvern(api, 'run list');
    mkdirSync(join(io.home, 'elsewhere'));
    symlinkSync(join(io.home, 'elsewhere'), join(io.home, 'tsk_1'));
    expect((await skyvern(api, 'run download tsk_1', { home: io.home })).code).toBe(16);
    expect(readdirSync(join(io.home, 'elsewhere'))).toEqual([]);
  });

  test("a plain file of the user's own is left alone", async () => {
    const api = await withRun();
    api.artifact('tsk_1', { artifact_type: 'download', content: 'abc', uri: 'file:///a.txt' });
    const { io } = await skyvern(api, 'run list');
    mkdirSync(join(io.home, 'tsk_1'));
    writeFileSync(join(io.home, 'tsk_1/a.txt'), 'mine');
    chmodSync(join(io.home, 'tsk_1/a.txt'), 0o644);
    expect((await skyvern(api, 'run download tsk_1', { home: io.home })).code).toBe(0);
    expect(readFileSync(join(io.home, 'tsk_1/a.txt'), 'utf8')).toBe('mine');
    expect(readFileSync(join(io.home, 'tsk_1/a-2.txt'), 'utf8')).toBe('abc');
  });

  test('A38 an endless body and a file over --max-size end where the limit is', async () => {
    const api = await withRun();
    api.artifact('tsk_1', { artifact_id: 'a_1', artifact_type: 'download', content: 'x'.repeat(2000), uri: 'file:///a.txt' });
    api.on(
      'GET /v1/artifacts/a_1/content',
      { raw: Buffer.from(`HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n${'x'.repeat(5000)}`) },
      'pass',
    );
    for (const _ of ['without a length', 'with one']) {
      const { code, io } = await skyvern(api, 'run download tsk_1 --max-size 1kb');
      expect(code).toBe(9);
      expect(io.stderr.text()).toContain('larger than');
      expect(listing(io.home).filter((name) => name.endsWith('.txt'))).toEqual([]);
    }
  });

  test('A16 A17 links in the answers lead nowhere: one origin is asked, and the key goes nowhere else', async () => {
    const asked: string[] = [];
    const elsewhere = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end();
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void elsewhere.close());
    await new Promise((resolve) => elsewhere.once('listening', resolve));
    const { port } = elsewhere.address() as AddressInfo;
    const api = await withRun();
    api.artifact('tsk_1', {
      artifact_id: 'a_1',
      artifact_type: 'recording',
      content: 'abc',
      signed_url: `http://127.0.0.1:${port}/steal`,
      uri: `http://127.0.0.1:${port}/x.mp4`,
    });
    expect((await skyvern(api, 'run download tsk_1')).code).toBe(0);
    api.on('GET /v1/artifacts/a_1/content', { redirect: `http://127.0.0.1:${port}/steal` });
    expect((await skyvern(api, 'run download tsk_1')).code).toBe(16);
    expect(asked).toEqual([]);
  });
});
