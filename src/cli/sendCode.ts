/** Giving a run the one-time code that it waits for: `run totp`, and the key `t` of the live view. */
import { SkyvernError } from '../errors.js';
import type { Run } from '../protocol/run.js';
import { innerRun } from './artifacts.js';
import type { RunTarget } from './target.js';

/**
 * @param identifier to whom the code was sent, when the run itself names nobody
 * @throws SkyvernError `no_totp_identifier` for a run that waits for no code
 */
export async function sendCode(
  target: RunTarget,
  content: string,
  identifier?: string,
): Promise<{ run: Run; totpCodeId: string; parsed: boolean }> {
  const run = await target.client.runs.get(target.runId, target.call);
  const given = identifier ?? run.run_request?.['totp_identifier'];
  if (typeof given !== 'string' || given === '') {
    throw new SkyvernError(
      'refused',
      'no_totp_identifier',
      `run ${run.run_id} was started without a totp_identifier, so it waits for no code`,
      { hint: 'add --identifier when you know that it does', runId: run.run_id },
    );
  }
  const pushed = await target.client.credentials.pushTotp(
    { totp_identifier: given, content, ...(await addressee(target, run)) },
    target.call,
  );
  return { run, totpCodeId: pushed.totp_code_id, parsed: pushed.code !== '' };
}

/** The code is for this run alone: another one that waits under the same identifier does not take it. */
async function addressee(target: RunTarget, run: Run): Promise<{ task_id?: string; workflow_run_id?: string }> {
  if (run.run_type === 'workflow_run') return { workflow_run_id: run.run_id };
  if (run.run_type !== 'task_v2') return { task_id: run.run_id };
  const inner = await innerRun(target, run);
  return inner === null ? {} : { workflow_run_id: inner };
}
