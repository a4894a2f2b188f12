import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CredentialStore } from '../../src/server/credentialStore.js';
import { Sealed } from '../../src/server/sealed.js';
import { Store } from '../../src/server/store.js';
import { manualClock, seededRandom } from '../support/clock.js';
import { embedded } from '../support/embedded.js';
import { expectSchema } from '../support/openapi.js';

const recorded = (name: string) => JSON.parse(readFileSync(new URL(`../recorded/${name}.json`, import.meta.url), 'utf8'));
const withoutIds = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (key, each) => (/(?:_id|_at)$/.test(key) && typeof each === 'string' ? key : each));

test.each([
  'credential-create-password',
  'credential-create-card',
  'credential-create-secret',
  'credential-create-empty',
  'credential-create-upper',
  'credential-create-short-totp',
  'credential-get-unknown',
  'credential-delete-unknown',
  'credential-list-bad-type',
  'profile-create',
  'profile-create-no-name',
])('%s is answered as the real server did', async (name) => {
  const { ask } = await embedded();
  const { request, response } = recorded(name);
  const answer = await ask(request.method, request.path, { body: request.body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(response.status);
  expect(withoutIds(answer.body)).toEqual(withoutIds(response.body));
});

const PASSWORD = recorded('credential-create-password').request.body;

test('a secret is in no answer, refusal, log or file in the clear, and can be read back with the token only', async () => {
  const { ask, folder, token, db, log } = await embedded();
  const made = await ask('POST', '/v1/credentials', { body: PASSWORD });
  expectSchema('CredentialResponse', made.body);
  const bad = await ask('POST', '/v1/credentials', { body: { ...PASSWORD, credential: { password: 'correct horse' } } });
  expect([bad.status, bad.body.detail[0].loc]).toEqual([422, ['body', 'credential', 'username']]);
  const listed = await ask('GET', '/v1/credentials');
  const files = ['server.db', 'server.db-wal'].map((name) => readFileSync(join(folder, name), 'latin1'));
  for (const text of [JSON.stringify([made.body, bad.body, listed.body]), log.join(), ...files]) {
    for (const secret of ['correct horse', PASSWORD.credential.totp]) expect(text).not.toContain(secret);
  }
  const stored = (key: string) => {
    const store = new CredentialStore(new Store(db, manualClock(), seededRandom()), manualClock(), new Sealed(key, seededRandom()));
    return store.secret(store.get(made.body.credential_id)!);
  };
  expect(stored(token)).toMatchObject({ password: 'correct horse' });
  expect(stored('another token')).toBeNull();
});

test('what was sealed for one credential cannot be opened as another, nor after a change', () => {
  const sealed = new Sealed('token', seededRandom());
  const bytes = sealed.seal({ a: 1 }, 'cred_1');
  expect(sealed.open(bytes, 'cred_1')).toEqual({ a: 1 });
  expect(sealed.open(bytes, 'cred_2')).toBeNull();
  for (const index of [0, 12, bytes.length - 1]) {
    const changed = Uint8Array.from(bytes);
    changed[index]! ^= 1;
    expect(sealed.open(changed, 'cred_1'), String(index)).toBeNull();
  }
});

test('an update replaces all but the authenticator key; a deleted credential is gone', async () => {
  const { ask } = await embedded();
  const { credential_id: id } = (await ask('POST', '/v1/credentials', { body: PASSWORD })).body;
  const { request, response } = recorded('credential-update');
  const updated = await ask('POST', `/v1/credentials/${id}/update`, { body: request.body });
  expect(withoutIds(updated.body)).toEqual(withoutIds(response.body));
  expect((await ask('GET', `/v1/credentials/${id}`)).body).toEqual(updated.body);
  expect((await ask('POST', '/v1/credentials/cred_1/update', { body: request.body })).status).toBe(404);
  expect((await ask('POST', `/v1/credentials/${id}/delete`)).status).toBe(204);
  expect((await ask('GET', `/v1/credentials/${id}`)).body).toEqual({ detail: 'Credential not found' });
  expect((await ask('DELETE', `/api/v1/credentials/${id}`)).status).toBe(404);
});

test('credentials are listed newest first, by type, words and page; what cannot be honoured is refused', async () => {
  const { ask } = await embedded();
  for (const name of ['password', 'card', 'secret']) {
    await ask('POST', '/v1/credentials', { body: recorded(`credential-create-${name}`).request.body });
  }
  const names = async (query: string) => (await ask('GET', `/v1/credentials?${query}`)).body.map((each: { name: string }) => each.name);
  expect(await names('')).toEqual(['Secret', 'Card', 'Garden shop']);
  expect(await names('credential_type=secret')).toEqual(['Secret']);
  expect(await names('search=GARDEN')).toEqual(['Garden shop']);
  expect(await names('page_size=1&page=2')).toEqual(['Card']);
  expect(await names('vault_type=bitwarden')).toEqual([]);
  for (const [field, status] of [
    [{ vault_type: 'bitwarden' }, 422],
    [{ proxy_location: 'RESIDENTIAL_DE' }, 422],
    [{ browser_profile_id: 'bp_1' }, 404],
  ] as const) {
    expect((await ask('POST', '/v1/credentials', { body: { ...PASSWORD, ...field } })).status).toBe(status);
  }
  expect((await ask('GET', `/v1/credentials?search=${'x'.repeat(201)}`)).status).toBe(422);
});

test('browser profiles have a name of their own until they are deleted', async () => {
  const { ask } = await embedded();
  const path = '/v1/browser_profiles';
  const made = (await ask('POST', path, { body: { name: 'Mine' } })).body;
  expectSchema('BrowserProfile', made);
  const twice = await ask('POST', path, { body: { name: 'Mine' } });
  expect([twice.status, twice.body.detail]).toEqual([409, expect.stringMatching(/^A browser profile named 'Mine' already exists\. /)]);
  const other = (await ask('POST', path, { body: { name: 'Other' } })).body;
  const one = `${path}/${made.browser_profile_id}`;
  expect((await ask('PATCH', one, { body: { description: 'New words' } })).body).toMatchObject({ name: 'Mine', description: 'New words' });
  expect((await ask('PATCH', one, { body: { name: 'Other' } })).status).toBe(409);
  expect((await ask('GET', `${one}/usage`)).body).toEqual(recorded('profile-usage').response.body);
  const ids = async (query = '') =>
    (await ask('GET', path + query)).body.map((each: { browser_profile_id: string }) => each.browser_profile_id);
  expect(await ids()).toEqual([other.browser_profile_id, made.browser_profile_id]);
  expect((await ask('DELETE', one)).status).toBe(204);
  expect(await ids()).toEqual([other.browser_profile_id]);
  expect(await ids('?include_deleted=true&search_key=mine')).toEqual([made.browser_profile_id]);
  const gone = await ask('DELETE', one);
  expect([gone.status, gone.body.detail]).toEqual([404, `Browser profile ${made.browser_profile_id} not found for organization o_1`]);
  expect((await ask('POST', path, { body: { name: 'Mine' } })).status).toBe(200);
  const source = await ask('POST', path, { body: { name: 'From', browser_session_id: 'pbs_1' } });
  expect([source.status, source.body.detail]).toEqual([404, 'Browser session pbs_1 not found']);
});
