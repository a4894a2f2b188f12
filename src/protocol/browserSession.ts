import { asObject, asString, optionalNumber, optionalString, type Wire } from './decode.js';

/** A browser that stays open between runs (reference: Skyvern API, browser sessions). */
export interface BrowserSession extends Wire {
  readonly browser_session_id: string;
  readonly status: string | null;
  /** The run that uses it, or used it last. */
  readonly runnable_id: string | null;
  /** Minutes. */
  readonly timeout: number | null;
  readonly browser_address: string | null;
  readonly app_url: string | null;
  readonly browser_profile_id: string | null;
  readonly started_at: string | null;
  readonly created_at: string | null;
  /** What the server did otherwise than asked, in a sentence. */
  readonly warning: string | null;
}

/** Body of `POST /v1/browser_sessions`. */
export interface BrowserSessionRequest {
  readonly url?: string;
  /** Minutes: 60 when left out, at least 5; above 240 the server caps it and says so in `warning`. */
  readonly timeout?: number;
  readonly proxy_location?: string | Readonly<Record<string, unknown>>;
  readonly proxy_session_id?: string;
  readonly extensions?: readonly string[];
  readonly browser_type?: string;
  readonly browser_profile_id?: string;
  /** Keep cookies and logins as a profile when it closes. */
  readonly generate_browser_profile?: boolean;
  /** What the pages of its browser see. `timezone_id` is an IANA name. */
  readonly browser_settings?: { readonly timezone_id?: string | null };
  /** It will be looked at: start what shows it. */
  readonly needs_live_view?: boolean;
}

export function decodeBrowserSession(value: unknown, path = ''): BrowserSession {
  const wire = asObject(value, path);
  return {
    ...wire,
    browser_session_id: asString(wire['browser_session_id'], `${path}.browser_session_id`),
    status: optionalString(wire['status']),
    runnable_id: optionalString(wire['runnable_id']),
    timeout: optionalNumber(wire['timeout']),
    browser_address: optionalString(wire['browser_address']),
    app_url: optionalString(wire['app_url']),
    browser_profile_id: optionalString(wire['browser_profile_id']),
    started_at: optionalString(wire['started_at']),
    created_at: optionalString(wire['created_at']),
    warning: optionalString(wire['warning']),
  };
}
