// A proxy on loopback between this program and the server, so that what is answered can be looked at whoever asked.
import { createServer, request } from 'node:http';

/** Bodies larger than this are passed on and not kept. */
const MAX_KEPT = 4 * 1024 * 1024;

/**
 * @param {URL} server
 * @returns {Promise<{url: string, answers: {method: string, path: string, status: number, body: unknown}[], close(): void}>}
 */
export async function witness(server) {
  const answers = [];
  const proxy = createServer((incoming, outgoing) => {
    const asked = request(
      new URL(incoming.url, server),
      { method: incoming.method, headers: { ...incoming.headers, host: server.host } },
      (answer) => {
        outgoing.writeHead(answer.statusCode, answer.headers);
        let kept = Buffer.alloc(0);
        answer.on('data', (chunk) => {
          outgoing.write(chunk);
          if (kept.length < MAX_KEPT) kept = Buffer.concat([kept, chunk]);
        });
        answer.on('end', () => {
          outgoing.end();
          answers.push({ method: incoming.method, path: incoming.url, status: answer.statusCode, body: parsed(kept) });
        });
        answer.on('error', () => outgoing.destroy());
      },
    );
    asked.on('error', () => outgoing.destroy());
    outgoing.on('close', () => asked.destroy());
    incoming.pipe(asked);
  });
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const close = () => {
    proxy.closeAllConnections();
    proxy.close();
  };
  return { url: `http://127.0.0.1:${proxy.address().port}`, answers, close };
}

function parsed(bytes) {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}
