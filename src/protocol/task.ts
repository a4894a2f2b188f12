/** The body of `POST /v1/run/tasks` (reference: Skyvern API, start runs). */
export const ENGINES = ['skyvern-1.0', 'skyvern-2.0', 'skyvern-3.0', 'openai-cua', 'anthropic-cua', 'ui-tars', 'yutori-navigator'] as const;
/** Names in the documentation of the official SDKs, which servers refuse, and what they mean. */
const ENGINE_ALIASES: Readonly<Record<string, string>> = {
  skyvern_v1: 'skyvern-1.0',
  skyvern_v2: 'skyvern-2.0',
  skyvern_v3: 'skyvern-3.0',
  openai_cua: 'openai-cua',
  anthropic_cua: 'anthropic-cua',
  ui_tars: 'ui-tars',
  yutori_navigator: 'yutori-navigator',
};
/** An engine's name as servers take it. */
export const wireEngine = (name: string): string => ENGINE_ALIASES[name] ?? name;

/** An extension of the embedded server: plain imperative prompts, no model. Other servers never get it. */
export const RULES_ENGINE = 'rules';
/** Inside of a server only: goes to an address and does nothing there. */
export const VISIT_ENGINE = 'visit';

/** Embedded server only: kinds of actions that a person may want to confirm: money, loss, and words that leave in their name. */
export const RISKS = ['pay', 'delete', 'send'] as const;
export type Risk = (typeof RISKS)[number];

/** A name such as `RESIDENTIAL_DE`, a place (`country`, `subdivision`, `city`), or a proxy of one's own (`url`, self-hosted). */
export type ProxyLocation = string | Readonly<Record<string, unknown>>;

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
  readonly proxy_location?: ProxyLocation | null;
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
  /** Embedded server only: a stored credential that the run may use. */
  readonly credential_id?: string | null;
  /** Embedded server only: hosts, each with or without a port, that pages may reach although they are on loopback or private. */
  readonly allow_hosts?: readonly string[] | null;
  /** Embedded server only: kinds of actions that wait for a person's yes: `pay`, `delete`, `send`. */
  readonly confirm?: readonly string[] | null;
  /** Embedded server only: nobody is there to be asked, so that a question to a person ends the run: of a model, or for an action of `confirm`. */
  readonly unattended?: boolean;
  /** Embedded server only: US dollars that asking the language model may cost. */
  readonly max_cost?: number | null;
  /** Embedded server only: show the browser. */
  readonly headed?: boolean;
  /** Embedded server only: the browser program to use for this run. */
  readonly browser_path?: string | null;
  /** Embedded server only, in runs that download: what the names of files end in, before the ending that says their kind. */
  readonly download_suffix?: string | null;
  /** Embedded server only, in runs that download: seconds that one file may take, from the click on. */
  readonly download_timeout?: number | null;
}
