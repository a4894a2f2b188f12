import { type Command, Option } from 'commander';
import { printable } from '../../../../render/sanitize.js';
import type { CliContext } from '../../../context.js';
import { given } from '../../../given.js';
import { makeOnce } from '../../../make.js';
import { wantsJson, write, writeJson } from '../../../output.js';
import { connect } from '../../../target.js';

interface Flags {
  readonly description?: string;
  readonly fromSession?: string;
  readonly fromRun?: string;
  readonly proxyLocation?: string;
  readonly proxySessionId?: string;
}

export function define(command: Command, ctx: CliContext, handler = createProfile): void {
  command
    .argument('<name>', 'what to call it')
    .description('Make a browser profile, empty or with the cookies and log-ins of an ended session or run. In a pipe: its id alone.')
    .option('--description <text>', 'what it is for')
    .addOption(new Option('--from-session <id>', 'keep what this ended browser session has (pbs_...)').conflicts('fromRun'))
    .option('--from-run <id>', 'keep what the browser of this workflow run has (wr_...)')
    .option('--proxy-location <place>', 'where its browsers seem to be')
    .option('--proxy-session-id <id>', 'keep the same exit address')
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern browser profile create shop --from-session pbs_123\n  $ skyvern browser profile create empty --description "for tests"',
    )
    .action((name: string, flags: Flags) => handler(ctx, command, name, flags));
}

export async function createProfile(ctx: CliContext, command: Command, name: string, flags: Flags): Promise<void> {
  const { client, call } = await connect(ctx, command);
  const fields = given({
    description: flags.description,
    browser_session_id: flags.fromSession,
    workflow_run_id: flags.fromRun,
    proxy_location: flags.proxyLocation,
    proxy_session_id: flags.proxySessionId,
  });
  const profile = await makeOnce('the profile', '`skyvern browser profile list`', () => client.profiles.create({ name, ...fields }, call));
  if (wantsJson(ctx, command)) return writeJson(ctx.io.stdout, profile);
  await write(ctx.io.stdout, `${printable(profile.browser_profile_id)}\n`);
}
