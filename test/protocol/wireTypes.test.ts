/**
 * Our wire types against those made of the API's own document (`npm run wire-types`), field by field.
 *
 * They are not used as they are: ours keep words that are not known yet (a new status is data, not an error), have null where a server leaves
 * a field out, and say units. What the document has and ours lack, and the other way round, stands here; `tsc` fails when a line is stale.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, expectTypeOf, test } from 'vitest';
import type { Artifact } from '../../src/protocol/artifact.js';
import type { BrowserProfile, BrowserProfileRequest, BrowserProfileUpdate } from '../../src/protocol/browserProfile.js';
import type { BrowserSession, BrowserSessionRequest } from '../../src/protocol/browserSession.js';
import type { Credential, CredentialRequest, TotpCode, TotpPush } from '../../src/protocol/credential.js';
import type { CustomLlm, CustomLlmConfig } from '../../src/protocol/customLlm.js';
import type { Folder, FolderRequest } from '../../src/protocol/folder.js';
import type { FilesRunRequest, LoginRunRequest } from '../../src/protocol/readyMade.js';
import type { Run, RunListItem } from '../../src/protocol/run.js';
import type { Schedule, ScheduleAnswer, ScheduleBody, SchedulePage } from '../../src/protocol/schedule.js';
import type { Script, ScriptRequest } from '../../src/protocol/script.js';
import type { Tag } from '../../src/protocol/tag.js';
import type { TaskRunRequest } from '../../src/protocol/task.js';
import type { Action, Block, Thought } from '../../src/protocol/timeline.js';
import type { UploadedFile } from '../../src/protocol/upload.js';
import type { WebhookReplay } from '../../src/protocol/webhookReplay.js';
import type { Workflow, WorkflowBody, WorkflowRunItem } from '../../src/protocol/workflow.js';
import type { WorkflowRunRequest } from '../../src/protocol/workflowRun.js';
import type { Schemas } from '../spec/openapi-1.0.56.js';

/** Keys that are written out: not those of `Wire`, which are any. */
type Named<T> = keyof { [Key in keyof T as string extends Key ? never : Key]: T[Key] };

/** Fields whose value in the document is none that ours has. */
type Mistyped<Ours, Theirs> = {
  [Key in Named<Ours> & keyof Theirs]-?: NonNullable<Theirs[Key]> extends NonNullable<Ours[Key]> ? never : Key;
}[Named<Ours> & keyof Theirs];

/** Of what a server sends: those, and fields of ours that the document lacks. */
interface AnswerFaults<Ours, Theirs> {
  readonly unknown: Exclude<Named<Ours>, keyof Theirs>;
  readonly mistyped: Mistyped<Ours, Theirs>;
}

/** Of what is sent: the same, and fields of the document that ours lacks. */
interface RequestFaults<Ours, Theirs> {
  readonly unknown: Exclude<Named<Ours>, keyof Theirs>;
  readonly mistyped: Mistyped<Ours, Theirs>;
  readonly missing: Exclude<keyof Theirs, Named<Ours>>;
}

interface Nothing {
  readonly unknown: never;
  readonly mistyped: never;
}
interface Fits extends Nothing {
  readonly missing: never;
}

test('answers have fields of the document, with its types', () => {
  // One type for every kind of run: these are a workflow run's.
  expectTypeOf<AnswerFaults<Run, Schemas['TaskRunResponse']>>().toEqualTypeOf<{
    readonly unknown: 'attempt' | 'next_attempt_at' | 'retry_pending';
    readonly mistyped: never;
  }>();
  expectTypeOf<AnswerFaults<Run, Schemas['WorkflowRunResponse']>>().toEqualTypeOf<Nothing>();
  // Sent by the server, and not in its document (recorded in `retry-policy-list-item`).
  expectTypeOf<AnswerFaults<RunListItem, Schemas['TaskRunListItem']>>().toEqualTypeOf<{
    readonly unknown: 'retry_pending';
    readonly mistyped: never;
  }>();
  expectTypeOf<AnswerFaults<Action, Schemas['Action']>>().toEqualTypeOf<Nothing>();
  // Decoded further, as `Action` above.
  expectTypeOf<AnswerFaults<Block, Schemas['WorkflowRunBlock']>>().toEqualTypeOf<{
    readonly unknown: never;
    readonly mistyped: 'actions';
  }>();
  expectTypeOf<AnswerFaults<Thought, Schemas['Thought']>>().toEqualTypeOf<Nothing>();
  expectTypeOf<AnswerFaults<Artifact, Schemas['Artifact']>>().toEqualTypeOf<Nothing>();
  expectTypeOf<AnswerFaults<WebhookReplay, Schemas['RunWebhookReplayResponse']>>().toEqualTypeOf<Nothing>();
  expectTypeOf<AnswerFaults<Workflow, Schemas['Workflow']>>().toEqualTypeOf<Nothing>();
  expectTypeOf<AnswerFaults<WorkflowRunItem, Schemas['WorkflowRun']>>().toEqualTypeOf<Nothing>();
  expectTypeOf<AnswerFaults<Schedule, Schemas['WorkflowSchedule']>>().toEqualTypeOf<Nothing>();
  // Decoded further, as `Schedule` above.
  expectTypeOf<AnswerFaults<ScheduleAnswer, Schemas['WorkflowScheduleResponse']>>().toEqualTypeOf<{
    readonly unknown: never;
    readonly mistyped: 'schedule';
  }>();
  // Decoded further, as `Schedule` above.
  expectTypeOf<AnswerFaults<SchedulePage, Schemas['OrganizationScheduleListResponse']>>().toEqualTypeOf<{
    readonly unknown: never;
    readonly mistyped: 'schedules';
  }>();
  expectTypeOf<AnswerFaults<BrowserSession, Schemas['BrowserSessionResponse']>>().toEqualTypeOf<Nothing>();
  expectTypeOf<AnswerFaults<BrowserProfile, Schemas['BrowserProfile']>>().toEqualTypeOf<Nothing>();
  expectTypeOf<AnswerFaults<Credential, Schemas['CredentialResponse']>>().toEqualTypeOf<Nothing>();
  expectTypeOf<AnswerFaults<TotpCode, Schemas['TOTPCode']>>().toEqualTypeOf<Nothing>();
  expectTypeOf<AnswerFaults<UploadedFile, Schemas['UploadFileResponse']>>().toEqualTypeOf<Nothing>();
  expectTypeOf<AnswerFaults<Folder, Schemas['Folder']>>().toEqualTypeOf<Nothing>();
  expectTypeOf<AnswerFaults<Tag, Schemas['TagResponse']>>().toEqualTypeOf<Nothing>();
  expectTypeOf<AnswerFaults<Script, Schemas['Script']>>().toEqualTypeOf<Nothing>();
  expectTypeOf<AnswerFaults<CustomLlm, Schemas['CustomLLM']>>().toEqualTypeOf<Nothing>();
});

test('requests have every field of the document', () => {
  // Fields of the embedded server are said to be that where they are declared. The document takes any model settings: one is known.
  expectTypeOf<Omit<RequestFaults<TaskRunRequest, Schemas['TaskRunRequest-Input']>, 'unknown'>>().toEqualTypeOf<{
    readonly mistyped: 'model';
    readonly missing: never;
  }>();
  // The name that every server knows, for the newer one.
  expectTypeOf<RequestFaults<WorkflowRunRequest, Schemas['WorkflowRunRequest-Input']>>().toEqualTypeOf<{
    readonly unknown: 'workflow_id';
    readonly mistyped: never;
    readonly missing: 'agent_id';
  }>();
  expectTypeOf<Omit<RequestFaults<LoginRunRequest, Schemas['LoginRequest']>, 'unknown'>>().toEqualTypeOf<Omit<Fits, 'unknown'>>();
  expectTypeOf<Omit<RequestFaults<FilesRunRequest, Schemas['DownloadFilesRequest']>, 'unknown'>>().toEqualTypeOf<Omit<Fits, 'unknown'>>();
  expectTypeOf<RequestFaults<WorkflowBody, Schemas['WorkflowRequest']>>().toEqualTypeOf<Fits>();
  expectTypeOf<RequestFaults<ScheduleBody, Schemas['WorkflowScheduleUpsertRequest']>>().toEqualTypeOf<Fits>();
  expectTypeOf<RequestFaults<BrowserSessionRequest, Schemas['CreateBrowserSessionRequest']>>().toEqualTypeOf<Fits>();
  expectTypeOf<RequestFaults<BrowserProfileRequest, Schemas['CreateBrowserProfileRequest']>>().toEqualTypeOf<Fits>();
  expectTypeOf<RequestFaults<BrowserProfileUpdate, Schemas['UpdateBrowserProfileRequest']>>().toEqualTypeOf<Fits>();
  expectTypeOf<RequestFaults<CredentialRequest, Schemas['CreateCredentialRequest']>>().toEqualTypeOf<Fits>();
  // Deprecated.
  expectTypeOf<RequestFaults<TotpPush, Schemas['TOTPCodeCreate']>>().toEqualTypeOf<{
    readonly unknown: never;
    readonly mistyped: never;
    readonly missing: 'type';
  }>();
  expectTypeOf<RequestFaults<FolderRequest, Schemas['FolderCreate']>>().toEqualTypeOf<Fits>();
  expectTypeOf<RequestFaults<ScriptRequest, Schemas['CreateScriptRequest']>>().toEqualTypeOf<Fits>();
  expectTypeOf<RequestFaults<CustomLlmConfig, Schemas['CustomLLMConfig']>>().toEqualTypeOf<Fits>();
});

test('the rule would notice a field that is missing, unknown or of another type', () => {
  interface Theirs {
    readonly id: string;
    readonly size?: number | null;
  }
  interface Wrong {
    readonly id: number;
    readonly sise: number;
  }
  expectTypeOf<RequestFaults<Wrong, Theirs>>().toEqualTypeOf<{
    readonly unknown: 'sise';
    readonly mistyped: 'id';
    readonly missing: 'size';
  }>();
});

describe('the types are fresh', () => {
  const FOLDER = join(import.meta.dirname, '../spec');
  const document = readFileSync(join(FOLDER, 'openapi-1.0.56.json'), 'utf8');
  const types = readFileSync(join(FOLDER, 'openapi-1.0.56.d.ts'), 'utf8');
  interface Schema {
    readonly properties?: Readonly<Record<string, { readonly const?: unknown }>>;
    readonly required?: readonly string[];
  }
  const { schemas } = (JSON.parse(document) as { components: { schemas: Record<string, Schema> } }).components;

  /** Names with their fields; `?` where one may be left out. */
  const declared = Object.fromEntries(
    [...types.matchAll(/^ {2}"?([\w-]+)"?: (.*?)^(?= {2}"?[\w-]+"?: |\})/gms)].map(([, name = '', body = '']) => [
      name,
      [...body.matchAll(/^ {4}(?:readonly )?"?([\w-]+)"?(\??): /gm)].map(([, field, optional]) => `${field}${optional}`).sort(),
    ]),
  );

  test('they are of this document', () => {
    expect(types).toContain(`sha256 ${createHash('sha256').update(document).digest('hex')}`);
    expect(Object.keys(declared).sort()).toEqual(Object.keys(schemas).sort());
  });

  test.each(Object.entries(schemas))('%s has its fields', (name, { properties = {}, required = [] }) => {
    const fields = (optional: boolean) =>
      declared[name]?.filter((field) => field.endsWith('?') === optional).map((field) => field.replace('?', ''));
    expect([...(fields(true) ?? []), ...(fields(false) ?? [])].sort()).toEqual(Object.keys(properties).sort());
    // What tells the members of a union apart is always there.
    expect(fields(false)).toEqual(expect.arrayContaining([...required]));
  });
});
