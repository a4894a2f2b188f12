import { connect as connectSocket } from 'node:net';
import { refusal } from '../../src/browser/address.js';
import type { Network } from '../../src/browser/egress.js';
import { openPages } from '../support/pageServer.js';
import { nearAndFar } from './urlForms.js';

/**
 * A network in which whatever was let through lands on one server of ours, wherever it wanted to go: an address that does not exist on this
 * machine is guarded as well as one that does. `reached` says where to.
 */
export interface Reached {
  readonly host: string;
  readonly port: number;
}

export interface Canary {
  readonly port: number;
  readonly network: Network;
  /** What was connected to, in order. */
  readonly reached: readonly Reached[];
  /** Paths that arrived. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

export interface CanaryOptions {
  /** False: nothing is refused, so that a suite can show that it would notice. */
  readonly guarded?: boolean;
  readonly lookup?: Network['lookup'];
  /** Where a connection to this origin really leads. */
  readonly site?: string;
}

export async function openCanary({ guarded = true, lookup = nearAndFar, site }: CanaryOptions = {}): Promise<Canary> {
  const { origin, asked, close } = await openPages({});
  const port = Number(new URL(origin).port);
  const sitePort = site === undefined ? null : Number(new URL(site).port);
  const reached: Reached[] = [];
  const connect: Network['connect'] = (host, wanted, signal) =>
    new Promise((resolve, reject) => {
      if (wanted !== sitePort) reached.push({ host, port: wanted });
      const socket = connectSocket({ host: '127.0.0.1', port: wanted === sitePort ? wanted : port, signal });
      socket.once('connect', () => resolve(socket)).once('error', reject);
    });
  return { port, network: { lookup, connect, refusal: guarded ? refusal : () => null }, reached, asked, close };
}
