import type { Command } from 'commander';
import { printable } from '../../../../render/sanitize.js';
import type { CliContext } from '../../../context.js';
import { given } from '../../../given.js';
import { makeOnce } from '../../../make.js';
import { wantsJson, write, writeJson } from '../../../output.js';
import { integer, json, webUrl } from '../../../parsers.js';
import { checkedZone } from '../../../schedule/timing.js';
import { connect } from '../../../target.js';

interface Flags {
  readonly url?: string;
  readonly minutes?: number;
  readonly proxyLocation?: string;
  readonly proxySessionId?: string;
  readonly browserProfileId?: string;
  readonly browserType?: string;
  readonly extension?: readonly string[];
  readonly keepProfile?: boolean;
  readonly browserTimezone?: string;
  readonly liveView?: boolean;
}

export function define(command: Command, ctx: CliContext, handler = createSession): void {
  command
    .description('Open a browser that stays open between runs: start runs in it with --browser-session-id. In a pipe: its id alone.')
    .option('--minutes <n>', 'close it after this time: 5 to 240 (default: 60)', integer)
    .option('-u, --url <url>', 'page to open first', webUrl)
    .option('--proxy-location <place>', 'where the browser seems to be: RESIDENTIAL, US-CA, NONE, ...')
    .option('--proxy-session-id <id>', 'keep the same exit address (with RESIDENTIAL_ISP)')
    .option('--browser-profile-id <id>', 'start with this browser profile')
    .option('--browser-type <type>', 'which browser, where the server has several')
    .option('--extension <name...>', 'browser extensions to load')
    .option('--browser-timezone <name>', 'time zone that its pages see, such as Europe/Berlin')
    .option('--live-view', 'it will be looked at: start what shows it')
    .option('--keep-profile', 'let cookies and log-ins be kept as a profile when it closes')
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern browser session create --minutes 30\n  $ id=$(skyvern browser session create) && skyvern task run --browser-session-id "$id" --prompt "Get the title" --url https://example.com',
    )
    .action((flags: Flags) => handler(ctx, command, flags));
}

export async function createSession(ctx: CliContext, command: Command, flags: Flags): Promise<void> {
  const { client, call } = await connect(ctx, command);
  const request = given({
    timeout: flags.minutes,
    url: flags.url,
    proxy_location: flags.proxyLocation?.startsWith('{') ? (json(flags.proxyLocation) as Record<string, unknown>) : flags.proxyLocation,
    proxy_session_id: flags.proxySessionId,
    browser_profile_id: flags.browserProfileId,
    browser_type: flags.browserType,
    extensions: flags.extension,
    generate_browser_profile: flags.keepProfile,
    browser_settings: flags.browserTimezone === undefined ? undefined : { timezone_id: checkedZone(flags.browserTimezone) },
    needs_live_view: flags.liveView,
  });
  const session = await makeOnce('the session', '`skyvern browser session list`', () => client.sessions.create(request, call));
  if (session.warning) ctx.io.stderr.write(`warning: ${printable(session.warning)}\n`);
  if (wantsJson(ctx, command)) return writeJson(ctx.io.stdout, session);
  await write(ctx.io.stdout, `${printable(session.browser_session_id)}\n`);
}
