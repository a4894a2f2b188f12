import { onTestFinished } from 'vitest';
import { type FaultServer, type FaultServerOptions, openFaultServer } from './faultd.js';

export * from './faultd.js';

/** A fault server for one test. */
export async function faultServer(options: FaultServerOptions = {}): Promise<FaultServer> {
  const server = await openFaultServer(options);
  onTestFinished(() => server.close());
  return server;
}
