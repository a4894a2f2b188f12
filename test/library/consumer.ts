/** Code as a user may write it, only to be compiled: against the sources with everything else, and against the published types. */
import {
  type RunEvent,
  type RunStatus,
  Skyvern,
  SkyvernApi,
  SkyvernClient,
  SkyvernEnvironment,
  SkyvernError,
  StartUnknown,
  verifyWebhook,
  WaitTimeoutError,
  watchRun,
} from 'skyvern-cli';

export async function use(key: string | undefined): Promise<string> {
  const client: SkyvernClient = new SkyvernClient({ apiKey: key, environment: SkyvernEnvironment.Local, maxRetries: 1 });
  const skyvern = new Skyvern({ baseUrl: new URL('https://skyvern.example'), journal: '/var/lib/my-app' });
  try {
    const run = await client.runTask(
      { prompt: 'p', url: null, waitForCompletion: true, timeout: 60 },
      { abortSignal: AbortSignal.timeout(1) },
    );
    const status: RunStatus = run.status;
    const extra: unknown = run['recording_url'];
    const { data, rawResponse } = await client.getRun(run.run_id).withRawResponse();
    const header: string | null = rawResponse.headers.get('content-type');
    const [first] = await skyvern.getWorkflows({ status: 'published', page_size: 5 });
    const workflow = await skyvern.runWorkflow({ workflow_id: first?.workflow_permanent_id ?? '' }, { runKey: 'order-1' });
    const { schedule, next_runs } = await skyvern.schedules.create('wpid_1', { cron_expression: '0 9 * * 1', timezone: 'UTC' });
    const session = await skyvern.createBrowserSession();
    for await (const event of watchRun(client, run.run_id, { timeout: 5 })) said(event);
    const { body } = await client.artifacts.getArtifactContent('a_1');
    body.destroy();
    return [status, extra, data.output, header, workflow.run_id, schedule.name, next_runs[0], session.timeout].join();
  } catch (error) {
    if (error instanceof StartUnknown) return `${error.op} ${error.sentAt} ${error.candidates.length}`;
    if (error instanceof WaitTimeoutError) return error.runId ?? '';
    if (error instanceof SkyvernApi.NotFoundError) return String(error.statusCode satisfies number);
    if (error instanceof SkyvernError) return `${error.code} ${error.statusCode ?? 'none'} ${error.hint}`;
    throw error;
  } finally {
    await client.close();
  }
  function said(event: RunEvent): string {
    return event.type === 'result' ? `${event.exit_code}` : event.type === 'status' ? event.to : event.run_id;
  }
}

export const isGenuine = (raw: Uint8Array, signature: string | undefined): boolean => verifyWebhook(raw, signature, ['a', 'b']);

export function misuse(client: Skyvern): void {
  // @ts-expect-error a task needs a prompt
  void client.runTask({ url: 'https://example.com' });
  // @ts-expect-error in either shape
  void client.runTask({ body: { url: 'https://example.com' } });
  // @ts-expect-error a misspelt field: a server would ignore it silently
  void client.runTask({ prompt: 'p', webhookUrl: 'https://example.com' });
  // @ts-expect-error the raw body, not a parsed one
  verifyWebhook({ run_id: 'tsk_1' }, 'signature', 'key');
  // @ts-expect-error milliseconds are not a request option
  void client.getRun('tsk_1', { timeoutMs: 5 });
}
