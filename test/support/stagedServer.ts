/**
 * A server whose one run moves when it is told to: what terminal tests of the real program, and the pictures of the documentation,
 * are made with. It knows no test runner.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Stage {
  /** Fields of the run, over those of the stage before. */
  readonly run?: Readonly<Record<string, unknown>>;
  /** Newest first at every level, as a server sends them; stays until another stage brings one. */
  readonly timeline?: readonly unknown[];
}

export interface StagedServer {
  readonly url: string;
  readonly runId: string;
  /** `METHOD /path body` of everything that is no read, oldest first. */
  readonly changes: readonly string[];
  /** Moves on, as far as there is something; the run tells at its next read. */
  next(): void;
  /** While true nothing is answered: connections are cut. */
  down: boolean;
  close(): Promise<void>;
}

export interface StagedOptions {
  readonly runId: string;
  readonly stages: readonly Stage[];
  /** Stage that an approval leads to; else the next one. */
  readonly screenshot?: Uint8Array;
}

export async function stagedServer({ runId, stages, screenshot }: StagedOptions): Promise<StagedServer> {
  let run: Record<string, unknown> = { run_id: runId, run_type: runId.startsWith('wr_') ? 'workflow_run' : 'task_v1', status: 'created' };
  let timeline: readonly unknown[] = [];
  let stage = -1;
  const changes: string[] = [];
  const next = () => {
    stage = Math.min(stage + 1, stages.length - 1);
    const now = stages[stage] as Stage;
    run = { ...run, modified_at: new Date().toISOString().slice(0, -1), ...now.run };
    timeline = now.timeline ?? timeline;
  };
  next();
  const server = createServer(async (request, response) => {
    if (staged.down) return void request.socket.destroy();
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    let body = '';
    for await (const piece of request) body += piece;
    if (request.method !== 'GET') changes.push(`${request.method} ${pathname} ${body}`.trim());
    const answer = (value: unknown) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(value));
    };
    if (pathname.endsWith('/content')) {
      response.setHeader('content-type', 'image/png');
      return void response.end(screenshot);
    }
    if (pathname.endsWith('/timeline')) return answer(timeline);
    if (pathname.endsWith('/artifacts')) return answer([]);
    if (pathname.endsWith('/totp')) return answer({ totp_code_id: 'totp_1', code: '482913', content: '', totp_identifier: 'x' });
    if (pathname.includes('/artifacts/')) return answer({ artifact_id: pathname.split('/').at(-1), artifact_type: 'screenshot_action' });
    if (pathname.endsWith('/continue')) next();
    if (pathname.endsWith('/cancel')) run = { ...run, status: 'canceled', finished_at: run['modified_at'] };
    answer(run);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const staged = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    runId,
    changes,
    next,
    down: false,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return staged;
}
