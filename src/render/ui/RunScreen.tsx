/** The live view: what is over above, in the scrollback, and what moves below, never more rows than the terminal has. */
import { Box, Static, Text } from 'ink';
import type { RunView } from '../../runs/view.js';
import { elapsedMs } from '../../runs/view.js';
import { duration } from '../words.js';
import { countsText, type Line, type Moment, trackLine, treeLines, troubleLines } from './lines.js';
import type { Theme } from './theme.js';

/** Lines that are printed once and then belong to the terminal. */
export interface Printed {
  readonly key: string;
  readonly lines: readonly Line[];
}

/** What the keyboard is about. */
export type Talk =
  | { readonly about: 'nothing' }
  | { readonly about: 'help' }
  | { readonly about: 'cancel' }
  | { readonly about: 'message'; readonly text: string };

export interface RunScreenProps {
  readonly view: RunView;
  readonly printed: readonly Printed[];
  /** How many nodes at the top, and how many in all, are among them. */
  readonly done: { readonly top: number; readonly nodes: number };
  readonly moment: Moment;
  readonly columns: number;
  readonly rows: number;
  readonly theme: Theme;
  readonly talk: Talk;
  /** Whether keys reach us: stdin may be a pipe. */
  readonly hasKeys: boolean;
}

export function RunScreen(props: RunScreenProps) {
  const { printed, view, columns } = props;
  return (
    <>
      <Static items={[...printed]}>{({ key, lines }) => <Lines key={key} lines={lines} columns={columns} wrap="wrap" />}</Static>
      {view.result === null && <Lines lines={liveLines(props)} columns={columns} wrap="truncate-end" />}
    </>
  );
}

interface LinesProps {
  readonly lines: readonly Line[];
  readonly columns: number;
  readonly wrap: 'wrap' | 'truncate-end';
}

function Lines({ lines, columns, wrap }: LinesProps) {
  return (
    <Box flexDirection="column" width={columns}>
      {lines.map(({ indent, text, right }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
        <Box key={index} paddingLeft={indent} justifyContent="space-between">
          <Box flexShrink={1}>
            <Text wrap={wrap}>{text === '' ? ' ' : text}</Text>
          </Box>
          {right !== undefined && (
            <Box flexShrink={0} paddingLeft={2}>
              <Text>{right}</Text>
            </Box>
          )}
        </Box>
      ))}
    </Box>
  );
}

/** Rows by what matters most; the tree takes what is left. Ink leaves one row for the cursor. */
export function liveLines({ view, done, moment, columns, rows, theme, talk, hasKeys }: RunScreenProps): Line[] {
  const room = Math.max(1, rows - 1);
  const track = trackLine(view, columns, theme, moment);
  const trouble = troubleLines(view, theme);
  const where: Line[] = view.url === null ? [] : [{ indent: 0, text: `${theme.paint('dim', theme.glyphs.at)} ${theme.link(view.url)}` }];
  const talking = talkLines(talk, theme);
  const foot: Line[] = [footer(view, moment, theme, hasKeys && talk.about === 'nothing')];
  const below = [track, ...trouble, ...where, ...foot];
  // What is being asked comes before everything: the keyboard waits for it.
  if (talking.length + 1 >= room) return [...talking, track].slice(0, room);
  const fixed = [...below.slice(0, Math.max(1, room - talking.length)), ...talking];
  const tree = treeLines(view, done, room - fixed.length - 1, theme, moment);
  return tree.length > 0 ? [...tree, { indent: 0, text: '' }, ...fixed] : fixed;
}

function footer(view: RunView, { now }: Moment, theme: Theme, hasKeys: boolean): Line {
  const separator = ` ${theme.glyphs.dot} `;
  const facts = [view.runId, countsText(view, theme), view.track.length > 0 ? duration(elapsedMs(view, now)) : ''].filter(
    (each) => each !== '',
  );
  const keys = hasKeys ? ['d detach', 'c cancel', '? help'].join('  ') : '';
  return { indent: 0, text: theme.paint('dim', facts.join(separator)), ...(keys !== '' && { right: theme.paint('dim', keys) }) };
}

function talkLines(talk: Talk, theme: Theme): Line[] {
  const lines = (...texts: string[]) => texts.map((text) => ({ indent: 0, text }));
  switch (talk.about) {
    case 'cancel':
      return lines(theme.paint('yellow', 'Cancel this run? y to cancel it, n to let it go on'));
    case 'message':
      return lines(theme.paint('yellow', talk.text));
    case 'help':
      return lines(
        `${theme.paint('bold', 'd')}  stop watching; the run goes on (Ctrl-C too)`,
        `${theme.paint('bold', 'c')}  cancel the run, after asking`,
        `${theme.paint('bold', '?')}  close this help (Ctrl-Z puts the view aside, fg brings it back)`,
      );
    default:
      return [];
  }
}
