// Every command, as a person or a script would type it, against a running server. What is made here is deleted here.
import { createHmac } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { json, must, text } from './program.js';

/** Commands that are not tried, and why. */
export const NOT_TRIED = {
  simulate: 'is a server itself, for pipelines to be tested against',
  demo: 'is the embedded server: its own tests start it with a real browser',
  'local start': 'is the embedded server, not this one',
  'local stop': 'is the embedded server, not this one',
  'local status': 'is the embedded server, not this one',
  'local logs': 'is the embedded server, not this one',
  'local env': 'is the embedded server, not this one',
  'local prune': 'is the embedded server, not this one',
};

const definition = (title, blocks, parameters = [], more = {}) => ({ title, workflow_definition: { parameters, blocks, ...more } });
const parameter = (key, type, value) => ({
  ...{ parameter_type: 'workflow', key, workflow_parameter_type: type },
  ...(value !== undefined && { default_value: value }),
});

/**
 * @param {ReturnType<import('./program.js').program>} program
 * @param {{home: string, pages: string | undefined, apiKey: string, mark: string}} world `mark` is in every name that is made
 */
export async function commands(program, world) {
  await withoutServer(program, world);
  await account(program, world);
  await resources(program, world);
  await workflows(program, world);
  if (world.pages === undefined) return;
  await tasks(program, world);
  await runsOfWorkflows(program, world);
  await webhooks(program, world);
}

async function withoutServer({ step }, { home }) {
  await step(['exit-codes', '--json'], { check: (got) => must(json(got).length > 10, 'no table') });
  await step(['capabilities', '--query', 'commands[].path'], { check: (got) => must(json(got).includes('run get'), 'no run get') });
  for (const shell of ['bash', 'zsh', 'fish', 'pwsh']) await step(['completion', shell]);
  await step(['config', 'path']);
  await step(['config', 'set', 'output', 'plain']);
  await step(['config', 'get', 'output'], { check: (got) => must(text(got) === 'plain', 'another value') });
  await step(['config', 'unset', 'output']);
  await step(['config', 'list', '--json']);
  await step(['config', 'use']);
  const file = join(home, 'wrong.yaml');
  writeFileSync(file, 'title: x\nworkflow_definition:\n  blocks:\n    - { block_type: nothing, label: a }\n');
  await step(['workflow', 'validate', file], { code: 2 });
  await step(['schedule', 'next', '--cron', '30 2 * * *', '--timezone', 'Europe/Berlin']);
}

async function account({ step }, { apiKey }) {
  await step(['doctor', '--json'], {
    check: (got) => must(json(got).find((each) => each.check === 'key')?.status === 'ok', 'the key is not ok'),
  });
  await step(['auth', 'status', '--json'], { check: (got) => must(json(got).organization_id, 'no organization') });
  await step(['auth', 'login', '--api-key-file', '-'], { input: apiKey });
  await step(['auth', 'logout']);
  await step(['run', 'list', '-n', '5', '--json'], { check: (got) => must(Array.isArray(json(got)), 'no list') });
  await step(['run', 'list', '--status', 'done'], { code: 2 });
  await step(['api', 'GET', '/v1/runs', '-f', 'status=done'], { code: 9 });
  await step(['run', 'get', 'tsk_404'], { code: 5 });
  await step(['run', 'timeline', 'wr_404'], { code: 5 });
  await step(['run', 'download', 'wr_404'], { code: 5 });
  await step(['api', 'GET', '/v1/version', '--query', 'version']);
  await step(['api', 'GET', '/v1/runs', '--paginate', '--query', 'length(@)']);
}

async function resources({ step }, { home, mark }) {
  const session = text((await step(['browser', 'session', 'create', '--minutes', '5'])) ?? { stdout: '' });
  await step(['browser', 'session', 'get', session, '--json'], { check: (got) => must(json(got).timeout === 5, 'another time') });
  await step(['browser', 'session', 'list'], { check: ({ stdout }) => must(stdout.includes(session), 'not listed') });
  await step(['browser', 'session', 'close', session]);
  await step(['browser', 'session', 'get', 'pbs_404'], { code: 5 });
  const profile = text(
    (await step(['browser', 'profile', 'create', `profile ${mark}`, '--description', 'for conformance'])) ?? { stdout: '' },
  );
  await step(['browser', 'profile', 'create', `profile ${mark}`], { code: 9 });
  await step(['browser', 'profile', 'get', profile]);
  await step(['browser', 'profile', 'list', '--search', mark], { check: ({ stdout }) => must(stdout.includes(profile), 'not listed') });
  await step(['browser', 'profile', 'delete', profile, '--yes']);

  const name = `credential ${mark}`;
  const credential = text(
    (await step(['credential', 'create', '--name', name, '--username', 'ada', '--password', '-'], { input: 'correct horse\n' })) ?? {
      stdout: '',
    },
  );
  await step(['credential', 'get', credential, '--query', 'credential.username'], {
    check: (got) => must(json(got) === 'ada', 'another name'),
  });
  await step(['credential', 'list', '--search', mark], { check: ({ stdout }) => must(stdout.includes(credential), 'not listed') });
  await step(['credential', 'list', '--page', '1', '--limit', '1', '--json'], { check: (got) => must(json(got).length === 1, 'not one') });
  await step(['credential', 'delete', credential, '--yes']);
  await step(['credential', 'get', credential], { code: 5 });

  const file = join(home, 'people.csv');
  writeFileSync(file, 'name\nAda\n');
  await step(['upload', file, '--retention-days', '1', '--json'], { check: (got) => must(json(got).file_id, 'no id') });
}

async function workflows({ step, rows }, { home, mark }) {
  const file = join(home, 'shop.json');
  const shop = definition(
    `shop ${mark}`,
    [{ block_type: 'wait', label: 'rest', wait_sec: 1 }],
    [parameter('city', 'string', 'Oslo'), parameter('days', 'integer')],
  );
  writeFileSync(file, JSON.stringify(shop));
  await step(['workflow', 'validate', file]);
  const wpid = text((await step(['workflow', 'create', '-f', file])) ?? { stdout: '' });
  await step(['workflow', 'list', '--search', mark], { check: ({ stdout }) => must(stdout.includes(wpid), 'not listed') });
  await step(['workflow', 'list', '--page', '1', '-n', '1', '--only-workflows', '--json'], {
    check: (got) => must(json(got).length === 1, 'not one'),
  });
  const copy = join(home, 'copy.json');
  await step(['workflow', 'get', wpid, '--definition-file', copy]);
  await step(['workflow', 'diff', wpid, '-f', copy], { check: ({ stdout }) => must(!/^[+-]/m.test(stdout), 'what was read differs') });
  writeFileSync(file, JSON.stringify({ ...shop, description: 'changed' }));
  await step(['workflow', 'update', wpid, '-f', file, '--json'], { check: (got) => must(json(got).version === 2, 'no new version') });
  await step(['workflow', 'versions', wpid], { check: ({ stdout }) => must(stdout.trim().split('\n').length === 2, 'not two') });
  await step(['workflow', 'diff', wpid, '--from', '1', '--to', '2']);
  await step(['workflow', 'run', wpid, '--param', 'days=many'], { code: 2 });
  await step(['workflow', 'get', 'wpid_404'], { code: 5 });

  const create = ['schedule', 'create', wpid, '--timezone', 'Europe/Berlin', '--param', 'days=3'];
  const schedule = text((await step([...create, '--cron', '30 6 * * 1-5', '--name', mark])) ?? { stdout: '' });
  await step(['schedule', 'get', schedule, '--query', 'schedule.parameters.days'], {
    check: (got) => must(json(got) === 3, 'not the number 3'),
  });
  await step(['schedule', 'list', '--workflow', wpid], { check: ({ stdout }) => must(stdout.includes(schedule), 'not listed') });
  await step(['schedule', 'list', '--search', mark, '--page', '1']);
  await step(['schedule', 'next', schedule, '-n', '3'], {
    check: ({ stdout }) => must(stdout.trim().split('\n').length >= 3, 'not three'),
  });
  await step(['schedule', 'update', schedule, '--every', '6h', '--name', `${mark} often`]);
  await step(['schedule', 'get', schedule, '--query', 'schedule.[interval_seconds, parameters.days]'], {
    check: (got) => must(json(got).join() === '21600,3', 'not merged'),
  });
  await step(['schedule', 'disable', schedule]);
  await step(['schedule', 'enable', schedule]);
  await step(['schedule', 'cancel', schedule], { code: 9 });
  await step(['schedule', 'runs', schedule]);
  const once = text((await step([...create, '--at', '2030-01-01T09:00'])) ?? { stdout: '' });
  await step(['schedule', 'cancel', once]);
  await step(['schedule', 'create', wpid, '--cron', '* * * * *', '--timezone', 'UTC', '--param', 'days=1'], { code: 2 });
  await step(['schedule', 'trigger', schedule, '--wait', '--timeout', '3m']);
  await step(['workflow', 'runs', wpid, '--json'], { check: (got) => must(json(got).length === 1, 'not one run') });
  await step(['schedule', 'delete', schedule, '--yes']);
  await step(['schedule', 'get', schedule], { code: 5 });
  await step(['workflow', 'delete', wpid, '--yes']);
  return rows;
}

async function tasks({ step }, { home, pages, mark }) {
  const list = `${pages}/pages/list.html`;
  const task = (prompt, ...more) => ['task', 'run', '--url', list, '--prompt', prompt, '--timeout', '3m', ...more];
  const recording = join(home, 'recording.ndjson');
  const done = await step(
    task('Open the first item [[click:Watering can]] [[done:Add to basket]]', '--wait', '--json', '--record', recording),
    {
      check: (got) => must(json(got).status === 'completed', 'not completed'),
    },
  );
  const id = done.code === 0 ? json(done).run_id : undefined;
  await step(['run', 'replay', recording, '--speed', 'max']);
  await step(['run', 'get', id, '--exit-status']);
  await step(['run', 'watch', '@last', '--output', 'ndjson'], {
    check: ({ stdout }) => {
      const events = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      must(events.at(-1).type === 'result' && events.some(({ type }) => type === 'action'), 'no action, or no result');
    },
  });
  await step(['run', 'tail', id]);
  await step(['run', 'timeline', id], { check: ({ stdout }) => must(/click/.test(stdout), 'no click') });
  await step(['run', 'wait', id, '--json']);
  await step(['run', 'output', id]);
  await step(['run', 'open', id, '--print']);
  const page = join(home, 'report.html');
  await step(['run', 'report', id, '-o', page], { check: () => must(/<html/.test(readFileSync(page, 'utf8')), 'no page') });
  await step(['run', 'artifacts', id], { check: ({ stdout }) => must(/screenshot/.test(stdout), 'no screenshot') });
  const folder = join(home, 'files');
  mkdirSync(folder);
  await step(['run', 'download', id, '--dir', folder, '--screenshots'], {
    check: () =>
      must(
        readdirSync(folder, { recursive: true }).some((name) => /\.png$/.test(name)),
        'no file',
      ),
  });
  await step(['run', 'cancel', id, '--json'], { check: (got) => must(json(got).changed === false, 'an ended run changed') });
  await step(task('Find it [[terminate:There is no such item]]', '--wait'), { code: 11 });
  await step(task('Wait [[never]]', '--max-steps', '1', '--wait'), { code: 10 });
  const slow = text(await step(task('Take your time [[delay:20000]]', '--run-key', mark, '--totp-identifier', mark)));
  await step(task('Take your time [[delay:20000]]', '--run-key', mark, '--totp-identifier', mark), {
    check: (got) => must(text(got) === slow, 'a second run'),
  });
  await step(['run', 'totp', slow, '--code', '-'], { input: '123456\n' });
  await step(['run', 'watch', slow, '--timeout', '2s'], { code: 124 });
  await step(['run', 'cancel', slow, '--wait', '--json'], { check: (got) => must(json(got).status === 'canceled', 'not canceled') });
  await step(['run', 'watch', slow], { code: 12 });
  await step(task('Read the shop [[plan:extract]]', '--engine', 'skyvern-2.0', '--wait', '--json', '--assert', '@'), {
    check: (got) => must(json(got).output, 'no output'),
  });
  await step(task('Read the title', '--fence', '--wait'));
  await step(['task', 'run', '--prompt', 'x', '--engine', 'skyvern_v2'], { code: 9 });
  const rows = join(home, 'rows.csv');
  writeFileSync(rows, 'name\nWatering can\n');
  const template = 'Open the item [[click:{{name}}]] [[done:Add to basket]]';
  await step(['task', 'batch', '--prompt-template', template, '--url', list, '--input', rows, '--timeout', '3m'], {
    check: (got) => must(json(got).status === 'completed', 'not completed'),
  });
  await step(['run', 'recover', '--json'], { check: (got) => must(json(got).length === 0, 'a start is unsettled') });

  const stored = ['credential', 'create', '--name', `log in ${mark}`, '--username', 'ada', '--password', '-'];
  const credential = text(await step(stored, { input: 'correct horse' }));
  const login = ['task', 'login', '--url', `${pages}/pages/login.html`, '--credential-id', credential, '--prompt', 'Sign in'];
  await step([...login, '--wait', '--timeout', '3m']);
  await step(['credential', 'delete', credential, '--yes']);
  const download = [
    'task',
    'download',
    '--url',
    `${pages}/pages/account.html`,
    '--prompt',
    'Download the report',
    '--download-timeout',
    '5',
  ];
  await step([...download, '--wait', '--timeout', '3m']);
}

async function runsOfWorkflows({ step }, { home, mark }) {
  const file = join(home, 'run.json');
  const run = (...more) => ['workflow', 'run', '-f', file, '--timeout', '3m', ...more];
  const made = [];
  const write = (name, ...rest) => writeFileSync(file, JSON.stringify(definition(`${name} ${mark}`, ...rest)));
  const id = (got) => (got?.stdout.startsWith('{') ? json(got).run_id : undefined);
  const remember = async () =>
    made.push(...json(await step(['workflow', 'list', '--search', mark, '--query', '[].workflow_permanent_id'])));

  write(
    'codes',
    [{ block_type: 'code', label: 'sum', parameter_keys: ['days'], code: 'return {"days": days}' }],
    [parameter('days', 'integer')],
  );
  await step(run('--param', 'days=3', '--wait', '--json'), {
    check: (got) => must(JSON.stringify(json(got).output).includes('3'), 'not the number'),
  });
  await step(run('--param', 'days=4', '--fence', '--wait'));
  const codes = json(await step(['workflow', 'list', '--search', mark, '--query', '[0].workflow_permanent_id']));
  const days = join(home, 'days.csv');
  writeFileSync(days, 'days\n5\n');
  await step(['workflow', 'batch', codes, '--input', days, '--timeout', '3m'], {
    check: (got) => must(json(got).status === 'completed', 'not completed'),
  });
  write('fails', [{ block_type: 'code', label: 'boom', code: 'raise Exception("boom")' }]);
  const failed = id(await step(run('--wait', '--json'), { code: 10 }));
  await step(['run', 'retry', failed, '--yes', '--wait', '--timeout', '3m'], { code: 10 });
  await step(['run', 'timeline', failed], { check: ({ stdout }) => must(stdout.includes('boom'), 'no block') });
  const ask = {
    block_type: 'human_interaction',
    label: 'ask',
    instructions: 'Is this right?',
    positive_descriptor: 'Yes',
    negative_descriptor: 'No',
  };
  const mail = { recipients: ['ada@example.com'], sender: 'shop@example.com', subject: 'Look', body: 'Look', timeout_seconds: 300 };
  write('asks', [
    { ...ask, ...mail },
    { block_type: 'code', label: 'after', code: 'return {"went_on": True}' },
  ]);
  const paused = id(await step(run('--wait', '--on-pause', 'fail', '--json'), { code: 14 }));
  await step(['run', 'continue', paused]);
  await step(['run', 'wait', paused, '--timeout', '3m']);
  await remember();
  for (const wpid of new Set(made)) await step(['workflow', 'delete', wpid, '--yes']);
}

async function webhooks({ step, begin, note }, { home, pages, apiKey }) {
  const listener = begin(['webhook', 'listen', '--port', '0', '--count', '3', '--json', '--timeout', '3m']);
  const [, address] = await listener.said(/(http:\/\/[\w.:[\]]+)/).catch(() => []);
  const hook = `${address}/`;
  await step(['webhook', 'test', hook]);
  const started = await step([
    'task',
    'run',
    '--url',
    `${pages}/pages/list.html`,
    '--prompt',
    'Read the title',
    '--webhook-url',
    hook,
    '--wait',
    '--timeout',
    '3m',
    '--json',
  ]);
  await step(['run', 'retry-webhook', started.code === 0 ? json(started).run_id : undefined, '--json'], {
    check: (got) => must(json(got).status_code === 200, 'the receiver was not reached'),
  });
  const { code, stdout, stderr } = await listener.ended;
  const heard = stdout.trim().split('\n').length;
  note(
    ['webhook', 'listen', '--count', '3'],
    code === 0 ? 'passed' : 'FAILED',
    code === 0 ? '' : `exit ${code}, heard ${heard}: ${stderr.slice(-200)}`,
  );
  const body = join(home, 'body.json');
  writeFileSync(body, '{"run_id":"tsk_1"}');
  const signature = createHmac('sha256', apiKey).update(readFileSync(body)).digest('hex');
  await step(['webhook', 'verify', '--signature', signature, body]);
  await step(['webhook', 'verify', '--signature', signature.replace(/^./, (digit) => (digit === '0' ? '1' : '0')), body], { code: 16 });
}
