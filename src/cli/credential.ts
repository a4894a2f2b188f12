import type { Credential } from '../protocol/credential.js';

/** What the server lets be seen of a credential: a user name, the last digits of a card, a label. */
export function whose({ credential }: Credential): string | null {
  const { username, last_four: lastFour, brand, secret_label: label } = credential;
  const card = lastFour === undefined ? null : `${brand ?? 'card'} ...${lastFour}`;
  const found = [username, card, label].find((each) => typeof each === 'string' && each !== '');
  return typeof found === 'string' ? found : null;
}
