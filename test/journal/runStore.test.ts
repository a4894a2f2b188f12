import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RunStore, shortLabel } from '../../src/journal/runStore.js';
import { isUlid, ulid, ulidTime } from '../../src/journal/ulid.js';
import { paths } from '../../src/paths.js';
import { manualClock, seededRandom } from '../support/clock.js';
import { testIo } from '../support/io.js';

function setup() {
  const io = testIo();
  const store = new RunStore({ paths: paths(io), owner: io, clock: manualClock(), random: seededRandom() });
  const folder = join(paths(io).state, 'runs');
  let count = 0;
  const remember = (run_id: string, cwd = '/a') => {
    store.remember({
      run_id,
      kind: 'task',
      base_url: 'https://one.example/',
      profile: 'default',
      local: false,
      cwd,
      label: 'Get the title',
    });
    utimesSync(join(folder, `${run_id}.json`), 1_000, 1_000 + ++count);
  };
  return { store, folder, remember };
}

test('an id finds its server again, and @last is the newest of this folder, else of all', () => {
  const { store, folder, remember } = setup();
  expect(store.last('/a')).toBeNull();
  remember('tsk_1', '/a');
  remember('wr_2', '/b');
  remember('tsk_v2_3', '/b');
  expect(store.find('tsk_1')).toMatchObject({ base_url: 'https://one.example/', profile: 'default' });
  expect([store.last('/a')?.run_id, store.last('/b')?.run_id, store.last('/c')?.run_id]).toEqual(['tsk_1', 'tsk_v2_3', 'tsk_v2_3']);
  expect(store.recent(2).map(({ run_id }) => run_id)).toEqual(['tsk_v2_3', 'wr_2']);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
});

test('ids are never paths, and files that are not ours are passed over', () => {
  const { store, folder, remember } = setup();
  remember('tsk_1');
  writeFileSync(join(folder, 'tsk_2.json'), '{"run_id":"tsk_2","ba');
  writeFileSync(join(folder, 'tsk_3.json'), '{"run_id":"tsk_9","base_url":"https://evil.example"}');
  expect([store.find('../runs/tsk_1'), store.find('tsk_2'), store.find('tsk_3')]).toEqual([null, null, null]);
  expect(store.recent(10).map(({ run_id }) => run_id)).toEqual(['tsk_1']);
  expect(() => remember('../x')).toThrow(TypeError);
});

test('the folder does not grow for ever: the oldest go', () => {
  const { store, folder, remember } = setup();
  remember('tsk_1');
  const text = readFileSync(join(folder, 'tsk_1.json'), 'utf8');
  for (let count = 2; count <= 1_100; count++) {
    writeFileSync(join(folder, `tsk_${count}.json`), text.replace('tsk_1', `tsk_${count}`));
    utimesSync(join(folder, `tsk_${count}.json`), 1_000, 1_000 + count);
  }
  store.remember({
    run_id: 'tsk_1101',
    kind: 'task',
    base_url: 'https://one.example/',
    profile: 'default',
    local: false,
    cwd: '/a',
    label: '',
  });
  expect(readdirSync(folder)).toHaveLength(1_000);
  expect([store.find('tsk_1'), store.find('tsk_101'), store.find('tsk_102')?.run_id, store.last('/a')?.run_id]).toEqual([
    null,
    null,
    'tsk_102',
    'tsk_1101',
  ]);
});

test('a label is one short line', () => {
  expect(shortLabel('  a\n\u001b[31mb\t c ')).toBe('a [31mb c');
  expect(shortLabel('x'.repeat(200))).toHaveLength(80);
});

test('a ULID sorts by time and gives it back', () => {
  const random = seededRandom();
  const ids = [0, 1, 31, 32, 1_768_910_400_000, 2 ** 48 - 1].map((time) => ulid(time, random));
  expect(ids.map(ulidTime)).toEqual([0, 1, 31, 32, 1_768_910_400_000, 2 ** 48 - 1]);
  expect([...ids].sort()).toEqual(ids);
  expect(ids.every(isUlid)).toBe(true);
});
