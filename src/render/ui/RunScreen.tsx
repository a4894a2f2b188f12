/** The live view: what is over above, in the scrollback, and what moves below, never more rows than the terminal has. */
import { Box, Static, Text, Transform } from 'ink';
import type { RunView } from '../../runs/view.js';
import type { Asked } from '../activity.js';
import { type Line, type Moment, steady } from './line.js';
import { foldsOf, type Powers, type Session } from './session.js';
import { footerLine, trackLine, troubleLines } from './statusLines.js';
import { keyHints, talkLines } from './talkLines.js';
import type { Theme } from './theme.js';
import { type Done, treeLines } from './treeLines.js';

/** Lines that are printed once and then belong to the terminal. */
export interface Printed {
  readonly key: string;
  readonly lines: readonly Line[];
}

export interface RunScreenProps {
  readonly view: RunView;
  readonly printed: readonly Printed[];
  readonly done: Done;
  readonly moment: Moment;
  readonly columns: number;
  readonly rows: number;
  readonly theme: Theme;
  readonly session: Session;
  readonly powers: Powers;
  /** Whether keys reach us: stdin may be a pipe. */
  readonly hasKeys: boolean;
  /** When the server is asked next, epoch ms. */
  readonly nextPollAt: number | null;
  /** Requests in the last minute; null where nobody wants to know. */
  readonly perMinute: number | null;
  readonly requests: readonly Asked[];
}

export function RunScreen(props: RunScreenProps) {
  const { printed, view, columns } = props;
  return (
    <>
      <Static items={[...printed]}>{({ key, lines }) => <Lines key={key} lines={lines} columns={columns} wrap="wrap" />}</Static>
      {view.result === null && <Lines lines={liveLines(props)} wrap="truncate-end" />}
    </>
  );
}

interface LinesProps {
  readonly lines: readonly Line[];
  /** Where nothing around them says how wide they are. What moves is as wide as the terminal is by then. */
  readonly columns?: number;
  readonly wrap: 'wrap' | 'truncate-end';
}

function Lines({ lines, columns, wrap }: LinesProps) {
  return (
    <Box flexDirection="column" {...(columns !== undefined && { width: columns })}>
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
              {wrap === 'wrap' ? (
                <Transform transform={flush}>{text === '' ? ' ' : steady(text)}</Transform>
              ) : (
                <Text wrap={wrap}>{text === '' ? ' ' : steady(text)}</Text>
              )}
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

/** A row that was full to the edge leaves the space before the next word to the row below. */
const flush = (row: string, index: number): string => (index === 0 ? row : row.replace(SPACE_AT_THE_EDGE, '$1'));
/** After the styles, which begin with ESC. */
const SPACE_AT_THE_EDGE = /^((?:\u001b\[[\d;]*m)*) /;

/** Rows by what matters most; the tree takes what is left. Ink leaves one row for the cursor. */
export function liveLines(props: RunScreenProps): Line[] {
  const { view, done, moment, columns, rows, theme, session, powers, hasKeys, nextPollAt, perMinute, requests } = props;
  const room = Math.max(1, rows - 1);
  const roomy = room >= 8;
  const where: Line[] =
    view.url === null || room < 6 ? [] : [{ indent: 0, lead: `${theme.paint('dim', theme.glyphs.at)} `, text: theme.link(view.url) }];
  const keys = hasKeys ? keyHints(view, session.talk, powers) : [];
  const foot: Line[] = room < 3 ? [] : [footerLine(view, { columns, moment, theme, keys, nextPollAt, perMinute })];
  // What is being asked comes before everything: the keyboard waits for it.
  const talking = talkLines(session.talk, { theme, powers, requests, columns, rows: room }).slice(0, room);
  const below = [trackLine(view, columns, theme, moment), ...troubleLines(view, columns, theme), ...where, ...foot];
  const fixed = [...below.slice(0, room - talking.length), ...talking];
  const look = { theme, moment, folds: foldsOf(session), selected: session.selected };
  const tree = treeLines(view, done, room - fixed.length - (roomy ? 1 : 0), look);
  return tree.length > 0 && roomy ? [...tree, { indent: 0, text: '' }, ...fixed] : [...tree, ...fixed];
}
