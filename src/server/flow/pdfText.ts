/** The text of a PDF, read in a thread of its own: documents are strangers', and a server goes on whatever is in them. */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

/** For one document, in MB. */
const MAX_HEAP_MB = 512;

type Told = { readonly pages: readonly string[] } | { readonly reason: string };

/** Pages apart by an empty line. Rejects with an error in words, or the reason of `signal`. */
export async function pdfText(bytes: Uint8Array, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  // It lies beside this file, before and after both are built.
  const script = new URL(`./pdfWorker${extname(import.meta.url)}`, import.meta.url);
  const limits = { maxOldGenerationSizeMb: MAX_HEAP_MB };
  const worker = new Worker(script, { workerData: bytes, env: {}, execArgv: [], resourceLimits: limits, stdout: true, stderr: true });
  const told = Promise.withResolvers<Told>();
  const stop = () => told.reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  worker.once('message', told.resolve);
  worker.once('error', (error) => told.resolve({ reason: error.message }));
  worker.once('exit', () => told.resolve({ reason: 'it was given up' }));
  try {
    const end = await told.promise;
    if ('reason' in end) throw new Error(`the PDF cannot be read: ${plain(end.reason)}`);
    const text = end.pages
      .map((page) => page.trim())
      .join('\n\n')
      .trim();
    if (text === '') throw new Error('the PDF has no text: it is a picture of one, which is not read here');
    return text;
  } finally {
    signal.removeEventListener('abort', stop);
    await worker.terminate();
  }
}

/** One line, no full stop: a library's words in a sentence of ours. */
const plain = (reason: string): string => (reason.split('\n')[0] ?? '').replace(/\.$/, '').slice(0, 200);
