/** The two servers that stand in for the real one, and how a test talks to either. */
import { embedded } from '../support/embedded.js';
import { fakeSkyvern } from '../support/fakeSkyvern.js';
import { PNG } from '../support/scriptedRunner.js';

export type State = 'running' | 'completed' | 'failed' | 'canceled';

export interface World {
  readonly url: string;
  readonly key: string;
  /** A task in that state, with one step of two actions and a screenshot. */
  task(state: State, fields?: Record<string, unknown>): Promise<string>;
}

export const worlds: Readonly<Record<string, () => Promise<World>>> = {
  async 'embedded server'() {
    const { url, token, start, untilActions, until, ask } = await embedded({ concurrency: 10 });
    return {
      url,
      key: token,
      async task(state, fields) {
        const id = await start({ running: 'hold', completed: 'complete', failed: 'fail', canceled: 'hold' }[state], fields);
        await untilActions(id, 2);
        if (state === 'completed' || state === 'failed') await until(id, state);
        if (state === 'canceled') await ask('POST', `/v1/runs/${id}/cancel`);
        return id;
      },
    };
  },
  async 'the fake'() {
    const fake = await fakeSkyvern();
    let count = 0;
    return {
      url: fake.url,
      key: fake.apiKey,
      async task(state, { title = null } = {}) {
        const id = `tsk_${++count}`;
        fake.run(id, { status: 'running', title });
        fake.steps(id, [{ status: state, is_last: true }]);
        const shot = fake.artifact(id, { artifact_type: 'screenshot_action', content: PNG });
        fake.actions(id, [{ action_type: 'goto_url' }, { action_type: 'click', screenshot_artifact_id: shot }]);
        const end =
          state === 'failed' ? { failure_reason: 'no element', errors: [{ error_code: 'NO_ELEMENT', reasoning: 'x' }] } : { errors: [] };
        fake.update(id, { status: state, step_count: 1, downloaded_files: [], ...end });
        return id;
      },
    };
  },
};

/** A server of its own for a test: what it is asked with, and how it is sent. */
export async function visit(open: () => Promise<World>) {
  const { url, key, task } = await open();
  const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: { 'x-api-key': key, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    return {
      status: response.status,
      headers: response.headers,
      bytes,
      // biome-ignore lint/suspicious/noExplicitAny: fields of answers are checked right here
      get body(): any {
        return JSON.parse(bytes.toString());
      },
    };
  };
  return { task, send };
}
