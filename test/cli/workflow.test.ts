/** The workflow commands, against a loopback server that answers as the real one does. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../support/clock.js';
import { type FakeSkyvern, fakeSkyvern, type Json } from '../support/fakeSkyvern.js';
import { tempFolder } from '../support/io.js';
import { skyvern } from '../support/skyvern.js';

const PARAMETERS = [
  { parameter_type: 'workflow', key: 'city', workflow_parameter_type: 'string' },
  { parameter_type: 'workflow', key: 'days', workflow_parameter_type: 'integer', default_value: 3 },
  { parameter_type: 'workflow', key: 'options', workflow_parameter_type: 'json', default_value: {} },
];
const WAIT = { block_type: 'wait', label: 'pause', wait_sec: 1 };
const DEFINITION = { title: 'Weather', workflow_definition: { parameters: PARAMETERS, blocks: [WAIT] } };
const YAML = `title: Weather
workflow_definition:
  parameters:
    - {parameter_type: workflow, key: city, workflow_parameter_type: string}
  blocks:
    - {block_type: wait, label: pause, wait_sec: 1}
`;

const bodies = (api: FakeSkyvern, route: string): Json[] => api.seen(route).map(({ body }) => body as Json);

async function withWorkflow(): Promise<FakeSkyvern> {
  const api = await fakeSkyvern();
  api.workflow('wpid_1', DEFINITION);
  return api;
}

function file(text: string, name = 'weather.yaml'): string {
  const path = join(tempFolder(), name);
  writeFileSync(path, text);
  return path;
}

describe('workflow run', () => {
  test('types the parameters by the definition, and leaves the proxy to the workflow', async () => {
    const api = await withWorkflow();
    const { io, code } = await skyvern(api, [
      'workflow',
      'run',
      'wpid_1',
      '--param',
      'city=Oslo',
      '--param',
      'days=5',
      '--param',
      'options={"a":[1]}',
    ]);
    expect(code).toBe(0);
    expect(io.stdout.text()).toMatch(/^wr_\d+\n$/);
    expect(bodies(api, 'POST /v1/run/workflows')).toEqual([
      {
        workflow_id: 'wpid_1',
        proxy_location: null,
        parameters: { city: 'Oslo', days: 5, options: { a: [1] } },
        run_metadata: { 'cli-op': expect.stringMatching(/^[0-9A-Z]{26}$/) },
      },
    ]);
  });

  test.each([
    ['a missing one', [], 'the parameter city (string) is missing'],
    ['an unknown one', ['--param', 'citty=Oslo'], 'the workflow has no parameter citty (did you mean city?)'],
    ['one of another type', ['--param', 'city=Oslo', '--param', 'days=many'], 'the parameter days is a whole number, not "many"'],
    ['one of another type in JSON', ['--params', '{"city":"Oslo","days":1.5}'], 'the parameter days is a whole number, not 1.5'],
    ['one without a value', ['--param', 'city'], 'It is a key and a value: key=value.'],
  ])('names %s, and sends nothing', async (_, flags, message) => {
    const api = await withWorkflow();
    const { io, code } = await skyvern(api, ['workflow', 'run', 'wpid_1', ...flags]);
    expect(code).toBe(2);
    expect(io.stderr.text()).toContain(message);
    expect(api.requests.filter(({ method }) => method === 'POST')).toEqual([]);
  });

  test('every field of the API is a flag', async () => {
    const values: Record<string, [string[], unknown]> = {
      proxy_location: [['--proxy-location', '{"country":"DE"}'], { country: 'DE' }],
      webhook_url: [['--webhook-url', 'https://hook.example/x'], 'https://hook.example/x'],
      totp_url: [['--totp-url', 'https://totp.example/'], 'https://totp.example/'],
      totp_identifier: [['--totp-identifier', 'me'], 'me'],
      browser_session_id: [['--browser-session-id', 'pbs_1'], 'pbs_1'],
      browser_profile_id: [['--browser-profile-id', 'bp_1'], 'bp_1'],
      browser_address: [['--browser-address', 'http://127.0.0.1:9222'], 'http://127.0.0.1:9222'],
      browser_type: [['--browser-type', 'chrome'], 'chrome'],
      start_fresh_browser: [['--start-fresh-browser'], true],
      reuse_browser_session: [['--no-reuse-browser-session'], false],
      max_screenshot_scrolls: [['--max-screenshot-scrolls', '2'], 2],
      max_elapsed_time_minutes: [['--max-elapsed-time-minutes', '30'], 30],
      extra_http_headers: [['--extra-http-headers', '{"x-a":"1"}'], { 'x-a': '1' }],
      cdp_connect_headers: [['--cdp-connect-headers', '{"x-b":"2"}'], { 'x-b': '2' }],
      run_with: [['--run-with', 'code'], 'code'],
      ai_fallback: [['--no-ai-fallback'], false],
      run_metadata: [['--run-metadata', '{"team":"garden"}'], { team: 'garden', 'cli-op': expect.any(String) }],
      file_ids: [
        ['--file-id', 'file_1', 'file_2'],
        ['file_1', 'file_2'],
      ],
      title: [['--title', 'T'], 'T'],
    };
    const api = await withWorkflow();
    const flags = Object.values(values).flatMap(([each]) => each);
    const { code } = await skyvern(api, ['workflow', 'run', 'wpid_1', '--param', 'city=Oslo', '--max-steps', '7', ...flags]);
    expect(code).toBe(0);
    const [request] = api.seen('POST /v1/run/workflows');
    expect(request?.body).toEqual({
      workflow_id: 'wpid_1',
      parameters: { city: 'Oslo' },
      ...Object.fromEntries(Object.entries(values).map(([name, [, value]]) => [name, value])),
    });
    expect(request?.headers['x-max-steps-override']).toBe('7');
  });

  test('--body holds the rest, and flags go before it', async () => {
    const api = await withWorkflow();
    const body = {
      workflow_id: 'wpid_1',
      parameters: { city: 'Oslo', days: 1 },
      run_with: 'code',
      ai_fallback: false,
      brand_new: 1,
      proxy_location: 'NONE',
    };
    const { code } = await skyvern(api, ['workflow', 'run', '--body', JSON.stringify(body), '--param', 'days=2', '--run-with', 'agent']);
    expect(code).toBe(0);
    expect(bodies(api, 'POST /v1/run/workflows')[0]).toMatchObject({
      ...body,
      parameters: { city: 'Oslo', days: 2 },
      run_with: 'agent',
    });
  });

  test('with all 20 tags given, none is added', async () => {
    const api = await withWorkflow();
    const tags = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`k${index}`, 'v']));
    await skyvern(api, ['workflow', 'run', 'wpid_1', '--param', 'city=Oslo', '--run-metadata', JSON.stringify(tags)]);
    expect(bodies(api, 'POST /v1/run/workflows')[0]!['run_metadata']).toEqual(tags);
  });

  test('--wait ends by the verdict of the run', async () => {
    const api = await withWorkflow();
    api.scriptStarts({}, { status: 'running' }, { status: 'terminated', failure_reason: 'no such city' });
    const { io, code } = await skyvern(api, ['workflow', 'run', 'wpid_1', '--param', 'city=Atlantis', '--wait']);
    expect(code).toBe(11);
    expect(io.stderr.text()).toContain('no such city');
  });

  test.each([
    ['an unknown workflow', ['wpid_404'], 5],
    ['a version of one', ['w_1'], 2],
    ['nothing', [], 2],
    ['an id and a file', ['wpid_1', '-f', 'x.yaml'], 2],
    ['a file that is not there', ['-f', 'nowhere.yaml'], 2],
  ])('%s', async (_, args, code) => {
    const api = await withWorkflow();
    expect((await skyvern(api, ['workflow', 'run', ...args])).code).toBe(code);
    expect(api.started).toEqual([]);
  });

  test('the page of a workflow names it, too', async () => {
    const api = await withWorkflow();
    const { code } = await skyvern(api, ['workflow', 'run', 'https://app.skyvern.com/workflows/wpid_1/runs', '-P', 'city=Oslo']);
    expect(code).toBe(0);
  });
});

describe('workflow run -f', () => {
  test('makes the workflow once, and changes it when the file says something else', async () => {
    const api = await fakeSkyvern();
    const [machine, path] = [{ home: tempFolder(), random: seededRandom() }, file(YAML)];
    const run = () => skyvern(api, ['workflow', 'run', '-f', path, '-P', 'city=Oslo'], machine);
    const first = await run();
    expect(first.code).toBe(0);
    const [id] = /wpid_\d+/.exec(first.io.stderr.text()) as RegExpExecArray;
    expect(first.io.stderr.text()).toContain(`created ${id}`);
    expect((await run()).io.stderr.text()).toBe(''); // nothing changed: nothing is made, nothing is said
    writeFileSync(path, YAML.replace('wait_sec: 1', 'wait_sec: 2'));
    expect((await run()).io.stderr.text()).toBe(`updated ${id} to version 2\n`);
    expect(bodies(api, 'POST /v1/workflows')).toHaveLength(1);
    expect(bodies(api, `POST /v1/workflows/${id}`)).toHaveLength(1);
    expect(bodies(api, 'POST /v1/run/workflows').map((body) => body['workflow_id'])).toEqual([id, id, id]);
  });

  test('overwrites nothing that somebody else changed, unless told so', async () => {
    const api = await fakeSkyvern();
    const [machine, path] = [{ home: tempFolder(), random: seededRandom() }, file(YAML)];
    await skyvern(api, ['workflow', 'run', '-f', path, '-P', 'city=Oslo'], machine);
    const id = String(bodies(api, 'POST /v1/run/workflows')[0]!['workflow_id']);
    api.workflow(id, { ...DEFINITION, title: 'Changed in the browser' });
    const refused = await skyvern(api, ['workflow', 'run', '-f', path, '-P', 'city=Oslo'], machine);
    expect([refused.code, api.started.length]).toEqual([9, 1]);
    expect(refused.io.stderr.text()).toContain(`skyvern workflow diff ${id} -f`);
    const forced = await skyvern(api, ['workflow', 'run', '-f', path, '-P', 'city=Oslo', '--force'], machine);
    expect([forced.code, api.workflows.find(id)['title']]).toEqual([0, 'Weather']);
  });

  test('a file that names its workflow is that one on every machine', async () => {
    const api = await withWorkflow();
    const path = file(`workflow_permanent_id: wpid_1\n${YAML}`);
    const { code } = await skyvern(api, ['workflow', 'run', '-f', path, '-P', 'city=Oslo']);
    expect([code, api.workflows.find('wpid_1')['version']]).toEqual([0, 2]);
    expect(bodies(api, 'POST /v1/workflows/wpid_1')[0]!['json_definition']).not.toHaveProperty('workflow_permanent_id');
  });

  test('checks the parameters before it makes anything', async () => {
    const api = await fakeSkyvern();
    const { code } = await skyvern(api, ['workflow', 'run', '-f', file(YAML)]);
    expect([code, api.requests]).toEqual([2, []]);
  });

  test('what was made is deleted meanwhile: it is made anew', async () => {
    const api = await fakeSkyvern();
    const [machine, path] = [{ home: tempFolder(), random: seededRandom() }, file(YAML)];
    const run = () => skyvern(api, ['workflow', 'run', '-f', path, '-P', 'city=Oslo'], machine);
    await run();
    await skyvern(api, ['workflow', 'delete', String(bodies(api, 'POST /v1/run/workflows')[0]!['workflow_id']), '--yes'], machine);
    const { code, io } = await run();
    expect(code).toBe(0);
    expect(io.stderr.text()).toMatch(/is gone: it is made anew\ncreated wpid_/);
  });
});

describe('a workflow at the server', () => {
  test('get prints a definition that can be sent back, and what is sent back changes nothing', async () => {
    const api = await withWorkflow();
    const got = await skyvern(api, 'workflow get wpid_1');
    const path = file(got.io.stdout.text());
    expect((await skyvern(api, ['workflow', 'validate', path])).code).toBe(0);
    const { io } = await skyvern(api, ['workflow', 'update', '-f', path]);
    expect(io.stdout.text()).toBe('wpid_1\tunchanged, version 1\n');
    expect(api.seen('POST /v1/workflows/wpid_1')).toEqual([]);
    expect(JSON.parse((await skyvern(api, 'workflow get wpid_1 --json --definition')).io.stdout.text())).toMatchObject({
      workflow_permanent_id: 'wpid_1',
      workflow_definition: { blocks: [WAIT] },
    });
  });

  test('create sends a key, so that a lost answer makes no second one', async () => {
    const api = await fakeSkyvern();
    api.on('POST /v1/workflows', 'lost');
    const { code, io } = await skyvern(api, ['workflow', 'create', '-f', file(YAML)]);
    expect(code).toBe(0);
    const seen = api.seen('POST /v1/workflows');
    expect(new Set(seen.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(seen).toHaveLength(2);
    expect((await skyvern(api, 'workflow list')).io.stdout.text()).toContain(io.stdout.text().trim());
    expect((await skyvern(api, 'workflow list')).io.stdout.lines()).toHaveLength(1);
  });

  test('create makes no second one of a file that is one already', async () => {
    const api = await fakeSkyvern();
    const { code, io } = await skyvern(api, ['workflow', 'create', '-f', file(`workflow_permanent_id: wpid_1\n${YAML}`)]);
    expect([code, api.requests]).toEqual([2, []]);
    expect(io.stderr.text()).toContain('skyvern workflow update -f');
  });

  test('what does not look right is not sent, but for --no-check', async () => {
    const api = await fakeSkyvern();
    const path = file(YAML.replace('wait_sec: 1', 'wait_sec: 0'));
    const refused = await skyvern(api, ['workflow', 'create', '-f', path]);
    expect([refused.code, api.requests]).toEqual([2, []]);
    expect(refused.io.stderr.text()).toContain(`${path}:6:50: error: wait_sec is between 1 and 1800 seconds, not 0\n`);
    expect((await skyvern(api, ['workflow', 'create', '-f', path, '--no-check'])).code).toBe(0);
  });

  test('diff shows what an update would change, and update does that', async () => {
    const api = await withWorkflow();
    const path = file(
      JSON.stringify({ ...DEFINITION, title: 'Rain', workflow_definition: { parameters: PARAMETERS, blocks: [{ ...WAIT, wait_sec: 2 }] } }),
      'w.json',
    );
    const { io } = await skyvern(api, ['workflow', 'diff', 'wpid_1', '-f', path]);
    expect(io.stdout.text()).toBe('~ title: "Weather" -> "Rain"\n~ blocks.pause.wait_sec: 1 -> 2\n');
    expect(JSON.parse((await skyvern(api, ['workflow', 'diff', 'wpid_1', '-f', path, '--json'])).io.stdout.text())).toHaveLength(2);
    expect((await skyvern(api, ['workflow', 'update', 'wpid_1', '-f', path])).io.stdout.text()).toBe('wpid_1\tversion 2\n');
    expect((await skyvern(api, ['workflow', 'diff', 'wpid_1', '-f', path])).io.stdout.text()).toBe('');
    expect((await skyvern(api, 'workflow diff wpid_1 --from 1 --to 2')).io.stdout.lines()).toHaveLength(2);
    expect((await skyvern(api, 'workflow get wpid_1 --version 1')).io.stdout.text()).toContain('title: Weather');
  });

  test('delete asks, and needs --yes without a terminal', async () => {
    const api = await withWorkflow();
    const { code, io } = await skyvern(api, 'workflow delete wpid_1');
    expect([code, api.seen('POST /v1/workflows/wpid_1/delete')]).toEqual([2, []]);
    expect(io.stderr.text()).toContain('--yes');
    expect((await skyvern(api, 'workflow delete wpid_1 --yes')).io.stdout.text()).toBe('wpid_1\tdeleted\n');
    expect((await skyvern(api, 'workflow delete wpid_1 --yes')).code).toBe(5);
  });

  test.each(['get', 'versions', 'runs', 'delete --yes'])(
    '%s of an unknown one is 5, also where the API answers an empty list',
    async (command) => {
      const [name, ...flags] = command.split(' ') as [string, ...string[]];
      expect((await skyvern(await fakeSkyvern(), ['workflow', name, 'wpid_404', ...flags])).code).toBe(5);
    },
  );

  test('list and runs read as many pages as they need', async () => {
    const api = await withWorkflow();
    for (let index = 2; index <= 130; index++) api.workflow(`wpid_${index}`, { title: `Number ${index}` });
    for (let index = 1; index <= 120; index++) api.run(`wr_${index}`, { run_request: { workflow_id: 'wpid_1' }, status: 'completed' });
    const count = async (line: string) => (await skyvern(api, line)).io.stdout.lines().length;
    expect(await count('workflow list')).toBe(20);
    expect(await count('workflow list --all')).toBe(130);
    expect(await count('workflow list --limit 110')).toBe(110);
    expect(await count('workflow list --search weather')).toBe(1);
    expect(await count('workflow runs wpid_1 --all')).toBe(120);
    expect(await count('workflow runs wpid_1 -n 3')).toBe(3);
  });
});

describe('workflow validate', () => {
  test('is offline, and names line and column', async () => {
    const api = await fakeSkyvern();
    const path = file(YAML.replace('key: city', 'key: current_date'));
    const { code, io } = await skyvern(api, ['workflow', 'validate', path]);
    expect(code).toBe(2);
    expect(io.stdout.text()).toBe(`${path}:4:39: error: the key current_date is reserved: templates know it as something else\n`);
    const json = await skyvern(api, ['workflow', 'validate', path, '--json']);
    expect(JSON.parse(json.io.stdout.text())).toEqual({
      file: path,
      valid: false,
      findings: [
        {
          severity: 'error',
          path: 'workflow_definition.parameters.0.key',
          message: 'the key current_date is reserved: templates know it as something else',
          line: 4,
          column: 39,
        },
      ],
    });
    expect(JSON.parse(json.io.stderr.lines().at(-1) as string)).toMatchObject({ code: 'invalid_definition', exit_code: 2 });
    expect(api.requests).toEqual([]);
  });

  test.each([
    ['YAML that is fine', YAML, 0],
    ['JSON that is fine', JSON.stringify(DEFINITION), 0],
    ['a warning alone', YAML.replace('title: Weather', 'title: Weather\ncolour: blue'), 0],
    ['what is no YAML', 'title: [', 2],
  ])('%s', async (_, text, code) => {
    expect((await skyvern(await fakeSkyvern(), ['workflow', 'validate', file(text)])).code).toBe(code);
  });

  test('hostile text reaches no terminal', async () => {
    const path = file(`title: T\nworkflow_definition: {parameters: [], blocks: [{block_type: wait, wait_sec: 1, label: "\\e]0;x\\a"}]}`);
    const { io } = await skyvern(await fakeSkyvern(), ['workflow', 'validate', path], { tty: true });
    expect(io.stdout.text() + io.stderr.text()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(readFileSync(path, 'utf8')).toContain('\\e');
  });
});
