/** Credentials that a workflow names in its parameters. */
import type { CredentialStore, OpenedCredential } from '../credentialStore.js';

export interface FlowCredentials {
  /** By the key of their parameter. */
  readonly opened: ReadonlyMap<string, OpenedCredential>;
  /** Ids of those that are gone, or were stored under another key, by the key of their parameter. */
  readonly missing: ReadonlyMap<string, string>;
  /** Values of all parameters. Of a credential templates see what is no secret, and for the rest the name by which it is typed. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** @param values of the parameters, by key */
export function openCredentials(
  store: CredentialStore,
  parameters: readonly Readonly<Record<string, unknown>>[],
  values: Readonly<Record<string, unknown>>,
): FlowCredentials {
  const opened = new Map<string, OpenedCredential>();
  const missing = new Map<string, string>();
  const shown: Record<string, unknown> = { ...values };
  for (const parameter of parameters) {
    const key = String(parameter['key']);
    const isNamed = parameter['parameter_type'] === 'workflow' && parameter['workflow_parameter_type'] === 'credential_id';
    const id = parameter['parameter_type'] === 'credential' ? parameter['credential_id'] : isNamed ? values[key] : null;
    if (typeof id !== 'string') continue;
    const found = store.open(id);
    if (!found) {
      missing.set(key, id);
      continue;
    }
    opened.set(key, found);
    const names = found.credential.secretNames.map((name) => [name, `{{${name}}}`] as const);
    shown[key] = { credential_id: id, ...found.credential.plain, ...Object.fromEntries(names) };
  }
  return { opened, missing, values: shown };
}
