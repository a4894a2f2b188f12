/** `print_page`: the page that is open as a PDF, kept as a download of the run. */
import { contentUrl } from '../../wire.js';
import type { BlockKind } from './kind.js';

const FORMATS = ['A4', 'Letter', 'Legal', 'Tabloid'] as const;

export const PRINT_PAGE: BlockKind = {
  async carryOut({ block }, flow) {
    const format = FORMATS.find((each) => each === (block['format'] ?? 'A4'));
    if (!format) return { status: 'failed', reason: `there is no paper ${String(block['format'])}: write ${FORMATS.join(', ')}` };
    const stamp = block['include_timestamp'] === false ? null : stampOf(flow.clock.now());
    const sheet = { format, landscape: block['landscape'] === true, background: block['print_background'] !== false, stamp };
    let printed: Awaited<ReturnType<typeof flow.browser.print>>;
    try {
      printed = await flow.browser.print(sheet, flow.signal);
    } catch (error) {
      flow.signal.throwIfAborted();
      return { status: 'failed', reason: error instanceof Error ? error.message : String(error) };
    }
    const filename = nameOf(String(block['custom_filename'] ?? ''), printed.title);
    const file = await flow.keep(filename, printed.bytes, printed.url);
    const output = {
      filename,
      file_path: null,
      size_bytes: printed.bytes.length,
      checksum: file.checksum,
      artifact_id: file.artifact_id,
      // Without the port, which the next server has another of.
      artifact_uri: contentUrl('', file.artifact_id),
      artifact_url: null,
      downloaded_files: [file],
    };
    return { status: 'completed', output };
  },
};

/** `2026-11-24 20:37 UTC` */
const stampOf = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** The name that was asked for, else the page's title, with the ending of its kind. */
function nameOf(custom: string, title: string): string {
  const stem = (custom.trim() || title.trim() || 'page').replace(/\.pdf$/i, '');
  return `${
    stem
      .replace(/[\p{C}/\\:*?"<>|]/gu, '_')
      .replace(/^[. ]+|[. ]+$/g, '')
      .slice(0, 150) || 'page'
  }.pdf`;
}
