import { describe, expect, test } from 'vitest';
import { taskRequest } from '../../src/cli/commands/task/run.js';
import { isUnattended, withAttendance } from '../../src/cli/guards.js';
import { allowedHosts, risks } from '../../src/cli/parsers.js';
import { originsOfHost } from '../../src/protocol/allowedHost.js';
import { fakeSkyvern } from '../support/fakeSkyvern.js';
import { testIo } from '../support/io.js';
import { skyvern } from '../support/skyvern.js';

test.each<[string, readonly string[] | null]>([
  ['localhost:3000', ['http://localhost:3000']],
  ['intranet.example', ['http://intranet.example', 'https://intranet.example']],
  ['https://10.0.0.5:8443/', ['https://10.0.0.5:8443']],
  ['[::1]:8080', ['http://[::1]:8080']],
  ['fd00::1', ['http://[fd00::1]', 'https://[fd00::1]']],
  ['127.1:80', ['http://127.0.0.1']],
  ['http://a.example/admin', null],
  ['user@a.example', null],
  ['*.example', null],
  ['a.example:99999', null],
  ['a b', null],
  ['', null],
])('--allow-host %j means the origins %j', (text, origins) => {
  expect(originsOfHost(text)).toEqual(origins);
});

test('flags become fields of the request', () => {
  const flags = { allowHost: allowedHosts('b.example', allowedHosts('a.example')), confirm: risks('pay, send') };
  expect(taskRequest('x', flags, {})).toEqual({ prompt: 'x', allow_hosts: ['a.example', 'b.example'], confirm: ['pay', 'send'] });
  expect(risks('all')).toEqual(['pay', 'delete', 'send']);
});

test.each([
  ['a person at a terminal', true, {}, undefined, false],
  ['a person who wants pauses to fail', true, {}, 'fail' as const, true],
  ['CI with a terminal', true, { CI: 'true' }, undefined, true],
  ['a pipe', false, {}, undefined, true],
])('whether nobody can be asked: %s', (_, isTTY, env, onPause, unattended) => {
  const stderr = Object.assign(testIo().stderr, { isTTY });
  expect(isUnattended({ env, stderr }, onPause)).toBe(unattended);
});

test.each<[string, object, boolean, boolean]>([
  ['a model may ask, and the start says that nobody is there', {}, true, true],
  ['rules ask nobody', { engine: 'rules' }, true, false],
  ['rules ask for what is to be confirmed', { engine: 'rules', confirm: ['pay'] }, true, true],
  ['another server has no such field', {}, false, false],
])('in CI: %s', (_, body, local, said) => {
  const io = testIo({ CI: 'true' });
  expect(withAttendance(io, { local }, body)).toEqual(said ? { ...body, unattended: true } : body);
});

describe('on another server', () => {
  const STARTS = [
    'task run --prompt x',
    'task login --url https://a.example --credential-id cred_1',
    'task download --url https://a.example --prompt x',
    'task batch --input rows.csv --prompt-template x',
  ];
  const FLAGS = ['--confirm all', '--allow-host localhost:3000', '--max-cost 1', '--headed', '--browser-path /bin/true'];
  test.each(STARTS.flatMap((start) => FLAGS.map((flag) => [flag, start])))(
    '%s of %j is refused, and nothing is sent',
    async (flag, start) => {
      const api = await fakeSkyvern();
      const { code, io } = await skyvern(api, `${start} ${flag}`);
      expect(code).toBe(2);
      expect(io.stderr.text()).toContain(`${flag.split(' ')[0]} works only on the embedded server`);
      expect(api.requests).toEqual([]);
    },
  );
});
