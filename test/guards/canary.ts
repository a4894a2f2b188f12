import { connect as connectSocket } from 'node:net';
import { refusal } from '../../src/browser/address.js';
import type { Network } from '../../src/browser/egress.js';
import { servePages } from '../browser/pages.js';
import { nearAndFar } from './urlForms.js';

/**
 * A network in which whatever was let through lands on one server of ours, wherever it wanted to go: an address that does not exist on this
 * machine is guarded as well as one that does. `reached` says where to.
 */
export interface Canary {
  readonly port: number;
  readonly network: Network;
  /** Addresses that were connected to, in order. */
  readonly reached: string[];
  /** Paths that arrived. */
  readonly asked: readonly string[];
}

/** @param guarded false: nothing is refused, so that a suite can show that it would notice */
export async function canaryNetwork(guarded = true, lookup: Network['lookup'] = nearAndFar): Promise<Canary> {
  const { origin, asked } = await servePages({});
  const port = Number(new URL(origin).port);
  const reached: string[] = [];
  const connect: Network['connect'] = (host, _port, signal) =>
    new Promise((resolve, reject) => {
      reached.push(host);
      const socket = connectSocket({ host: '127.0.0.1', port, signal });
      socket.once('connect', () => resolve(socket)).once('error', reject);
    });
  return { port, network: { lookup, connect, refusal: guarded ? refusal : () => null }, reached, asked };
}
