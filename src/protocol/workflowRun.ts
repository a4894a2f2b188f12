/** The body of `POST /v1/run/workflows` (reference: Skyvern API, start runs). */
import type { ProxyLocation } from './task.js';

export interface WorkflowRunRequest {
  /** `wpid_...`. */
  readonly workflow_id: string;
  /** By parameter key. Null means: the default. */
  readonly parameters?: Readonly<Record<string, unknown>> | null;
  /** Left out, the server takes `RESIDENTIAL`; null leaves the workflow's own setting alone. */
  readonly proxy_location?: ProxyLocation | null;
  /** Servers ignore it: a run has its workflow's title. */
  readonly title?: string | null;
  readonly webhook_url?: string | null;
  readonly totp_url?: string | null;
  readonly totp_identifier?: string | null;
  readonly browser_session_id?: string | null;
  readonly browser_profile_id?: string | null;
  /** CDP address of a browser to connect to. */
  readonly browser_address?: string | null;
  readonly browser_type?: string | null;
  readonly start_fresh_browser?: boolean;
  /** Null: as the workflow says. */
  readonly reuse_browser_session?: boolean | null;
  readonly max_screenshot_scrolls?: number | null;
  /** 1..480; 240 when neither this nor the workflow says. */
  readonly max_elapsed_time_minutes?: number | null;
  readonly extra_http_headers?: Readonly<Record<string, string>> | null;
  readonly cdp_connect_headers?: Readonly<Record<string, string>> | null;
  /** `agent` or `code`. Null: as the workflow says. */
  readonly run_with?: string | null;
  readonly ai_fallback?: boolean | null;
  /** Tags of the run: at most 20, keys of 64 and values of 256 characters. */
  readonly run_metadata?: Readonly<Record<string, string>> | null;
  readonly file_ids?: readonly string[] | null;
}
