/** One run, one exit code: whatever shows it, whether it was seen live or had ended, alone or among others. */
import { expect, test } from 'vitest';
import { fakeSkyvern, type Json } from '../support/fakeSkyvern.js';
import { skyvern } from '../support/skyvern.js';

interface End {
  readonly name: string;
  /** How the run is in the end. */
  readonly fields: Json;
  readonly flags?: readonly string[];
  readonly code: number;
}

const ENDS: readonly End[] = [
  { name: 'completed', fields: { status: 'completed', output: { n: 1 } }, code: 0 },
  { name: 'failed', fields: { status: 'failed', failure_reason: 'login wall' }, code: 10 },
  { name: 'terminated', fields: { status: 'terminated', failure_reason: 'no such item' }, code: 11 },
  { name: 'canceled', fields: { status: 'canceled', output: { n: 1 } }, code: 12 },
  { name: 'timed_out', fields: { status: 'timed_out' }, code: 13 },
  { name: 'paused, when that is a failure', fields: { status: 'paused' }, flags: ['--on-pause', 'fail'], code: 14 },
  {
    name: 'completed with another output than asserted',
    fields: { status: 'completed', output: { n: 1 } },
    flags: ['--assert', 'n == `2`'],
    code: 15,
  },
  { name: 'running past the time limit', fields: { status: 'running' }, flags: ['--timeout', '20s'], code: 124 },
  { name: 'paused past the time limit', fields: { status: 'paused' }, flags: ['--timeout', '20s'], code: 124 },
  { name: 'created past the time limit', fields: { status: 'created' }, flags: ['--timeout', '20s'], code: 124 },
  { name: 'queued past the time limit', fields: { status: 'queued' }, flags: ['--timeout', '20s'], code: 124 },
  {
    name: 'failed with a retry pending, past the time limit',
    fields: { status: 'failed', retry_pending: true },
    flags: ['--timeout', '20s'],
    code: 124,
  },
  {
    name: 'hibernating, which nobody knows, past the time limit',
    fields: { status: 'hibernating' },
    flags: ['--timeout', '20s'],
    code: 124,
  },
];
const MODES = ['live', 'plain', 'ndjson', 'json', 'quiet'] as const;

async function sameEverywhere({ fields, flags = [], code }: End): Promise<void> {
  for (const mode of MODES) {
    for (const seen of ['live', 'finished']) {
      for (const others of [[], ['wr_2', 'tsk_3']]) {
        const api = await fakeSkyvern();
        api.run('wr_1', seen === 'live' ? { status: 'created' } : fields);
        if (seen === 'live') api.script('wr_1', {}, { status: 'queued' }, { status: 'running' }, fields);
        // What the others end with counts less, whatever `wr_1` ends with.
        for (const id of others) api.run(id, { status: 'completed', output: { n: flags.includes('--assert') ? 2 : 1 } });
        const argv = ['run', 'watch', 'wr_1', ...others, '--output', mode, ...flags];
        const { io, code: ended } = await skyvern(api, argv, mode === 'live' ? { tty: 'output' } : {});
        expect([mode, seen, others.length, ended], io.stderr.text()).toEqual([mode, seen, others.length, code]);
        // The last word of a stream of events is the code, too.
        if (mode === 'ndjson' && others.length === 0) expect(io.stdout.json().at(-1)).toMatchObject({ type: 'result', exit_code: code });
      }
    }
  }
}

test.each(ENDS)('$name: $code, in every mode, live and afterwards, alone and among others', sameEverywhere, 60_000);

test('another code would be noticed', async () => {
  for (const { fields } of ENDS.slice(0, 2)) await expect(sameEverywhere({ name: '', fields, code: 12 })).rejects.toThrow();
});
