/** Nothing that pays, deletes or sends is done without a person's yes, where the run was started so. */
import type { ActionTarget, BrowserPage, PageAction } from '../../browser/types.js';
import type { Risk } from '../../protocol/task.js';
import type { ConfirmPolicy, Recorder } from '../task.js';
import { risksOf } from './risk.js';

const VERBS: Readonly<Record<Risk, string>> = { pay: 'pay', delete: 'delete something', send: 'send something' };

/** What a run of one policy may do. */
export interface ConfirmGate {
  /**
   * Null when the action may be done, else why the run ends. May wait for a person, for hours. Rejects with a `PageError` when the page
   * cannot tell what the action would act on.
   * @param flagged what the model itself said of the action
   */
  refusal(action: PageAction, flagged: readonly Risk[]): Promise<string | null>;
}

export function createConfirmGate(
  policy: ConfirmPolicy,
  page: BrowserPage,
  recorder: Recorder,
  clean: (text: string) => string,
): ConfirmGate {
  return {
    async refusal(action, flagged) {
      if (policy.risks.length === 0) return null;
      const url = page.url();
      const target = await page.target(action);
      const risks = risksOf(action, target, flagged).filter((risk) => policy.risks.includes(risk));
      if (risks.length === 0) return null;
      const would = `this would ${risks.map((risk) => VERBS[risk]).join(' and ')}`;
      const what = clean(wordsFor(action, target));
      if (policy.unattended) return `${what}: ${would}, and nobody is there to confirm it`;
      const answer = await recorder.askPerson(clean(`${what} on ${url}? As far as the page tells, ${would}.`));
      if (answer === 'unanswered') return `${what}: ${would}, and nobody confirmed it within two hours`;
      // The yes was to what the person could see then.
      const now = await page.target(action);
      return page.url() === url && JSON.stringify(now) === JSON.stringify(target)
        ? null
        : `${what}: the page changed while the question waited, and the yes was to what it said before`;
    },
  };
}

/** Words of a page stand in quotation marks, and cannot end them: what follows would read as ours. */
const quoted = (text: string): string => `"${text.slice(0, 80).replace(/["\u201c-\u201f\u00ab\u00bb]/g, "'")}"`;

function wordsFor(action: PageAction, target: ActionTarget | null): string {
  const on = target?.name ? ` ${quoted(target.name)}` : '';
  if (action.kind === 'goto') return `Open ${action.url}`;
  if (action.kind === 'upload') return `Give ${action.files.map(({ name }) => JSON.stringify(name)).join(', ')} to${on || ' a field'}`;
  if (action.kind === 'press') return `Press ${action.key}${target?.form?.submitLabel ? ` for ${quoted(target.form.submitLabel)}` : on}`;
  return `${{ click: 'Click', clickText: 'Click', clickIcon: 'Click', select: 'Select in', check: 'Tick', drag: 'Drop on' }[action.kind as string] ?? 'Act on'}${on || ' an element without a name'}`;
}
