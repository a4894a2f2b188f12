/** What the keyboard is about, below everything else: a question, what is typed, the keys, the last requests. */
import type { RunView } from '../../runs/view.js';
import type { Asked } from '../activity.js';
import { duration } from '../words.js';
import { type Line, line, wrapped } from './line.js';
import { isPaused, type Powers, type Question, type Talk } from './session.js';
import type { Theme } from './theme.js';

const QUESTIONS: Readonly<Record<Question, string>> = {
  cancel: 'Cancel this run? y to cancel it, n to let it go on',
  approve: 'Say yes to this, so that the run goes on? y or n',
  reject: 'Say no to this? That cancels the run. y or n',
};

/** What a key came to is read whole, unless a server tells a story. */
const MAX_SAID_LINES = 4;

export interface TalkLook {
  readonly theme: Theme;
  readonly powers: Powers;
  readonly requests: readonly Asked[];
  readonly columns: number;
  /** How many rows there are at most. */
  readonly rows: number;
}

export function talkLines(talk: Talk, { theme, powers, requests, columns, rows }: TalkLook): Line[] {
  const { paint, glyphs } = theme;
  switch (talk.about) {
    case 'ask':
      return [line(0, paint('yellow', QUESTIONS[talk.question]))];
    case 'message':
      return wrapped(talk.text, columns, MAX_SAID_LINES).map((each) => line(0, paint('yellow', each)));
    case 'find':
      return [line(0, `${paint('yellow', '/')}${talk.text}${paint('inverse', ' ')}  ${paint('dim', 'Enter finds it, n the one before')}`)];
    case 'code':
      return [
        line(
          0,
          `${paint('yellow', '2FA code:')} ${glyphs.hidden.repeat([...talk.text].length)}${paint('inverse', ' ')}  ${paint('dim', 'Enter sends it, Esc does not')}`,
        ),
      ];
    case 'log':
      return logLines(requests, theme, Math.min(rows, MAX_LOGGED));
    case 'help':
      return helpLines(theme, powers);
    default:
      return [];
  }
}

const MAX_LOGGED = 10;

/** The newest last. */
function logLines(requests: readonly Asked[], { paint }: Theme, rows: number): Line[] {
  if (requests.length === 0) return [line(0, paint('dim', 'no request yet'))];
  return requests.slice(-rows).map(({ at, method, path, status, durationMs, error }) => {
    const time = new Date(at).toISOString().slice(11, 19);
    const failed = status === null || status >= 400;
    const outcome = status === null ? (error ?? 'no answer') : `${status}`;
    return line(
      0,
      `${paint('dim', time)} ${method} ${path} ${paint(failed ? 'red' : 'green', outcome)}`,
      paint('dim', durationMs < 1_000 ? `${Math.round(durationMs)}ms` : duration(durationMs)),
    );
  });
}

function helpLines({ paint }: Theme, powers: Powers): Line[] {
  const keys: readonly (readonly [string, string, boolean])[] = [
    ['d', 'stop watching; the run goes on (Ctrl-C too)', true],
    ['c', 'cancel the run, after asking', true],
    ['a r', 'say yes or no to a run that waits for a person', powers.approve],
    ['t', 'type a one-time code for the run; it is not shown', powers.code],
    ['j k', 'go down and up (arrows too); g the first, G the newest', true],
    ['Enter', 'fold or open; what has scrolled away is printed again', true],
    ['/ n', 'find a text, and the one before', true],
    ['o', 'open the page of the run in the browser', powers.open],
    ['s', 'show the newest screenshot here', powers.screenshot],
    ['l', 'the last requests to the server', powers.log],
    ['?', 'close this help (Ctrl-Z puts the view aside, fg brings it back)', true],
  ];
  return keys.filter(([, , can]) => can).map(([key, what]) => line(0, `${paint('bold', key.padEnd(5))}  ${what}`));
}

/** What the footer names, from long to short: the longest that fits is shown. */
export function keyHints(view: RunView, talk: Talk, powers: Powers): readonly string[] {
  if (talk.about !== 'nothing' && talk.about !== 'message') return [];
  if (isPaused(view) && powers.approve) return ['a approve  r reject  d detach  ? help', 'a approve  r reject', 'a/r'];
  return ['d detach  c cancel  ? help', '? help'];
}
