/** A thread that reads one PDF: what it cannot read, or never ends to read, is lost with the thread. Imports nothing of ours. */
import { parentPort, workerData } from 'node:worker_threads';
import { extractText, getDocumentProxy } from 'unpdf';

try {
  // Fonts are not asked of the system, and no script of a document runs.
  const document = await getDocumentProxy(new Uint8Array(workerData as Uint8Array), { useSystemFonts: false, verbosity: 0 });
  const { text } = await extractText(document, { mergePages: false });
  parentPort?.postMessage({ pages: text });
} catch (error) {
  parentPort?.postMessage({ reason: error instanceof Error ? error.message : String(error) });
}
