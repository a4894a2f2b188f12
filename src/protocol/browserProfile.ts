import { asObject, asString, optionalString, type Wire } from './decode.js';

/** Cookies and logins that a browser can start with (reference: Skyvern API, browser profiles). */
export interface BrowserProfile extends Wire {
  readonly browser_profile_id: string;
  readonly name: string;
  readonly description: string | null;
  readonly linked_credential_name: string | null;
  readonly created_at: string | null;
}

/** Body of `POST /v1/browser_profiles`: empty, or kept from one ended session or one workflow run. */
export interface BrowserProfileRequest {
  readonly name: string;
  readonly description?: string;
  readonly browser_session_id?: string;
  readonly workflow_run_id?: string;
  readonly proxy_location?: string | Readonly<Record<string, unknown>>;
  readonly proxy_session_id?: string;
}

/** Body of `PATCH /v1/browser_profiles/{id}`. */
export interface BrowserProfileUpdate {
  readonly name?: string;
  readonly description?: string;
  readonly proxy_location?: string | Readonly<Record<string, unknown>>;
  readonly proxy_session_id?: string;
  readonly rotate_proxy_session_id?: boolean;
}

export function decodeBrowserProfile(value: unknown, path = ''): BrowserProfile {
  const wire = asObject(value, path);
  return {
    ...wire,
    browser_profile_id: asString(wire['browser_profile_id'], `${path}.browser_profile_id`),
    name: asString(wire['name'], `${path}.name`),
    description: optionalString(wire['description']),
    linked_credential_name: optionalString(wire['linked_credential_name']),
    created_at: optionalString(wire['created_at']),
  };
}
