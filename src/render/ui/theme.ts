/** How the live view looks: glyphs, colours and links, decided once from the environment. */
import type { Io } from '../../io.js';
import { isWebUrl } from '../words.js';

const UNICODE = {
  spinner: ['◐', '◓', '◑', '◒'],
  done: '✓',
  failed: '✗',
  stopped: '⊘',
  skipped: '◌',
  waiting: '●',
  thought: '◇',
  arrow: '→',
  dot: '·',
  more: '⋮',
  at: '↗',
  bar: '▎',
  folded: '▸',
  pointer: '❯',
  hidden: '•',
} as const;

const ASCII: Record<keyof typeof UNICODE, string | readonly string[]> = {
  spinner: ['|', '/', '-', '\\'],
  done: '+',
  failed: 'x',
  stopped: '/',
  skipped: 'o',
  waiting: '*',
  thought: '?',
  arrow: '->',
  dot: '-',
  more: ':',
  at: '@',
  bar: '|',
  folded: '>',
  pointer: '>',
  hidden: '*',
};

export type Glyphs = { readonly [Name in keyof typeof UNICODE]: (typeof UNICODE)[Name] extends string ? string : readonly string[] };

const SGR = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39], cyan: [36, 39], inverse: [7, 27] } as const;
export type Style = keyof typeof SGR;

export interface Theme {
  readonly glyphs: Glyphs;
  readonly hasColor: boolean;
  /** Text in a style; unchanged where colour is off. Weight counts as colour: NO_COLOR readers want plain text. */
  paint(style: Style, text: string): string;
  /** A link where the terminal has links and the address is a web address; the text of it always stays visible. */
  link(url: string): string;
}

/** @param asked whether colour was asked for on the command line; the environment decides when it says nothing */
export function themeOf(io: Io, asked = true): Theme {
  const { env } = io;
  const color = asked && hasColor(env);
  const links = hasLinks(env);
  return {
    glyphs: (isAsciiOnly(env) ? ASCII : UNICODE) as Glyphs,
    hasColor: color,
    paint: (style, text) => (color && text !== '' ? `\u001b[${SGR[style][0]}m${text}\u001b[${SGR[style][1]}m` : text),
    link: (url) => (links && isWebUrl(url) ? `\u001b]8;;${url}\u0007${url}\u001b]8;;\u0007` : url),
  };
}

/**
 * Whether signs of ours outside ASCII are left out: when it is asked for, on the console of Linux, and in a locale that says it has no UTF-8. One that
 * is not set says nothing: most containers have none, and terminals that can.
 */
export function isAsciiOnly(env: Io['env']): boolean {
  if (env['SKYVERN_ASCII'] !== undefined && env['SKYVERN_ASCII'] !== '') return isSet(env['SKYVERN_ASCII']);
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  const charset = /\.([^@]+)/.exec(locale)?.[1];
  return env['TERM'] === 'linux' || locale === 'C' || locale === 'POSIX' || (charset !== undefined && !/^utf-?8$/i.test(charset));
}

/** The signs that texts of ours are set with, and what cuts a line short, each by one of the same width. */
const TYPEWRITTEN: Readonly<Record<string, string>> = {
  '“': '"',
  '”': '"',
  '…': '~',
  '–': '-',
  '→': '>',
  '↑': '^',
  '↓': 'v',
  '•': '*',
  '·': '-',
};

export const typewritten = (text: string): string => text.replace(/[“”…–→↑↓•·]/g, (sign) => TYPEWRITTEN[sign] as string);

const isSet = (value: string | undefined): boolean => value !== undefined && value !== '' && value !== '0' && value !== 'false';

/** The view is drawn on a terminal only, so colour is on unless somebody said no. FORCE_COLOR is the last word. */
function hasColor(env: Io['env']): boolean {
  if (env['FORCE_COLOR'] !== undefined) return isSet(env['FORCE_COLOR']) || env['FORCE_COLOR'] === '';
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false;
  return env['CLICOLOR'] !== '0';
}

/** Terminals known to understand OSC 8; a multiplexer in between may not pass it on. */
function hasLinks(env: Io['env']): boolean {
  if (env['FORCE_HYPERLINK'] !== undefined) return isSet(env['FORCE_HYPERLINK']);
  if (isSet(env['TMUX']) || isSet(env['STY'])) return false;
  const program = ['iTerm.app', 'vscode', 'WezTerm', 'ghostty', 'Hyper', 'Tabby', 'rio'];
  const term = ['xterm-kitty', 'xterm-ghostty', 'alacritty', 'foot', 'foot-extra', 'wezterm'];
  const vte = Number.parseInt(env['VTE_VERSION'] ?? '0', 10);
  return vte >= 5000 || isSet(env['WT_SESSION']) || program.includes(env['TERM_PROGRAM'] ?? '') || term.includes(env['TERM'] ?? '');
}
