/** The body of `POST /v1/run/tasks` (reference: Skyvern API, start runs). */
export const ENGINES = ['skyvern-1.0', 'skyvern-2.0', 'skyvern-3.0', 'openai-cua', 'anthropic-cua', 'ui-tars', 'yutori-navigator'] as const;
/** An extension of the embedded server: plain imperative prompts, no model. Other servers never get it. */
export const RULES_ENGINE = 'rules';

export interface TaskRunRequest {
  readonly prompt: string;
  readonly url?: string | null;
  readonly engine?: string | null;
  readonly title?: string | null;
  readonly max_steps?: number | null;
  /** JSON Schema wanted for `output`. */
  readonly data_extraction_schema?: unknown;
  /** Code to a description of when to raise it. */
  readonly error_code_mapping?: Readonly<Record<string, string>> | null;
  readonly proxy_location?: string | Readonly<Record<string, unknown>> | null;
  readonly webhook_url?: string | null;
  readonly totp_identifier?: string | null;
  readonly totp_url?: string | null;
  readonly browser_session_id?: string | null;
  readonly browser_profile_id?: string | null;
  readonly start_fresh_browser?: boolean;
  /** CDP address of a browser to connect to. */
  readonly browser_address?: string | null;
  readonly extra_http_headers?: Readonly<Record<string, string>> | null;
  readonly cdp_connect_headers?: Readonly<Record<string, string>> | null;
  readonly model?: { readonly model_name: string } | null;
  readonly include_action_history_in_verification?: boolean | null;
  readonly max_screenshot_scrolls?: number | null;
  readonly run_with?: string | null;
  readonly publish_workflow?: boolean;
  readonly file_ids?: readonly string[] | null;
  /** Embedded server only: values for `{{NAME}}` in the prompt. Held in memory, never stored or echoed. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Embedded server only: show the browser. */
  readonly headed?: boolean;
  /** Embedded server only: the browser program to use for this run. */
  readonly browser_path?: string | null;
}
