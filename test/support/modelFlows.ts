/** Workflows on an embedded server with the real engine, asked of a scripted model over real HTTP. */
import { onTestFinished } from 'vitest';
import type { BrowserPool } from '../../src/browser/types.js';
import { systemClock } from '../../src/clock.js';
import { agentFactory } from '../../src/engine/agent/decider.js';
import { inquirer } from '../../src/engine/agent/inquiry.js';
import { plannerFactory } from '../../src/engine/agent/planner.js';
import { createTaskRunner } from '../../src/engine/loop.js';
import { checkSchema } from '../../src/engine/schema.js';
import { openModel } from '../../src/model/ask.js';
import type { ModelPrice, ModelProvider } from '../../src/model/types.js';
import { systemRandom } from '../../src/random.js';
import { type FlowServer, flowServer } from './flows.js';
import { type Asked, type Said, type ScriptedModel, scriptedModel } from './scriptedModel.js';
import { noModels } from './scriptedRunner.js';

export interface ModelFlows extends FlowServer {
  readonly model: ScriptedModel;
}

export interface ModelFlowsOptions {
  readonly provider?: ModelProvider;
  readonly price?: ModelPrice;
  /** Ended with the test. */
  readonly pool: BrowserPool;
}

export async function modelFlows(
  script: (asked: Asked) => Said | Promise<Said>,
  { provider = 'openai-compatible', price = { input: 1_000, output: 10_000 }, pool }: ModelFlowsOptions,
): Promise<ModelFlows> {
  const model = await scriptedModel(script);
  const asked = {
    openModel: () => openModel({ clock: systemClock, random: systemRandom, env: {} }, model.access(provider, { price })),
  };
  const runner = createTaskRunner({
    pool,
    clock: systemClock,
    deciders: { 'skyvern-1.0': agentFactory(asked), 'skyvern-2.0': plannerFactory(asked) },
    inquirer: inquirer(asked),
  });
  onTestFinished(() => runner.close());
  const server = await flowServer({
    runner,
    models: { ...noModels, refusal: async () => null },
    defaultEngine: null,
    checkTask: ({ data_extraction_schema: schema }) => {
      const fault = schema === null || schema === undefined ? null : checkSchema(schema);
      return fault === null ? null : { clause: 'data_extraction_schema', reason: fault };
    },
  });
  return { ...server, model };
}
