/** Whose program is at the other end of a connection on this machine: a port of loopback is open to every user of it. */
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';

/** Id of the user, as Linux tells it of IPv4 connections; null where it is not told. */
export async function userAtTheOtherEnd({ localPort, remotePort }: Pick<Socket, 'localPort' | 'remotePort'>): Promise<number | null> {
  // There the connection is seen from that end: its own port is our remote one.
  const ends = [remotePort, localPort].map((port) => `0100007F:${(port ?? 0).toString(16).toUpperCase().padStart(4, '0')}`);
  const table = await readFile('/proc/net/tcp', 'latin1').catch(() => '');
  // After the addresses: state, queues, timer, retransmits, user.
  const user = new RegExp(` ${ends.join(' ')} \\S+ \\S+ \\S+ \\S+ +(\\d+) `).exec(table)?.[1];
  return user === undefined ? null : Number(user);
}
