/** Checking a one-time code that somebody sends, and finding the code in a message. What is wrong is named without what was sent. */
import { parseServerTime } from '../protocol/time.js';
import { HttpError, refusal } from './httpError.js';

/** As upstream: a longer text is a message, in which the code is looked for. */
const MAX_CODE_CHARACTERS = 10;
const MAX_CHARACTERS = 65_536;
const OPTIONAL = ['task_id', 'workflow_id', 'workflow_run_id', 'source', 'expired_at', 'type'] as const;

export interface CodeRequest {
  readonly identifier: string;
  readonly content: string;
  /** Empty when none was found in the message. */
  readonly code: string;
  readonly taskId: string | null;
  readonly source: string | null;
  /** Epoch milliseconds. */
  readonly expiresAt: number | null;
}

/**
 * @param isTask whether there is such a run
 * @throws HttpError 422, 400
 */
export function checkCode(body: Record<string, unknown>, isTask: (id: string) => boolean): CodeRequest {
  const findings: { readonly loc: readonly string[]; readonly msg: string; readonly type: string }[] = [];
  const value = (name: string) => (Object.hasOwn(body, name) ? body[name] : undefined);
  const fault = (name: string, type: string, msg: string) => findings.push({ loc: ['body', name], msg, type });
  for (const name of ['totp_identifier', 'content']) {
    if (value(name) === undefined) fault(name, 'missing', 'Field required');
    else if (typeof value(name) !== 'string') fault(name, 'string_type', 'Input should be a valid string');
  }
  for (const name of OPTIONAL) {
    const given = value(name) ?? null;
    if (given !== null && typeof given !== 'string') fault(name, 'string_type', 'Input should be a valid string');
  }
  const text = (name: string): string | null => (value(name) as string | null | undefined) ?? null;
  const expires = findings.length === 0 ? text('expired_at') : null;
  const expiresAt = parseServerTime(expires);
  if (expires !== null && expiresAt === null) fault('expired_at', 'datetime_from_date_parsing', 'Input should be a valid datetime');
  if (findings.length > 0) throw new HttpError(422, { detail: findings });

  const content = text('content')!;
  const [taskId, workflowId, workflowRunId] = [text('task_id'), text('workflow_id'), text('workflow_run_id')];
  if (taskId && !isTask(taskId)) throw refusal(400, `Invalid task id: ${taskId}`);
  if (workflowId) throw refusal(400, `Invalid workflow id: ${workflowId}`);
  if (workflowRunId && !isTask(workflowRunId)) throw refusal(400, `Invalid workflow run id: ${workflowRunId}`);
  if (content.length > MAX_CHARACTERS) throw refusal(400, 'Failed to parse otp login');
  return {
    identifier: text('totp_identifier')!.trim(),
    content,
    code: codeIn(content),
    taskId: taskId || workflowRunId || null,
    source: text('source'),
    expiresAt,
  };
}

/**
 * A short text is the code itself. In a message it is a number of 4 to 8 digits, perhaps written in two halves (`123 456`): the one
 * after the word "code" or its like, else the only one there is. Empty when that does not say which.
 */
export function codeIn(content: string): string {
  const text = content.trim();
  if (text.length <= MAX_CODE_CHARACTERS) return text;
  const number = String.raw`(?<![\w.,/-])(?:[A-Z]{1,2}-)?(\d{3}[ -]\d{3}|\d{4,8})(?![\w/-]|[.,]\d)`;
  const named = new RegExp(String.raw`\b(?:code|passcode|password|PIN|OTP|TAN)\b\D{0,40}?${number}`, 'i').exec(text)?.[1];
  const all = new Set([...text.matchAll(new RegExp(number, 'g'))].map(([, digits]) => digits!));
  const found = named ?? (all.size === 1 ? [...all][0]! : '');
  return found.replace(/[ -]/g, '');
}
