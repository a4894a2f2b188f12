/** How much the files that pages give may weigh: a page could give one without an end. */
import type { CDPSession } from 'playwright-core';

/** Of one file, and of all files of a run, in bytes. */
export interface DownloadLimits {
  readonly fileBytes: number;
  readonly runBytes: number;
}

export const DOWNLOAD_LIMITS: DownloadLimits = { fileBytes: 2 * 1024 ** 3, runBytes: 5 * 1024 ** 3 };

export class DownloadQuota {
  readonly #limits: DownloadLimits;
  readonly #onRefused: (url: string, reason: string) => void;
  readonly #bytes = new Map<string, number>();
  readonly #urls = new Map<string, string>();
  readonly #refused = new Set<string>();

  /** @param onRefused told once for each file that was cut off */
  constructor(limits: DownloadLimits, onRefused: (url: string, reason: string) => void) {
    this.#limits = limits;
    this.#onRefused = onRefused;
  }

  /** Looks after the files of one page, on whose session `Page.enable` is or will be called. */
  watch(session: CDPSession): void {
    session.on('Page.downloadWillBegin', ({ guid, url }) => void this.#urls.set(guid, url));
    session.on('Page.downloadProgress', ({ guid, receivedBytes, totalBytes, state }) => {
      this.#bytes.set(guid, receivedBytes);
      if (state === 'inProgress') void this.#check(session, guid, Math.max(receivedBytes, totalBytes));
    });
  }

  async #check(session: CDPSession, guid: string, fileBytes: number): Promise<void> {
    const runBytes = [...this.#bytes.values()].reduce((sum, each) => sum + each, 0);
    const tooLarge = fileBytes > this.#limits.fileBytes;
    if (this.#refused.has(guid) || !(tooLarge || runBytes > this.#limits.runBytes)) return;
    this.#refused.add(guid);
    const reason = tooLarge
      ? `the file is larger than the ${size(this.#limits.fileBytes)} that one may have`
      : `the files of this run are larger than ${size(this.#limits.runBytes)} together`;
    this.#onRefused(this.#urls.get(guid) ?? '', reason);
    try {
      const { targetInfo } = await session.send('Target.getTargetInfo');
      const { browserContextId } = targetInfo;
      await session.send('Browser.cancelDownload', { guid, ...(browserContextId && { browserContextId }) });
    } catch {
      // it ended by itself, or its page is gone
    }
  }
}

const size = (bytes: number): string => (bytes >= 1024 ** 3 ? `${bytes / 1024 ** 3} GB` : `${Math.round(bytes / 1024)} KB`);
