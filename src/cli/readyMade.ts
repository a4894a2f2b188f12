/** The flags that both ready-made runs share, log in and download, and the fields that they are. */
import type { Command } from 'commander';
import type { FilesRunRequest } from '../protocol/readyMade.js';
import { addBrowserOptions, type BrowserFlags } from './browserFlags.js';
import { given } from './given.js';

export interface ReadyMadeFlags extends BrowserFlags {
  readonly url?: string;
  readonly model?: string;
}

export const addReadyMadeOptions = (command: Command): Command =>
  addBrowserOptions(command.option('--model <provider/name>', 'language model to use (only --local)'));

export const readyMadeFields = (flags: ReadyMadeFlags): Omit<FilesRunRequest, 'navigation_goal'> =>
  given({
    url: flags.url,
    webhook_url: flags.webhookUrl,
    proxy_location: flags.proxyLocation,
    totp_identifier: flags.totpIdentifier,
    totp_url: flags.totpUrl,
    browser_session_id: flags.browserSessionId,
    browser_profile_id: flags.browserProfileId,
    start_fresh_browser: flags.startFreshBrowser,
    browser_address: flags.browserAddress,
    extra_http_headers: flags.extraHttpHeaders,
    cdp_connect_headers: flags.cdpConnectHeaders,
    max_screenshot_scrolling_times: flags.maxScreenshotScrolls,
  });
