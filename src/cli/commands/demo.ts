/** `skyvern demo`: the main job on a small site of ours, with nothing to set up. */
import type { Command } from 'commander';
import { DEMO_PROMPT, startDemoSite } from '../../demo/site.js';
import { RULES_ENGINE } from '../../protocol/task.js';
import { printable } from '../../render/sanitize.js';
import type { CliContext } from '../context.js';
import { addFollowOptions, type FollowFlags } from '../follow.js';
import { outputMode } from '../output.js';
import { startAndFollow, taskBeginning } from '../start.js';
import { connectLocal } from '../target.js';

interface Flags extends FollowFlags {
  readonly prompt: string;
}

export function define(command: Command, ctx: CliContext, handler = demo): void {
  command
    .description(
      'Start the embedded server and a small site (items, details, a login, a download), and run a prompt there in a real Chromium: no account, no model, no network.',
    )
    .option('-p, --prompt <text>', 'what to do there', DEMO_PROMPT)
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern demo\n  $ skyvern demo --prompt "Get the names and prices of all items" --json | jq .output',
    );
  addFollowOptions(command).action((flags: Flags) => handler(ctx, command, flags));
}

export async function demo(ctx: CliContext, command: Command, flags: Flags): Promise<void> {
  const { io } = ctx;
  const mode = outputMode(ctx, command);
  const site = await startDemoSite();
  ctx.onEnd(() => site.close());
  const target = await connectLocal(ctx, command);
  if (mode !== 'quiet') {
    const line = `skyvern task run --local --engine ${RULES_ENGINE} --url ${site.url} --prompt ${quoted(flags.prompt)} --wait`;
    io.stderr.write(`This is what you would type:\n\n  $ ${printable(line)}\n\n`);
  }
  const task = taskBeginning({ prompt: flags.prompt, url: site.url, engine: RULES_ENGINE });
  await startAndFollow(ctx, target, task, { ...flags, wait: true }, mode);
  if (mode !== 'quiet') io.stderr.write(NEXT);
}

/** What one types after the demo, each as it works here and now. */
const NEXT = `
Next, on pages of your own:

  $ skyvern task run --local --engine ${RULES_ENGINE} --url https://example.com --prompt "Get the title of the page" --wait
  $ skyvern auth login             for Skyvern Cloud
  $ skyvern auth login --model anthropic/claude-sonnet-4-5
                                   for prompts in your own words on --local
  $ skyvern local stop             now; the server stops by itself when idle
`;

/** As a shell takes it: in double quotes when that is enough, so that it reads well. */
function quoted(text: string): string {
  return /["$`\\!]/.test(text) ? `'${text.replaceAll("'", "'\\''")}'` : `"${text}"`;
}
