import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Answer = string | ((request: IncomingMessage, response: ServerResponse) => void);

export interface Pages {
  /** Without a slash at the end. */
  readonly origin: string;
  /** Paths asked for so far, in order. */
  readonly asked: readonly string[];
}

/** Serves small HTML pages by path on 127.0.0.1 until it is closed. */
export async function openPages(answers: Readonly<Record<string, Answer>>): Promise<Pages & { close(): Promise<void> }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    if (path !== '/favicon.ico') asked.push(path);
    const answer = answers[path.split('?')[0] ?? ''];
    if (typeof answer === 'function') return answer(request, response);
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'text/html; charset=utf-8' }).end(answer ?? 'nothing here');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
