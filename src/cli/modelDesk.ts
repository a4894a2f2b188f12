/** The embedded server's models: those that were handed over, and the one that is configured; keys in memory only. */
import { resolveSettings } from '../config/settings.js';
import type { ModelDesk } from '../engine/task.js';
import { WAYS } from '../model/access.js';
import { priceOf } from '../model/prices.js';
import type { Model, ModelAccess } from '../model/types.js';
import type { CliContext } from './context.js';
import { isModel, modelLabel, modelOf } from './model.js';

export interface Models extends ModelDesk {
  open(name: string | null): Promise<Model>;
}

export function createModels(ctx: Pick<CliContext, 'io' | 'paths' | 'clock' | 'random' | 'keychain' | 'signal'>): Models {
  const { io, paths, clock, random, signal } = ctx;
  const shared = new Map<string, ModelAccess>();
  /** Settings are read anew each time: a model that is configured while the server runs is there for the next run. */
  const find = async (name: string | null) => {
    const known = name === null ? undefined : shared.get(name);
    return known ?? modelOf(ctx, resolveSettings({ io, paths }), name);
  };
  return {
    share(access) {
      shared.set(modelLabel(access), access);
      return modelLabel(access);
    },
    async refusal({ name, needsPrice }) {
      const found = await find(name);
      if (!isModel(found)) {
        // With it comes an HTTP client, which an idle server does without.
        const { ollamaModels } = await import('../model/ollama.js');
        const ollama = await ollamaModels(io.env, signal);
        const here = ollama?.[0] ? `; an Ollama answers on this machine: \`skyvern auth login --model ollama/${ollama[0]}\` uses it` : '';
        return `The run needs a language model, and ${found.missing}: ${found.hint === WAYS ? WAYS : `${found.hint}`}${here}.`;
      }
      if (needsPrice && (await priceOf(found, clock.now())) === null) {
        return `max_cost cannot be kept: what ${modelLabel(found)} costs is not known; \`skyvern config set model.price IN/OUT\` says it, in dollars for a million tokens.`;
      }
      return null;
    },
    async open(name) {
      const found = await find(name);
      const { ModelError } = await import('../model/types.js');
      if (!isModel(found)) throw new ModelError('MODEL_UNKNOWN', `${found.missing} any more: start the run again`);
      const { openModel } = await import('../model/ask.js');
      return openModel({ clock, random, env: io.env }, found);
    },
  };
}
