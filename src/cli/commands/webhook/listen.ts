import type { Command } from 'commander';
import { hookRedactor } from '../../../client/redact.js';
import { SkyvernError, UsageError } from '../../../errors.js';
import { SIGNATURE_HEADER, TIMESTAMP_HEADER } from '../../../protocol/webhookSignature.js';
import { printable, safeJson } from '../../../render/sanitize.js';
import type { CliContext } from '../../context.js';
import { findLocal } from '../../local.js';
import { queried, wantsJson, write } from '../../output.js';
import { duration, integer, webUrl } from '../../parsers.js';
import { isEmbedded, settingsOf } from '../../settings.js';
import { connect } from '../../target.js';
import { type Arrival, document, line, signedHere, textOf } from '../../webhook/arrival.js';
import { Chores } from '../../webhook/chores.js';
import { runHook } from '../../webhook/hook.js';
import { EMBEDDED_KEY, signingKeys } from '../../webhook/keys.js';
import { missedRuns } from '../../webhook/missed.js';
import { post } from '../../webhook/post.js';
import { Presence } from '../../webhook/presence.js';
import { type Delivery, receive } from '../../webhook/receiver.js';
import { SeenWebhooks } from '../../webhook/seen.js';
import { payloadOf } from '../../webhook/told.js';

interface Flags {
  readonly port: number;
  readonly forward?: string;
  readonly exec?: readonly string[];
  readonly count?: number;
  readonly maxAge?: number;
  readonly reconcile: boolean;
}

const DEFAULT_PORT = 4280;
const MAX_WAITING = 1_000;
/** As often as Skyvern itself tries, and about as far apart. */
const FORWARD_PAUSES_MS = [1_500, 3_000];

export function define(command: Command, ctx: CliContext, handler = webhookListen): void {
  command
    .description(
      'Receive webhooks on this machine (127.0.0.1), check their signature with each key that may have signed, and print each once: a line, or NDJSON with --json. One that was taken in the last 30 days is a duplicate and does nothing again; nor does one that comes late, after a later state of its run. Runs that ended since the last listening, and were to be told here, are told too, as reconciled.',
    )
    .argument('[words...]', 'more arguments for --exec, after --')
    .option('--port <n>', '0 for any free one', integer, DEFAULT_PORT)
    .option('--forward <url>', 'send each on, bytes and signature unchanged', webUrl)
    .option('--exec <program...>', 'run this for each, without a shell: body on standard input, SKYVERN_RUN_ID and SKYVERN_RUN_STATUS set')
    .option('--count <n>', 'end after this many; those told as reconciled are not counted', integer)
    .option(
      '--max-age <duration>',
      'refuse what was sent longer ago, or ahead of the clock here; the time of sending is not signed',
      duration,
    )
    .option('--no-reconcile', 'do not tell of runs that ended while nobody listened')
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
  const deps = { paths, owner: io, clock, random };
  const seen = new SeenWebhooks(deps);
  const keys = await signingKeys(ctx, command);
  const say = (text: string) => void io.stderr.write(`${printable(text)}\n`);
  const chores = new Chores(MAX_WAITING);
  const enough = Promise.withResolvers<void>();
  let taken = 0;
  const handle = (arrival: Arrival) =>
    chores.add(async () => {
      await write(io.stdout, json ? `${safeJson(queried(io.stdout, document(arrival)))}\n` : `${line(arrival)}\n`);
      if (arrival.news === 'new') await follow(arrival);
      if (flags.count !== undefined && !arrival.reconciled && ++taken >= flags.count) enough.resolve();
    });
  const onDelivery = (delivery: Delivery) => {
    presence.reachedAt(delivery.host);
    if (!handle({ ...delivery, reconciled: false })) say('too many webhooks wait to be handled: one was taken and dropped');
  };
  const follow = async (arrival: Arrival) => {
    if (flags.forward !== undefined) await forward(new URL(flags.forward), arrival, ctx, say);
    if (hook) {
      const { run_id, status } = payloadOf(arrival.body);
      const about = { SKYVERN_RUN_ID: textOf(run_id), SKYVERN_RUN_STATUS: textOf(status) };
      const onOutput = (text: string) => void (json ? io.stderr : io.stdout).write(text);
      const problem = await runHook({ io, signal, onOutput }, hook, arrival.body, about);
      if (problem !== null) say(`--exec: ${problem}`);
    }
  };
  const receiver = await receive({
    port: flags.port,
    keys,
    seen,
    clock,
    maxAgeMs: flags.maxAge ?? null,
    onDelivery,
    onRefusal: (status, why) => say(`refused (${status}): ${why}`),
  });
  ctx.onEnd(() => receiver.close());
  const settings = settingsOf(ctx, command);
  const embedded = isEmbedded(command, settings);
  const hosts = ['127.0.0.1', 'localhost'].map((name) => `${name}:${receiver.port}`);
  const presence = new Presence(deps, `${embedded ? 'embedded' : settings.baseUrl.value.origin} ${flags.port}`, hosts);
  if (json) await write(io.stdout, `${safeJson({ type: 'listening', url: receiver.url, port: receiver.port })}\n`);
  else say(`listening on ${receiver.url}; give it to a run with --webhook-url`);
  const left = new AbortController();
  const reconcile = async () => {
    const { before } = presence;
    const startedAt = clock.now();
    if (before !== null) {
      if (!flags.reconcile || (embedded && (await findLocal(ctx)) === null)) return; // for the next time
      const { client, call } = await connect(ctx, command);
      const asked = { ...call, signal: AbortSignal.any([signal, left.signal]) };
      const { missed, complete } = await missedRuns({ runs: client.runs, seen, clock, hosts: presence.hosts, call: asked }, before.since);
      if (!complete) say('so many runs ended while nobody listened that only the newest were looked at');
      const key = keys.find(({ where }) => embedded && where === EMBEDDED_KEY) ?? keys[0]!;
      for (const run of missed) {
        const body = Buffer.from(JSON.stringify(run));
        const news = seen.take(body);
        if (news === 'new') handle({ ...signedHere(body, key, startedAt), news, reconciled: true });
      }
    }
    presence.caughtUp(startedAt);
    ctx.onEnd(() => presence.left(clock.now()));
  };
  const reconciled = reconcile().catch((error: unknown) => {
    if (signal.aborted || left.signal.aborted) return;
    if (!(error instanceof SkyvernError)) throw error;
    say(`whether runs ended while nobody listened is not known: ${error.message}`);
  });
  const stop = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => stop.reject(signal.reason), { once: true });
  if (signal.aborted) throw signal.reason;
  await Promise.race([enough.promise, stop.promise, reconciled.then(() => stop.promise)]);
  left.abort();
  await reconciled;
  await chores.done;
}

/** The same bytes under the same signature: the receiver checks it as if it came from Skyvern. */
async function forward(
  url: URL,
  { body, signature, timestamp, contentType }: Arrival,
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
