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
      {lines.map(({ indent, lead, text, right }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
        <Box key={index} paddingLeft={indent} justifyContent="space-between">
          <Box flexShrink={1}>
            {lead !== undefined && (
              <Box flexShrink={0}>
                <Text>{lead}</Text>
              </Box>
            )}
            <Box flexShrink={1}>
              <Text wrap={wrap}>{text === '' ? ' ' : text}</Text>
            </Box>
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
  const roomy = room >= 8;
  const where: Line[] =
    view.url === null || room < 6 ? [] : [{ indent: 0, lead: `${theme.paint('dim', theme.glyphs.at)} `, text: theme.link(view.url) }];
  const foot: Line[] = room < 3 ? [] : [footer(view, columns, moment, theme, hasKeys && talk.about === 'nothing')];
  // What is being asked comes before everything: the keyboard waits for it.
  const talking = talkLines(talk, theme).slice(0, room);
  const below = [trackLine(view, columns, theme, moment), ...troubleLines(view, theme), ...where, ...foot];
  const fixed = [...below.slice(0, room - talking.length), ...talking];
  const tree = treeLines(view, done, room - fixed.length - (roomy ? 1 : 0), theme, moment);
  return tree.length > 0 && roomy ? [...tree, { indent: 0, text: '' }, ...fixed] : [...tree, ...fixed];
}

function footer(view: RunView, columns: number, { now }: Moment, theme: Theme, hasKeys: boolean): Line {
  const separator = ` ${theme.glyphs.dot} `;
  const elapsed = view.track.length > 0 ? duration(elapsedMs(view, now)) : '';
  const facts = [view.runId, countsText(view, theme), elapsed].filter((each) => each !== '').join(separator);
  const room = hasKeys ? columns - facts.length - 2 : 0;
  const keys = ['d detach  c cancel  ? help', '? help'].find((each) => each.length <= room);
  return { indent: 0, text: theme.paint('dim', facts), ...(keys !== undefined && { right: theme.paint('dim', keys) }) };
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
