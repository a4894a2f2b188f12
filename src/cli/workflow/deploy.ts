/** From a definition file to the workflow at the server: made when there is none, changed when the file says something else. */
import { resolve } from 'node:path';
import { ApiError, SkyvernError, UsageError } from '../../errors.js';
import { ulid } from '../../journal/ulid.js';
import { WorkflowFiles } from '../../journal/workflowFiles.js';
import type { Wire } from '../../protocol/decode.js';
import type { Workflow } from '../../protocol/workflow.js';
import { printable } from '../../render/sanitize.js';
import { ID_FIELD } from '../../workflow/check.js';
import { diffDefinitions } from '../../workflow/diff.js';
import { count } from '../../workflow/words.js';
import type { CliContext } from '../context.js';
import type { Target } from '../target.js';
import type { DefinitionFile } from './definition.js';

type Sendable = DefinitionFile & { readonly definition: Wire };

export interface Deployed {
  readonly workflow: Workflow;
  readonly result: 'created' | 'updated' | 'unchanged';
}

const filesOf = ({ paths, io, random }: CliContext): WorkflowFiles => new WorkflowFiles({ paths, owner: io, random });
const absolute = ({ io }: CliContext, { path }: DefinitionFile): string | null => (path === null ? null : resolve(io.cwd(), path));

/** Which workflow a file is: the one that it names, else the one that was made of it from here. */
export function workflowOfFile(ctx: CliContext, target: Target, file: DefinitionFile): string | null {
  const path = absolute(ctx, file);
  return file.workflowId ?? (path === null ? null : (filesOf(ctx).find(path, target)?.workflow_permanent_id ?? null));
}

export async function createWorkflow(
  ctx: CliContext,
  target: Target,
  file: Sendable,
  options: { readonly folderId?: string | undefined } = {},
): Promise<Workflow> {
  const idempotencyKey = ulid(ctx.clock.now(), ctx.random);
  const workflow = await target.client.workflows.create({ json_definition: file.definition }, { ...options, idempotencyKey }, target.call);
  remember(ctx, target, file, workflow);
  return workflow;
}

/**
 * A new version, unless the server has just this one already.
 * @param force also over changes that others made since this file was sent
 * @throws SkyvernError `workflow_changed` (9)
 */
export async function updateWorkflow(ctx: CliContext, target: Target, id: string, file: Sendable, force: boolean): Promise<Deployed> {
  const { client, call } = target;
  const current = await client.workflows.get(id, undefined, call);
  const changes = diffDefinitions(current, file.definition);
  if (changes.length > 0) {
    const path = absolute(ctx, file);
    const known = path === null ? null : filesOf(ctx).find(path, target);
    if (!force && known?.workflow_permanent_id === id && known.version < current.version) {
      const message = `${id} was changed since: it is at version ${current.version}, and ${printable(file.name)} was sent as version ${known.version}`;
      const hint = `\`skyvern workflow diff ${id} -f ${printable(file.name)}\` shows what would be lost; --force overwrites it`;
      throw new SkyvernError('refused', 'workflow_changed', message, { hint });
    }
    const workflow = await client.workflows.update(id, { json_definition: file.definition }, call);
    remember(ctx, target, file, workflow);
    return { workflow, result: 'updated' };
  }
  remember(ctx, target, file, current);
  return { workflow: current, result: 'unchanged' };
}

/** For `workflow run -f`: the workflow of the file, made or changed first where needed. What was done goes to stderr. */
export async function deploy(ctx: CliContext, target: Target, file: Sendable, force: boolean): Promise<Workflow> {
  const say = (text: string) => ctx.io.stderr.write(`${printable(text)}\n`);
  const id = workflowOfFile(ctx, target, file);
  if (id !== null) {
    try {
      const { workflow, result } = await updateWorkflow(ctx, target, id, file, force);
      if (result === 'updated') say(`updated ${id} to version ${workflow.version}`);
      return workflow;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
      if (file.workflowId !== null) {
        throw new UsageError(`${file.name} says that it is ${id}, which ${target.baseUrl.origin} does not have`, {
          hint: `take ${ID_FIELD} out of the file to make a new workflow of it`,
        });
      }
      say(`notice: ${id}, which was made of this file, is gone: it is made anew`);
    }
  }
  const workflow = await createWorkflow(ctx, target, file);
  say(`created ${workflow.workflow_permanent_id}`);
  if (file.path === null) say('notice: without a file, each call makes a workflow');
  else say(`notice: with "${ID_FIELD}: ${workflow.workflow_permanent_id}" in it, the file is this workflow on every machine`);
  return workflow;
}

function remember(ctx: CliContext, target: Target, file: DefinitionFile, workflow: Workflow): void {
  const path = absolute(ctx, file);
  if (path !== null) filesOf(ctx).remember(path, target, workflow);
}

export const changesText = (number: number): string => count(number, 'change');
