/** Workflows on an embedded server: made, started, and followed to their end. */
import { type Answered, type Embedded, type EmbeddedOptions, embedded } from './embedded.js';
import { type Script, type ScriptedRunner, scriptedRunner } from './scriptedRunner.js';

export type Wire = Record<string, unknown>;

export interface FlowServer extends Embedded {
  /** Makes a workflow and starts it. */
  begin(
    blocks: readonly Wire[],
    more?: {
      readonly parameters?: readonly Wire[];
      readonly definition?: Wire;
      readonly workflow?: Wire;
      readonly body?: Wire;
      readonly headers?: Record<string, string>;
    },
  ): Promise<Answered>;
  /** The same, to its end. */
  finish(...begin: Parameters<FlowServer['begin']>): Promise<Answered['body']>;
  timeline(runId: string): Promise<Answered['body']>;
}

export interface Flows extends FlowServer {
  readonly runner: ScriptedRunner;
}

/** With an engine of scripts. */
export async function flows(
  options: EmbeddedOptions = {},
  more: Readonly<Record<string, Script>> = {},
  answers?: Parameters<typeof scriptedRunner>[1],
  said?: Parameters<typeof scriptedRunner>[2],
): Promise<Flows> {
  const runner = scriptedRunner(more, answers, said);
  return { ...(await flowServer({ runner, ...options })), runner };
}

export async function flowServer(options: EmbeddedOptions): Promise<FlowServer> {
  const server = await embedded(options);
  const begin: FlowServer['begin'] = async (blocks, { parameters = [], definition = {}, workflow = {}, body = {}, headers = {} } = {}) => {
    const made = await server.ask('POST', '/v1/workflows', {
      body: { json_definition: { title: 'T', ...workflow, workflow_definition: { parameters, blocks, ...definition } } },
    });
    if (made.status !== 200) throw new Error(JSON.stringify(made.body));
    return server.ask('POST', '/v1/run/workflows', { body: { workflow_id: made.body.workflow_permanent_id, ...body }, headers });
  };
  return {
    ...server,
    begin,
    async finish(...asked) {
      const { status, body } = await begin(...asked);
      if (status !== 200) throw new Error(JSON.stringify(body));
      return server.until(body.run_id, 'completed', 'failed', 'terminated', 'canceled', 'timed_out');
    },
    timeline: async (id) => (await server.ask('GET', `/v1/runs/${id}/timeline`)).body,
  };
}
