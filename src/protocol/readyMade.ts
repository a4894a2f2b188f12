import type { TaskRunRequest } from './task.js';

/** What of a task's request for the embedded server is the same for these runs. */
type LocalFields = Pick<TaskRunRequest, 'allow_hosts' | 'confirm' | 'unattended' | 'max_cost' | 'headed' | 'browser_path'>;

/** The bodies of the two ready-made runs, log in and download (reference: Skyvern API, start runs). Both are workflow runs. */
interface ReadyMade extends LocalFields {
  readonly url?: string | null;
  readonly webhook_url?: string | null;
  /** By name only: these routes take no other form. */
  readonly proxy_location?: string | null;
  readonly totp_identifier?: string | null;
  readonly totp_url?: string | null;
  readonly browser_session_id?: string | null;
  readonly browser_profile_id?: string | null;
  readonly start_fresh_browser?: boolean;
  /** CDP address of a browser to connect to. */
  readonly browser_address?: string | null;
  readonly extra_http_headers?: Readonly<Record<string, string>> | null;
  readonly cdp_connect_headers?: Readonly<Record<string, string>> | null;
  /** `max_screenshot_scrolls` of the other starts. */
  readonly max_screenshot_scrolling_times?: number | null;
}

export const LOGIN_CREDENTIAL_TYPES = ['skyvern', 'bitwarden', '1password', 'azure_vault'] as const;

export interface LoginRunRequest extends ReadyMade {
  /** One of `LOGIN_CREDENTIAL_TYPES`; it says which of the ids below are needed. */
  readonly credential_type: string;
  readonly prompt?: string | null;
  readonly credential_id?: string | null;
  readonly bitwarden_collection_id?: string | null;
  readonly bitwarden_item_id?: string | null;
  readonly onepassword_vault_id?: string | null;
  readonly onepassword_item_id?: string | null;
  /** Name of the item's field with the authenticator key. */
  readonly onepassword_totp_field_name?: string | null;
  readonly azure_vault_name?: string | null;
  readonly azure_vault_username_key?: string | null;
  readonly azure_vault_password_key?: string | null;
  readonly azure_vault_totp_secret_key?: string | null;
}

export interface FilesRunRequest extends ReadyMade {
  readonly navigation_goal: string;
  readonly download_suffix?: string | null;
  /** Seconds. */
  readonly download_timeout?: number | null;
  /** 10 when left out. */
  readonly max_steps_per_run?: number | null;
}
