import { expect, test } from 'vitest';
import { pdfText } from '../../src/server/flow/pdfText.js';
import { pdfOf } from '../support/pdf.js';

const read = (bytes: Uint8Array, signal = new AbortController().signal) => pdfText(bytes, signal);

test('the text of a PDF, page by page', async () => {
  expect(await read(pdfOf('Order 17 (three pots)', 'Total: 58.80'))).toBe('Order 17 (three pots)\n\nTotal: 58.80');
});

test.each([
  ['a file that is none', Buffer.from('%PDF-1.4 and nothing more'), /^the PDF cannot be read: /],
  ['a document cut in half', pdfOf('Order 17').subarray(0, 120), /^the PDF /],
  ['a picture of a text', pdfOf(''), /^the PDF has no text/],
])('%s says so', async (_, bytes, reason) => {
  await expect(read(bytes)).rejects.toThrow(reason);
});

test('whoever does not want it any more is let go at once, with the reason', async () => {
  const controller = new AbortController();
  const reading = read(pdfOf('Order 17'), controller.signal);
  controller.abort(new Error('canceled'));
  await expect(reading).rejects.toThrow('canceled');
  await expect(read(pdfOf('Order 17'), controller.signal)).rejects.toThrow('canceled');
});
