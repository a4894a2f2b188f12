/** The flags that both ready-made runs share, log in and download, and the fields that they are. */

import type { Command } from 'commander';
import type { FilesRunRequest } from '../protocol/readyMade.js';
import { GROUPS } from './help.js';
import { integer, jsonTexts, webUrl } from './parsers.js';

export interface ReadyMadeFlags {
  readonly url?: string;
  readonly webhookUrl?: string;
  readonly proxyLocation?: string;
  readonly totpIdentifier?: string;
  readonly totpUrl?: string;
  readonly browserSessionId?: string;
  readonly browserProfileId?: string;
  readonly startFreshBrowser?: boolean;
  readonly browserAddress?: string;
  readonly extraHttpHeaders?: Record<string, string>;
  readonly cdpConnectHeaders?: Record<string, string>;
  readonly maxScreenshotScrolls?: number;
  readonly model?: string;
}

export const addReadyMadeOptions = (command: Command): Command =>
  command
    .option('--model <provider/name>', 'language model to use (only --local)')
    .optionsGroup(GROUPS.codes)
    .option('--webhook-url <url>', 'send the result here when it ends', webUrl)
    .option('--totp-identifier <text>', 'wait for one-time codes sent under this name')
    .option('--totp-url <url>', 'ask this address for one-time codes', webUrl)
    .optionsGroup(GROUPS.browser)
    .option('--proxy-location <place>', 'where the browser seems to be: RESIDENTIAL, US-CA, NONE, ...')
    .option('--browser-session-id <id>', 'run in this browser session')
    .option('--browser-profile-id <id>', 'start with this browser profile')
    .option('--start-fresh-browser', 'start with an empty browser')
    .option('--browser-address <url>', 'connect to a running browser at this CDP address')
    .option('--extra-http-headers <json>', 'object of headers for every request, to any host, or `@file`', jsonTexts)
    .option('--cdp-connect-headers <json>', 'object of headers for the CDP connection, or `@file`', jsonTexts)
    .option('--max-screenshot-scrolls <n>', 'scrolls for a long screenshot', integer);

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

/** Only what was given is sent: the server's defaults stay the server's. */
export const given = <T extends object>(fields: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]?: Exclude<T[Key], undefined>;
  };
