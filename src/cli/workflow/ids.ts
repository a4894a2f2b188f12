import type { Command } from 'commander';
import { UsageError } from '../../errors.js';
import { printable } from '../../render/sanitize.js';

export const addWorkflowArgument = (command: Command, form = '<workflow>'): Command =>
  command.argument(form, 'id of a workflow (wpid_...), or the URL of its page');

export const FILE_HELP = 'file with the definition, YAML or JSON; `-` for standard input';

const WORKFLOW_ID = /^wpid_\w{1,120}$/;

/** @throws UsageError for a text that names no workflow */
export function workflowIdFrom(text: string): string {
  const segments = URL.canParse(text) ? new URL(text).pathname.split('/') : [text];
  const id = segments.find((segment) => WORKFLOW_ID.test(segment));
  if (id !== undefined) return id;
  const isVersion = /^w_\w+$/.test(text);
  throw new UsageError(`${JSON.stringify(printable(text, { maxLength: 80 }))} is no workflow id`, {
    hint: isVersion ? 'that is one version of a workflow: give its wpid_...' : '`skyvern workflow list` shows them: wpid_...',
  });
}
