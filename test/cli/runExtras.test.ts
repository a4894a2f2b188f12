/** What runs are told, asked and checked: retry, continue, codes, webhooks again, pages, lists, expectations, queries. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { allPages } from '../../src/cli/pages.js';
import { fakeSkyvern } from '../support/fakeSkyvern.js';
import { tempFolder } from '../support/io.js';
import { skyvern } from '../support/skyvern.js';

describe('run retry', () => {
  test('starts a new run once, warns, and makes it the last one', async () => {
    const api = await fakeSkyvern();
    api.run('wr_1', { status: 'failed' });
    const { code, io } = await skyvern(api, 'run retry wr_1 --yes');
    expect(code).toBe(0);
    expect(io.stdout.text().trim()).toBe(api.started[0]);
    expect(io.stderr.text()).toContain('whatever wr_1 did is done again');
    expect(api.seen('POST /v1/workflows/runs/wr_1/retry')).toHaveLength(1);
    expect((await skyvern(api, 'run get @last --query run_id', { home: io.home })).io.stdout.text().trim()).toBe(`"${api.started[0]}"`);
  });

  test('a lost answer is not sent again: the run is looked for, and how to settle it is told', async () => {
    const api = await fakeSkyvern();
    api.run('wr_1', { status: 'failed' });
    api.on('POST /v1/workflows/runs/wr_1/retry', 'lost');
    const { code, io } = await skyvern(api, 'run retry wr_1 --yes');
    expect(api.seen('POST /v1/workflows/runs/wr_1/retry')).toHaveLength(1);
    expect(code).toBe(7); // no server says of which run another one is the retry
    expect(io.stderr.text()).toMatch(/`skyvern run recover --op \w+` looks again/);
  });

  test.each([
    ['without --yes and without a terminal', 'wr_1', { status: 'failed' }, 2, 'nobody is here to confirm'],
    ['of a task', 'tsk_1', { status: 'failed' }, 2, 'only workflow runs can be retried'],
    ['of a run that goes on', 'wr_1', { status: 'running' }, 9, 'only a run that has ended'],
    ['of a failed run that will start again by itself', 'wr_1', { status: 'failed', retry_pending: true }, 9, 'only a run that has ended'],
  ])('%s starts nothing', async (_, id, run, code, why) => {
    const api = await fakeSkyvern();
    api.run(id, run);
    const ran = await skyvern(api, `run retry ${id}`);
    expect(ran.code).toBe(code);
    expect(ran.io.stderr.text()).toContain(why);
    expect(api.started).toEqual([]);
  });
});

describe('run continue', () => {
  test('answers a paused run', async () => {
    const api = await fakeSkyvern();
    api.run('wr_1', { status: 'paused' });
    expect((await skyvern(api, 'run continue wr_1')).code).toBe(0);
    expect(api.seen('POST /v1/workflows/runs/wr_1/continue')).toHaveLength(1);
  });

  test('says of one that is not paused what it is, where the API says "not found"', async () => {
    const api = await fakeSkyvern();
    api.run('wr_1', { status: 'completed' });
    const { code, io } = await skyvern(api, 'run continue wr_1');
    expect([code, io.stderr.text()]).toEqual([9, expect.stringContaining('is completed')]);
  });
});

describe('run totp', () => {
  test.each([
    ['tsk_1', {}, { task_id: 'tsk_1' }],
    ['wr_1', {}, { workflow_run_id: 'wr_1' }],
    ['tsk_v2_1', { app_url: 'http://x/runs/wr_1' }, { workflow_run_id: 'wr_1' }],
  ])('the code of %s goes to that run alone, from standard input', async (id, fields, addressee) => {
    const api = await fakeSkyvern();
    api.run('wr_1');
    api.run(id, { ...fields, run_request: { totp_identifier: 'ada@example.com' } });
    const { code } = await skyvern(api, `run totp ${id} --code -`, { stdin: '123456\n' });
    expect(code).toBe(0);
    expect(api.seen('POST /v1/credentials/totp')[0]?.body).toEqual({ totp_identifier: 'ada@example.com', content: '123456', ...addressee });
  });

  test('typed on a terminal it is not shown', async () => {
    const api = await fakeSkyvern();
    api.run('tsk_1', { run_request: { totp_identifier: 'ada@example.com' } });
    const { code, io } = await skyvern(api, 'run totp tsk_1', { tty: true, stdin: '135790\n' });
    expect([code, api.resources.codes.map(({ content }) => content)]).toEqual([0, ['135790']]);
    expect(io.stdout.text() + io.stderr.text()).not.toContain('135790');
  });

  test('a code on the command line is refused, and not printed back', async () => {
    const api = await fakeSkyvern();
    const { code, io } = await skyvern(api, 'run totp tsk_1 --code 987654');
    expect(code).toBe(2);
    expect(io.stderr.text()).not.toContain('987654');
  });

  test('a run that waits for no code is told of', async () => {
    const api = await fakeSkyvern();
    api.run('tsk_1');
    expect((await skyvern(api, 'run totp tsk_1 --code -', { stdin: '1' })).code).toBe(9);
    expect((await skyvern(api, 'run totp tsk_1 --code - --identifier me', { stdin: '1' })).code).toBe(0);
  });
});

describe('run retry-webhook', () => {
  test('shows what the receiver said, and ends 3 when it did not take it', async () => {
    const api = await fakeSkyvern();
    api.run('tsk_1', { status: 'completed', run_request: { webhook_url: 'https://example.com/hook' } });
    const fine = await skyvern(api, 'run retry-webhook tsk_1');
    expect([fine.code, fine.io.stdout.lines()]).toEqual([0, ['https://example.com/hook\t200 after 12 ms', '{"received":true}']]);
    const body = { run_id: 'tsk_1', target_webhook_url: 'https://example.com/hook', status_code: 500, latency_ms: 3, response_body: 'no' };
    api.on('POST /v1/runs/tsk_1/retry_webhook', { body }, { body: { ...body, status_code: null, error: 'Connection refused' } });
    expect((await skyvern(api, 'run retry-webhook tsk_1')).code).toBe(3);
    const dead = await skyvern(api, 'run retry-webhook tsk_1');
    expect([dead.code, dead.io.stderr.text()]).toEqual([3, expect.stringContaining('Connection refused')]);
  });
});

describe('run open', () => {
  test('without a display it prints the address', async () => {
    const api = await fakeSkyvern();
    api.run('tsk_1');
    const { code, io } = await skyvern(api, 'run open tsk_1');
    expect([code, io.stdout.text()]).toEqual([0, 'http://localhost:8080/runs/tsk_1\n']);
  });

  test.skipIf(process.platform !== 'linux')('with one it hands the address to xdg-open, as one argument', async () => {
    const api = await fakeSkyvern();
    api.run('tsk_1', { app_url: 'http://localhost:8080/runs/tsk_1?a=$(id)&b=;x' });
    const bin = tempFolder();
    writeFileSync(join(bin, 'xdg-open'), `#!/bin/sh\nprintf '%s|' "$@" > ${bin}/asked.tmp && mv ${bin}/asked.tmp ${bin}/asked\n`);
    chmodSync(join(bin, 'xdg-open'), 0o755);
    const { io } = await skyvern(api, 'run open tsk_1', { env: { DISPLAY: ':0', PATH: `${bin}:${process.env['PATH']}` } });
    expect(io.stdout.text()).toContain('opened http');
    await expect.poll(() => existsSync(join(bin, 'asked'))).toBe(true);
    expect(readFileSync(join(bin, 'asked'), 'utf8')).toBe('http://localhost:8080/runs/tsk_1?a=$(id)&b=;x|');
  });

  test.each([null, 'javascript:alert(1)', 'file:///etc/passwd'])('%s is no page', async (url) => {
    const api = await fakeSkyvern();
    api.run('tsk_1', { app_url: url });
    const { code, io } = await skyvern(api, 'run open tsk_1', { env: { DISPLAY: ':0' } });
    expect([code, io.stderr.text()]).toEqual([5, expect.stringContaining('skyvern run report tsk_1 --open')]);
  });
});

describe('task login and task download', () => {
  test('login sends what names the credential, once', async () => {
    const api = await fakeSkyvern();
    api.resources.credentials.push({ credential_id: 'cred_1', name: 'Shop', credential_type: 'password', credential: {} });
    const { code, io } = await skyvern(api, 'task login --url https://example.com/in --credential-id cred_1 --max-screenshot-scrolls 2');
    expect([code, io.stdout.text().trim()]).toEqual([0, api.started[0]]);
    expect(api.seen('POST /v1/run/tasks/login').map(({ body }) => body)).toEqual([
      { credential_type: 'skyvern', credential_id: 'cred_1', url: 'https://example.com/in', max_screenshot_scrolling_times: 2 },
    ]);
  });

  test.each([
    ['no credential', 'task login', 'no credential to log in with'],
    ['half of one', 'task login --bitwarden-item-id i', 'needs --bitwarden-collection-id'],
    ['two', 'task login --credential-id c --onepassword-item-id i', 'skyvern and 1password'],
  ])('login with %s sends nothing', async (_, line, why) => {
    const api = await fakeSkyvern();
    const { code, io } = await skyvern(api, line);
    expect([code, io.stderr.text(), api.requests]).toEqual([2, expect.stringContaining(why), []]);
  });

  test('download sends the goal, and waits when asked', async () => {
    const api = await fakeSkyvern();
    api.scriptStarts({ status: 'completed', output: { files: 1 } });
    const { code, io } = await skyvern(api, ['task', 'download', '--prompt', 'Get it', '--download-timeout', '5', '--wait']);
    expect([code, io.stdout.text()]).toEqual([0, '{"files":1}\n']);
    expect(api.seen('POST /v1/run/tasks/download_files')[0]?.body).toEqual({ navigation_goal: 'Get it', download_timeout: 5 });
  });
});

describe('expectations end 15 and say which one did not hold', () => {
  const schema = JSON.stringify({ type: 'object', required: ['price'], properties: { price: { type: 'number' } } });
  const lines = (flags: string[]) => [
    ['run', 'watch', 'tsk_1', ...flags],
    ['run', 'wait', 'tsk_1', ...flags],
  ];

  test.each([
    ['an assertion that holds', ['--assert', 'price > `10`'], 0, ''],
    ['one that does not', ['--assert', 'price > `100`'], 15, '--assert price > `100` does not hold'],
    ['the second of two', ['--assert', 'price', '--assert', 'missing'], 15, '--assert missing does not hold'],
    ['a schema that fits', ['--output-schema', schema], 0, ''],
    ['one that does not', ['--output-schema', '{"type":"array"}'], 15, '--output-schema: output must be array'],
  ])('%s', async (_, flags, code, why) => {
    const api = await fakeSkyvern();
    api.run('tsk_1', { status: 'completed', output: { price: 12 } });
    for (const line of lines(flags)) {
      const ran = await skyvern(api, line);
      expect([line[1], ran.code]).toEqual([line[1], code]);
      expect(ran.io.stderr.text()).toContain(why);
    }
    const watched = await skyvern(api, ['run', 'watch', 'tsk_1', '--json', ...flags]);
    expect(watched.code).toBe(code);
    expect(JSON.parse(watched.io.stdout.text())).toMatchObject({ run_id: 'tsk_1' });
    const events = (await skyvern(api, ['run', 'watch', 'tsk_1', '--output', 'ndjson', ...flags])).io.stdout.json();
    expect(events.at(-1)).toMatchObject({ type: 'result', exit_code: code });
  });

  test('the output is printed all the same, and a run that failed keeps its own code', async () => {
    const api = await fakeSkyvern();
    api.run('tsk_1', { status: 'completed', output: { price: 12 } });
    expect((await skyvern(api, ['run', 'watch', 'tsk_1', '--assert', 'no', '-q'])).io.stdout.text()).toBe('{"price":12}\n');
    api.run('tsk_2', { status: 'failed' });
    expect((await skyvern(api, ['run', 'watch', 'tsk_2', '--assert', 'no'])).code).toBe(10);
    const both = await skyvern(api, ['run', 'wait', 'tsk_1', 'tsk_2', '--assert', 'no', '--json']);
    expect([both.code, JSON.parse(both.io.stdout.text()).map((each: { exit_code: number }) => each.exit_code)]).toEqual([10, [15, 10]]);
  });

  test.each([
    ['an expression that cannot be read', ['--wait', '--assert', 'a ==']],
    ['a schema that is none', ['--wait', '--output-schema', '{"type":7}']],
    ['expectations of a start that is not waited for', ['--assert', 'a']],
  ])('%s is told before anything is started', async (_, flags) => {
    const api = await fakeSkyvern();
    expect((await skyvern(api, ['task', 'run', '--prompt', 'x', ...flags])).code).toBe(2);
    expect(api.started).toEqual([]);
  });
});

describe('--query and --columns', () => {
  test.each([
    [['run', 'get', 'tsk_1', '--query', 'output.title'], '"A"\n'],
    [['run', 'list', '--query', '[].run_id'], '["tsk_1"]\n'],
    [['run', 'watch', 'tsk_1', '--query', 'status'], '"completed"\n'],
    [['run', 'get', 'tsk_1', '--query', 'nothing.there'], 'null\n'],
    [['exit-codes', '--query', '[?code==`15`].name'], '["notMet"]\n'],
    [['run', 'list', '--columns', 'status,run,workflow_deleted'], 'completed\ttsk_1\tfalse\n'],
  ])('%j', async (line, printed) => {
    const api = await fakeSkyvern();
    api.run('tsk_1', { status: 'completed', output: { title: 'A' } });
    const { code, io } = await skyvern(api, line);
    expect([code, io.stdout.text()]).toEqual([0, printed]);
  });

  test.each([
    [['run', 'get', 'tsk_1', '--query', 'a['], 'cannot be read: Syntax error'],
    [['run', 'list', '--columns', 'run,colour'], 'no column "colour"'],
    [['run', 'get', 'tsk_1', '--query', 'run_id', '--output', 'plain'], 'two kinds of output'],
  ])('%j ends 2', async (line, why) => {
    const api = await fakeSkyvern();
    api.run('tsk_1');
    const { code, io } = await skyvern(api, line);
    expect([code, io.stderr.text()]).toEqual([2, expect.stringContaining(why)]);
  });
});

describe('run list and run get, many at once', () => {
  test('--all reads every page, --since stops at the first that is too old, --tag goes to the server', async () => {
    const api = await fakeSkyvern();
    for (let number = 0; number < 230; number++) api.run(`tsk_${number}`);
    const ids = (await skyvern(api, 'run list --all')).io.stdout.lines().map((line) => line.split('\t')[0]);
    expect(ids).toEqual(Array.from({ length: 230 }, (_, index) => `tsk_${229 - index}`));
    expect((await skyvern(api, 'run list --all --since 2026-01-20T11:53:00Z --query length(@)')).io.stdout.text()).toBe('168\n');
    await skyvern(api, 'run list --tag team:garden prod');
    expect(api.seen('GET /v1/runs').at(-1)?.query.getAll('tags')).toEqual(['team:garden', 'prod']);
  });

  test.each([
    ['a pipe', 'run list --all', {}, /^(?:tsk_\d+\t.*\n){100}$/],
    ['a terminal, under one head', 'run list --all', { tty: 'output' }, /^RUN +STATUS.*\n(?:tsk_\d+ .*\n){100}$/],
    ['JSON, which is one document or none', 'run list --all --json', {}, /^$/],
  ] as const)('--all prints each page as it comes, to %s', async (_, line, options, printed) => {
    const api = await fakeSkyvern();
    for (let number = 0; number < 230; number++) api.run(`tsk_${number}`);
    // What is on the screen when the second page does not come.
    api.on('GET /v1/runs', 'pass', { status: 403, body: { detail: 'Invalid credentials' } });
    const { code, io } = await skyvern(api, line, options);
    expect(code).toBe(4);
    expect(io.stdout.text()).toMatch(printed);
  });

  test('on a terminal the pages are one table: the head once, columns below each other', async () => {
    const api = await fakeSkyvern();
    for (let number = 0; number < 230; number++) api.run(`tsk_${number}`);
    const lines = (await skyvern(api, 'run list --all', { tty: 'output' })).io.stdout.lines();
    expect([lines.length, lines.filter((row) => row.startsWith('RUN')).length]).toEqual([231, 1]);
    expect(new Set(lines.slice(1).map((row) => row.search(/ \w/)))).toEqual(new Set([lines[0]?.search(/ \w/)]));
  });

  test.each([
    ['run list --status cancelled', 'Did you mean canceled?'],
    ['run list --status compleetd', 'Did you mean completed?'],
    ['run watch --status runing', 'Did you mean running?'],
    ['workflow runs wpid_1 --status done', 'Did you mean completed?'],
    ['run list --status running,hibernating', 'created, queued, running, paused, completed, failed, terminated, canceled, timed_out'],
  ])('a status that is none is no list without runs: %s ends 2', async (line, says) => {
    const api = await fakeSkyvern();
    const { code, io } = await skyvern(api, line);
    expect([code, io.stderr.text()]).toEqual([2, expect.stringContaining(says)]);
    expect(io.stderr.text()).toContain('`skyvern api GET /v1/runs -f status=WORD`');
    expect(api.requests).toEqual([]);
  });

  test('statuses are given apart or with commas; a newer word goes by the raw call', async () => {
    const api = await fakeSkyvern();
    for (const line of ['run list --status running paused', 'run list --status running,paused', 'run list -s running -s paused'])
      expect((await skyvern(api, line)).code, line).toBe(0);
    await skyvern(api, 'api GET /v1/runs -f status=hibernating');
    const asked = api.seen('GET /v1/runs').map(({ query }) => query.getAll('status'));
    expect(asked).toEqual([...Array(3).fill(['running', 'paused']), ['hibernating']]);
  });

  test('get of several is a table; what cannot be read is told, and decides the code', async () => {
    const api = await fakeSkyvern();
    api.run('tsk_1', { status: 'completed' });
    api.run('wr_1', { status: 'failed', failure_reason: 'login wall' });
    const { code, io } = await skyvern(api, 'run get tsk_1 wr_1 tsk_9');
    expect(code).toBe(5);
    expect(io.stdout.lines().map((line) => line.split('\t').slice(0, 2))).toEqual([
      ['tsk_1', 'completed'],
      ['wr_1', 'failed'],
    ]);
    expect(io.stderr.text()).toContain('tsk_9');
    const json = await skyvern(api, 'run get tsk_1 wr_1 tsk_9 --json');
    expect(JSON.parse(json.io.stdout.text())).toMatchObject([
      { run_id: 'tsk_1' },
      { run_id: 'wr_1' },
      { run_id: 'tsk_9', error: { exit_code: 5 } },
    ]);
    expect((await skyvern(api, 'run get tsk_1 wr_1 --exit-status')).code).toBe(10);
    expect((await skyvern(api, `run get ${Array.from({ length: 101 }, (_, each) => `tsk_${each}`).join(' ')}`)).code).toBe(2);
  });
});

describe('F31 paging while the list moves', () => {
  const collect = async (pages: AsyncGenerator<number, boolean>) => {
    const all: number[] = [];
    for await (const each of pages) all.push(each);
    return all;
  };
  const paging = (list: number[], change: () => void, leaving: boolean) =>
    allPages({
      page: async (number) => {
        const items = list.slice((number - 1) * 5, number * 5);
        change();
        return items;
      },
      pageSize: 5,
      lastPage: 100,
      leaving,
      idOf: String,
    });

  test('new ones at the front repeat nothing', async () => {
    const list = Array.from({ length: 22 }, (_, index) => 100 - index);
    let next = 101;
    const all = await collect(paging(list, () => void list.unshift(next++), false));
    expect(new Set(all).size).toBe(all.length);
    expect(all).toEqual(expect.arrayContaining(Array.from({ length: 22 }, (_, index) => 100 - index)));
  });

  test('ones that leave make no hole', async () => {
    const list = Array.from({ length: 40 }, (_, index) => index);
    const left = new Set<number>();
    const all = await collect(
      paging(
        list,
        () => {
          const gone = list.shift();
          if (gone !== undefined) left.add(gone);
        },
        true,
      ),
    );
    const stayed = Array.from({ length: 40 }, (_, index) => index).filter((each) => !left.has(each));
    expect(all).toEqual(expect.arrayContaining(stayed));
    expect(new Set(all).size).toBe(all.length);
  });

  test('F32 a list that the server does not give to its end is not complete', async () => {
    const pages = allPages({ page: async () => [1, 2], pageSize: 2, lastPage: 3, leaving: false, idOf: String });
    let last = await pages.next();
    while (!last.done) last = await pages.next();
    expect(last.value).toBe(false);
  });
});
