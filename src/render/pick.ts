/** Which renderers an output mode means: the one place that knows the table of modes. */
import type { Io } from '../io.js';
import { formatProblem, problemOfVerdict } from './errors.js';
import type { LiveOptions, RenderersOptions } from './live.js';
import { ndjsonRenderer } from './ndjson.js';
import { plainRenderer } from './plain.js';
import { type Renderer, Writer } from './renderer.js';
import { jsonRenderer, outputRenderer } from './result.js';

export type OutputMode = 'auto' | 'live' | 'plain' | 'json' | 'ndjson' | 'quiet';

/** Whether the live view can be drawn: a terminal that obeys, and nobody's log. */
export function canBeLive(io: Io): boolean {
  const { TERM, CI } = io.env;
  return io.stderr.isTTY === true && TERM !== 'dumb' && (CI === undefined || CI === '' || CI === 'false' || CI === '0');
}

/** Whether this mode draws the live view. `live` asks for it: only a stream that is no terminal refuses. */
export function isLive(io: Io, mode: OutputMode): boolean {
  if (mode === 'live') return io.stderr.isTTY === true;
  return (mode === 'auto' || mode === 'json') && canBeLive(io);
}

let ink: Promise<typeof import('./ink.js')> | undefined;

/** Starts loading the live view, if the mode needs it, while the first request is under way. */
export function preload(io: Io, mode: OutputMode): void {
  if (!isLive(io, mode)) return;
  ink ??= import('./ink.js');
  ink.catch(() => {}); // told by the renderer that needs it
}

/** Returns at once: the live view loads while the first request is under way and draws as soon as it can. */
export function createRenderers(io: Io, mode: OutputMode, options: RenderersOptions): Renderer[] {
  const isOnTerminal = io.stdout.isTTY === true;
  // The card shows the output to people; a pipe gets it as it is, and `--json` prints it as a document.
  const showOutput = mode === 'json' ? !isOnTerminal : true;
  const view = () => (isLive(io, mode) ? liveRenderer(io, mode, { ...options, showOutput }) : plainRenderer(io.stderr, options));
  const isLog = io.env['GITHUB_ACTIONS'] === 'true';
  switch (mode) {
    case 'ndjson':
      return [ndjsonRenderer(io.stdout), problemRenderer(io, 'machine')];
    case 'quiet':
      return [outputRenderer(io.stdout, isLog), problemRenderer(io, 'human')];
    case 'json':
      // On a terminal the live view has told people how the run ended; a program reads lines.
      return [view(), jsonRenderer(io.stdout, options.document), ...(isLive(io, mode) ? [] : [problemRenderer(io, 'machine')])];
    default:
      return [view(), ...(isLive(io, mode) && isOnTerminal ? [] : [outputRenderer(io.stdout, isLog)])];
  }
}

/** How a run ended badly, as the last thing on stderr. */
function problemRenderer(io: Io, audience: 'human' | 'machine'): Renderer {
  const writer = new Writer(io.stderr);
  let problem: string | null = null;
  return {
    audience: 'machine',
    event(event) {
      const found = event.type === 'result' ? problemOfVerdict(event) : null;
      if (found) problem = formatProblem(found, audience);
    },
    async close() {
      if (problem !== null) await writer.write(problem);
    },
  };
}

function liveRenderer(io: Io, mode: OutputMode, options: LiveOptions): Renderer {
  preload(io, mode);
  const loaded = ink as NonNullable<typeof ink>;
  const renderer = loaded.then(({ inkRenderer }) => inkRenderer(io, options));
  renderer.catch(() => {});
  return {
    audience: 'human',
    event: async (event) => (await renderer).event(event),
    close: async () => (await renderer).close(),
  };
}
