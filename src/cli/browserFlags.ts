/** Flags that tasks and ready-made runs share: where codes come from and results go, and which browser it is. */
import type { Command } from 'commander';
import { GROUPS } from './help.js';
import { integer, jsonTexts, webUrl } from './parsers.js';

export interface BrowserFlags {
  readonly webhookUrl?: string;
  readonly totpIdentifier?: string;
  readonly totpUrl?: string;
  readonly proxyLocation?: string;
  readonly browserSessionId?: string;
  readonly browserProfileId?: string;
  readonly startFreshBrowser?: boolean;
  readonly browserAddress?: string;
  readonly extraHttpHeaders?: Record<string, string>;
  readonly cdpConnectHeaders?: Record<string, string>;
  readonly maxScreenshotScrolls?: number;
}

/** @param proxyForms how `--proxy-location` may be written */
export const addBrowserOptions = (command: Command, proxyForms = ''): Command =>
  command
    .optionsGroup(GROUPS.codes)
    .option('--webhook-url <url>', 'call this address when the run ends', webUrl)
    .option('--totp-identifier <text>', 'whose one-time codes to use')
    .option('--totp-url <url>', 'where to fetch one-time codes', webUrl)
    .optionsGroup(GROUPS.browser)
    .option('--proxy-location <place>', `where the browser seems to be: RESIDENTIAL, RESIDENTIAL_DE, ..., NONE${proxyForms}`)
    .option('--browser-session-id <id>', 'run in this browser session')
    .option('--browser-profile-id <id>', 'start with this browser profile')
    .option('--start-fresh-browser', 'start with an empty browser')
    .option('--browser-address <url>', 'connect to a running browser at this CDP address')
    .option('--extra-http-headers <json>', 'object of headers for every request, to any host, or `@file`', jsonTexts)
    .option('--cdp-connect-headers <json>', 'object of headers for the CDP connection, or `@file`', jsonTexts)
    .option('--max-screenshot-scrolls <n>', 'scrolls for a long screenshot', integer);
