/**
 * A PNG as text for a terminal: by the protocol of kitty, that of iTerm2, sixel, or two pixels to a character anywhere else.
 *
 * Loaded only when somebody asks for a picture.
 */
import { convertIndexedToRgb, type DecodedPng, decode } from 'fast-png';
import { image2sixel } from 'sixel';
import { SkyvernError } from '../errors.js';
import type { Io } from '../io.js';

export type Protocol = 'kitty' | 'iterm2' | 'sixel' | 'blocks';
const PROTOCOLS: readonly Protocol[] = ['kitty', 'iterm2', 'sixel', 'blocks'];

/** What the terminal says of itself; `SKYVERN_IMAGES` knows better. A multiplexer passes none of the protocols on. */
export function protocolOf(env: Io['env']): Protocol {
  const asked = PROTOCOLS.find((each) => each === env['SKYVERN_IMAGES']);
  if (asked) return asked;
  const [term, program] = [env['TERM'] ?? '', (env['TERM_PROGRAM'] ?? '').toLowerCase()];
  if (env['TMUX'] || env['STY'] || /^(?:screen|tmux)/.test(term)) return 'blocks';
  if (env['KITTY_WINDOW_ID'] || /^xterm-(?:kitty|ghostty)$/.test(term) || ['ghostty', 'wezterm'].includes(program)) return 'kitty';
  if (['iterm.app', 'mintty', 'vscode'].includes(program) || env['LC_TERMINAL'] === 'iTerm2') return 'iterm2';
  return /^(?:foot|mlterm)/.test(term) ? 'sixel' : 'blocks';
}

export interface PictureRoom {
  readonly columns: number;
  readonly rows: number;
  readonly env: Io['env'];
}

/** A character is about this many pixels wide and high where a terminal draws pixels; nobody tells us. */
const CELL = { width: 9, height: 18 };
/** A picture that would be larger than this when unpacked is not one of a page. */
const MAX_PIXELS = 100_000_000;

/**
 * Ends in a line feed. It never leaves a colour set.
 * @throws SkyvernError `no_picture` for what is no PNG
 */
export function pictureText(png: Uint8Array, { columns, rows, env }: PictureRoom, protocol = protocolOf(env)): string {
  const size = sizeOf(png);
  const scale = Math.min((columns * CELL.width) / size.width, (rows * CELL.height) / size.height, 1);
  const wide = Math.max(1, Math.round((size.width * scale) / CELL.width));
  if (protocol === 'kitty') return `${kitty(png, wide)}\n`;
  if (protocol === 'iterm2') {
    const about = `inline=1;width=${wide};preserveAspectRatio=1;size=${png.length}`;
    return `\u001b]1337;File=${about}:${Buffer.from(png).toString('base64')}\u0007\n`;
  }
  const image = pixelsOf(png);
  if (protocol === 'sixel') {
    const small = shrunk(image, Math.max(1, Math.round(size.width * scale)), Math.max(1, Math.round(size.height * scale)));
    return `${image2sixel(small.data, small.width, small.height, 256, 1)}\n`;
  }
  const fit = Math.min(columns / size.width, (rows * 2) / size.height, 1);
  const small = shrunk(image, Math.max(1, Math.round(size.width * fit)), Math.max(2, Math.round((size.height * fit) / 2) * 2));
  return halfBlocks(small, /^(?:truecolor|24bit)$/.test(env['COLORTERM'] ?? '') || env['FORCE_COLOR'] === '3');
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** From the header, before anything is unpacked. */
function sizeOf(png: Uint8Array): { readonly width: number; readonly height: number } {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const isPng = png.length > 26 && ((png[24] ?? 0) >= 8 || png[25] === 3) && SIGNATURE.every((byte, at) => png[at] === byte);
  const [width, height] = isPng ? [view.getUint32(16), view.getUint32(20)] : [0, 0];
  if (width === 0 || height === 0 || width * height > MAX_PIXELS) {
    throw new SkyvernError('integrity', 'no_picture', 'the screenshot is no picture that can be shown here');
  }
  return { width, height };
}

/** In pieces of 4,096 characters, as the protocol asks for; `c` scales it to so many columns, `q=2` forbids answers. */
function kitty(png: Uint8Array, wide: number): string {
  const pieces =
    Buffer.from(png)
      .toString('base64')
      .match(/.{1,4096}/g) ?? [];
  return pieces
    .map((piece, at) => `\u001b_G${at === 0 ? `a=T,f=100,q=2,c=${wide},` : ''}m=${at < pieces.length - 1 ? 1 : 0};${piece}\u001b\\`)
    .join('');
}

/** Red, green, blue and opacity of each pixel, row by row. */
interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

function pixelsOf(png: Uint8Array): Pixels {
  const { width, height, data, channels, depth, palette } = decode(png);
  const known = palette ? convertIndexedToRgb({ width, height, data, channels, depth, palette } as DecodedPng) : data;
  const own = palette ? known.length / (width * height) : channels;
  const isGrey = own < 3;
  // A screenshot has 8 bits; of 16 the higher half is what is seen.
  const shift = depth === 16 ? 8 : 0;
  const at = (index: number) => (known[index] ?? 0) >> shift;
  const rgba = new Uint8Array(width * height * 4);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const [from, to] = [pixel * own, pixel * 4];
    rgba[to] = at(from);
    rgba[to + 1] = at(isGrey ? from : from + 1);
    rgba[to + 2] = at(isGrey ? from : from + 2);
    rgba[to + 3] = own % 2 === 0 ? at(from + own - 1) : 255;
  }
  return { width, height, data: rgba };
}

/** Each pixel is the mean of those that it stands for. */
function shrunk(image: Pixels, width: number, height: number): Pixels {
  const data = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) {
    const [top, bottom] = span(y, height, image.height);
    for (let x = 0; x < width; x++) {
      const [left, right] = span(x, width, image.width);
      const sum = [0, 0, 0, 0];
      for (let row = top; row < bottom; row++) {
        for (let column = left; column < right; column++) {
          const at = (row * image.width + column) * 4;
          for (let channel = 0; channel < 4; channel++) sum[channel] = (sum[channel] as number) + (image.data[at + channel] as number);
        }
      }
      const count = (bottom - top) * (right - left);
      data.set(
        sum.map((each) => Math.round(each / count)),
        (y * width + x) * 4,
      );
    }
  }
  return { width, height, data };
}

const span = (index: number, count: number, size: number): [number, number] => {
  const from = Math.floor((index * size) / count);
  return [from, Math.max(from + 1, Math.floor(((index + 1) * size) / count))];
};

/** The upper pixel is the colour of the character, the lower one that behind it. */
function halfBlocks({ width, height, data }: Pixels, trueColor: boolean): string {
  const color = (x: number, y: number): string => {
    const at = (y * width + x) * 4;
    const [red, green, blue] = [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0];
    if (trueColor) return `2;${red};${green};${blue}`;
    const level = (value: number) => Math.round((value / 255) * 5);
    return `5;${16 + 36 * level(red) + 6 * level(green) + level(blue)}`;
  };
  let text = '';
  for (let y = 0; y < height; y += 2) {
    let last = '';
    for (let x = 0; x < width; x++) {
      const style = `\u001b[38;${color(x, y)};48;${color(x, y + 1)}m`;
      text += style === last ? '▀' : `${style}▀`;
      last = style;
    }
    text += '\u001b[0m\n';
  }
  return text;
}
