import { asObject, asString, type Wire } from './decode.js';

/** A model of one's own that the server may ask. */
export interface CustomLlm extends Wire {
  readonly id: string;
  readonly config: Wire;
}

export interface CustomLlmConfig {
  /** At most 120 characters. */
  readonly display_name: string;
  /** `openai_compatible`, `ollama`, `openrouter` or `gemini`. */
  readonly provider: string;
  /** At most 250 characters. */
  readonly model_name: string;
  readonly api_base?: string | null;
  readonly api_key?: string | null;
  readonly api_version?: string | null;
  readonly supports_vision?: boolean;
  readonly add_assistant_prefix?: boolean;
  readonly max_completion_tokens?: number | null;
  readonly temperature?: number | null;
  readonly reasoning_effort?: string | null;
  readonly extra_parameters?: Wire | null;
}

export function decodeCustomLlm(value: unknown, path = ''): CustomLlm {
  const wire = asObject(value, path);
  return { ...wire, id: asString(wire['id'], `${path}.id`), config: asObject(wire['config'], `${path}.config`) };
}
