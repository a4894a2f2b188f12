import type { Command } from 'commander';
import { hookRedactor } from '../../../client/redact.js';
import { UsageError } from '../../../errors.js';
import { SIGNATURE_HEADER, TIMESTAMP_HEADER } from '../../../protocol/webhookSignature.js';
import { printable, safeJson } from '../../../render/sanitize.js';
import type { CliContext } from '../../context.js';
import { queried, wantsJson, write } from '../../output.js';
import { integer, webUrl } from '../../parsers.js';
import { Chores } from '../../webhook/chores.js';
import { runHook } from '../../webhook/hook.js';
import { signingKeys } from '../../webhook/keys.js';
import { post } from '../../webhook/post.js';
import { type Delivery, receive } from '../../webhook/receiver.js';
import { SeenWebhooks } from '../../webhook/seen.js';

interface Flags {
  readonly port: number;
  readonly forward?: string;
  readonly exec?: readonly string[];
  readonly count?: number;
}

const DEFAULT_PORT = 4280;
const MAX_WAITING = 1_000;
/** As often as Skyvern itself tries, and about as far apart. */
const FORWARD_PAUSES_MS = [1_500, 3_000];

export function define(command: Command, ctx: CliContext, handler = webhookListen): void {
  command
    .description(
      'Receive webhooks on this machine (127.0.0.1), check their signature with each key that may have signed, and print each once: a line, or NDJSON with --json. One that was taken in the last 30 days is a duplicate and does nothing again.',
    )
    .argument('[words...]', 'more arguments for --exec, after --')
    .option('--port <n>', '0 for any free one', integer, DEFAULT_PORT)
    .option('--forward <url>', 'send each on, bytes and signature unchanged', webUrl)
    .option('--exec <program...>', 'run this for each, without a shell: body on standard input, SKYVERN_RUN_ID and SKYVERN_RUN_STATUS set')
    .option('--count <n>', 'end after this many', integer)
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyvern webhook listen --forward http://localhost:3000/hook\n  $ skyvern webhook listen --json --count 1 --exec jq -- -r .output',
    )
    .action((words: string[], flags: Flags) => handler(ctx, command, flags, words));
}

export async function webhookListen(ctx: CliContext, command: Command, flags: Flags, words: readonly string[] = []): Promise<void> {
  const { io, clock, random, paths, callSignal: signal } = ctx;
  if (words.length > 0 && !flags.exec)
    throw new UsageError(`${JSON.stringify(words[0])} belongs to no flag`, { hint: 'arguments after -- are for --exec' });
  const json = wantsJson(ctx, command);
  const hook = flags.exec && [...flags.exec, ...words];
  const seen = new SeenWebhooks({ paths, owner: io, clock, random });
  const keys = await signingKeys(ctx, command);
  const say = (text: string) => void io.stderr.write(`${printable(text)}\n`);
  const chores = new Chores(MAX_WAITING);
  const enough = Promise.withResolvers<void>();
  let taken = 0;
  const onDelivery = (delivery: Delivery) => {
    const isTaken = chores.add(async () => {
      await write(io.stdout, json ? `${safeJson(queried(io.stdout, document(delivery)))}\n` : `${line(delivery)}\n`);
      if (!delivery.duplicate) await follow(delivery);
      if (flags.count !== undefined && ++taken >= flags.count) enough.resolve();
    });
    if (!isTaken) say('too many webhooks wait to be handled: one was taken and dropped');
  };
  const follow = async (delivery: Delivery) => {
    if (flags.forward !== undefined) await forward(new URL(flags.forward), delivery, ctx, say);
    if (hook) {
      const { run_id, status } = payload(delivery.body);
      const about = { SKYVERN_RUN_ID: textOf(run_id), SKYVERN_RUN_STATUS: textOf(status) };
      const onOutput = (text: string) => void (json ? io.stderr : io.stdout).write(text);
      const problem = await runHook({ io, signal, onOutput }, hook, delivery.body, about);
      if (problem !== null) say(`--exec: ${problem}`);
    }
  };
  const receiver = await receive({
    port: flags.port,
    keys,
    seen,
    clock,
    onDelivery,
    onRefusal: (status, why) => say(`refused (${status}): ${why}`),
  });
  ctx.onEnd(() => receiver.close());
  if (json) await write(io.stdout, `${safeJson({ type: 'listening', url: receiver.url, port: receiver.port })}\n`);
  else say(`listening on ${receiver.url}; give it to a run with --webhook-url`);
  const stop = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => stop.reject(signal.reason), { once: true });
  if (signal.aborted) throw signal.reason;
  await Promise.race([enough.promise, stop.promise]);
  await chores.done;
}

/** The same bytes under the same signature: the receiver checks it as if it came from Skyvern. */
async function forward(
  url: URL,
  { body, signature, timestamp, contentType }: Delivery,
  ctx: CliContext,
  say: (text: string) => void,
): Promise<void> {
  const headers = {
    'content-type': contentType,
    [SIGNATURE_HEADER]: signature,
    ...(timestamp !== null && { [TIMESTAMP_HEADER]: timestamp }),
    'user-agent': `skyvern-cli/${__VERSION__}`,
  };
  for (let tries = 0; ; tries++) {
    const { status, error } = await post(url, body, headers, ctx.callSignal);
    if (status !== null && status >= 200 && status < 300) return;
    const pauseMs = FORWARD_PAUSES_MS[tries];
    const final = pauseMs === undefined || (status !== null && status < 500 && ![403, 408, 425, 429].includes(status));
    say(`--forward: ${hookRedactor(url.href)(url.href)}: ${error ?? `it answered ${status}`}${final ? '' : '; again in a moment'}`);
    if (final) return;
    await ctx.clock.sleep(pauseMs, ctx.callSignal);
  }
}

/** The event of a delivery: what a program reads. */
function document(delivery: Delivery): object {
  const body = payload(delivery.body);
  return {
    type: 'webhook',
    at: delivery.at,
    age_ms: ageOf(delivery),
    duplicate: delivery.duplicate,
    run_id: body['run_id'] ?? null,
    run_type: body['run_type'] ?? null,
    status: body['status'] ?? null,
    body,
  };
}

function line(delivery: Delivery): string {
  const { run_id, status, failure_reason } = payload(delivery.body);
  const time = new Date(delivery.at).toISOString().replace(/\.\d+Z$/, 'Z');
  const parts = [time, textOf(run_id), textOf(status), delivery.duplicate ? 'duplicate' : textOf(failure_reason)];
  return parts.map((part) => printable(part, { maxLength: 300 })).join('\t');
}

/** By the sender's clock and ours: not signed, and either may be wrong. Null when the sender does not say. */
const ageOf = ({ timestamp, at }: Delivery): number | null =>
  timestamp !== null && /^\d{1,12}(?:\.\d+)?$/.test(timestamp) ? Math.round(at - Number(timestamp) * 1000) : null;

/** Signed, so it is what the server sent; whether it is an object is another matter. */
function payload(body: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Fit for an environment variable, too. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value.replaceAll('\0', '') : '');
