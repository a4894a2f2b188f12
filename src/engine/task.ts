/**
 * What the server asks of an engine, and what an engine tells while it works. Types only.
 *
 * The server knows `TaskRunner` and nothing of browsers; the engine knows `Recorder` and nothing of databases.
 */
import type { BrowserState, PrintOptions, WebAnswer, WebRequest } from '../browser/types.js';
import type { Risk } from '../protocol/task.js';

export type { BrowserState, WebAnswer, WebRequest } from '../browser/types.js';

/** What is not done without a person's yes. */
export interface ConfirmPolicy {
  readonly risks: readonly Risk[];
  /** Whether nobody is there to ask: such an action ends the run instead, and so does a model that asks a person. */
  readonly unattended: boolean;
}

import type { ModelAccess, Usage } from '../model/types.js';

/** A file that the run may give to a page, from its staging folder. */
export interface TaskFile {
  readonly name: string;
  readonly path: string;
}

/** One task, as accepted. Everything in it was checked before the run got its id. */
export interface TaskSpec {
  readonly runId: string;
  readonly prompt: string;
  /** Start page; null only where the prompt itself goes to one, and where the browser is on one already. */
  readonly url: string | null;
  /**
   * The page that people said to go to, in this task or in one before it in the same browser: secrets belong there. Null: they said none
   * but what the prompt itself names. Left out: it is `url`.
   */
  readonly home?: string | null;
  /** Which decider: `rules`, `skyvern-1.0`, `skyvern-2.0`, `visit`. */
  readonly engine: string;
  /** The language model to ask, `provider/name`; null: the configured one. */
  readonly model: string | null;
  /** US dollars that asking models may cost; null: no limit. */
  readonly maxCost: number | null;
  readonly maxSteps: number;
  /** JSON Schema that `output` must satisfy, or null. */
  readonly dataExtractionSchema: unknown;
  readonly errorCodeMapping: Readonly<Record<string, string>>;
  readonly extraHttpHeaders: Readonly<Record<string, string>>;
  /**
   * Values of `{{NAME}}`: resolved at fill time into the origin of `url`, and written nowhere. With `credential` also its secret
   * parts by their names: `password`; `card_number`, `card_cvv`; `secret_value`.
   */
  readonly secrets: ReadonlyMap<string, string>;
  /** The stored credential that the run may use; null: none. */
  readonly credential: TaskCredential | null;
  /** One-time codes: asked for when a page wants one; null: the run names no place where they come from. */
  readonly codes: CodeSource | null;
  /** Addresses that the user allowed besides the start page: reachable although they may be on loopback or private. */
  readonly allowedUrls: readonly string[];
  readonly confirm: ConfirmPolicy;
  readonly browser: {
    readonly headed: boolean;
    readonly path: string | null;
    /** CDP address of a browser to connect to instead of starting one. */
    readonly address: string | null;
    readonly cdpHeaders: Readonly<Record<string, string>>;
    /** What an earlier run, or a profile, left; null: nothing. */
    readonly state: BrowserState | null;
  };
  /** Takes what the browser holds when the run ends, however it ends; null: it is forgotten. Never throws. */
  readonly keepBrowserState: ((state: BrowserState) => void) | null;
  /** Whether the goal is a file: without one the task is not done. */
  readonly mustDownload: boolean;
  readonly downloads: {
    /** What names of files end in, before their kind; null: they are as pages name them. */
    readonly suffix: string | null;
    /** For one file, from the click to its last byte; null: as long as the run goes on. */
    readonly timeoutMs: number | null;
  };
  /** All that pages can be given. */
  readonly files: readonly TaskFile[];
  /** Folder of this run for files that pages offer; made by the server, 0700. */
  readonly downloadsDir: string;
  /** Folder of this run for its evidence; null: none is wanted. */
  readonly evidenceDir: string | null;
}

/** What may be seen of a stored credential: its secret parts are in `TaskSpec.secrets`. */
export interface TaskCredential {
  readonly id: string;
  readonly name: string;
  readonly type: 'password' | 'credit_card' | 'secret';
  /** Parts that are no secret, by their names in the API: `username`; `card_holder_name`, `card_exp_month`, ... */
  readonly plain: Readonly<Record<string, string>>;
  /** Names of its secret parts in `TaskSpec.secrets`. */
  readonly secretNames: readonly string[];
}

/** One-time codes of one run, wherever they come from. */
export interface CodeSource {
  /**
   * The next code that this run was not given yet: waits until there is one. Null: none came within a quarter of an hour. A code is a secret:
   * it is typed, and written nowhere. Rejects with `signal.reason` when aborted.
   */
  next(signal: AbortSignal): Promise<string | null>;
}

/** One action that was carried out, or tried. No secret value and no value of a password field is in it. */
export interface ActionRecord {
  /** An action type of the API: `goto_url`, `click`, `input_text`, `keypress`, `wait`, `extract`, `download_file`, ... */
  readonly actionType: string;
  readonly status: 'completed' | 'failed';
  /** Why, in words: which clause, which element; then `notes`. */
  readonly reasoning: string;
  /** What happened besides, a sentence each: dialogs, tabs, addresses that were refused. */
  readonly notes: readonly string[];
  /** What was acted on, in words: role and name of the element. */
  readonly intention: string | null;
  /** Text typed, keys pressed; `*****` where it was secret. */
  readonly text: string | null;
  /** 0..1; null where nothing was chosen. */
  readonly confidence: number | null;
  readonly output: unknown;
  /** The page's address after the action. */
  readonly url: string | null;
  /** What went wrong, when `status` is `failed`. */
  readonly response: string | null;
  readonly fileName: string | null;
  readonly startedAt: number;
  readonly finishedAt: number;
  /** PNG of the viewport after the action. */
  readonly screenshot: Uint8Array | null;
}

/** A file of evidence that was written whole, in `evidenceDir`, without any secret of the run. */
export interface EvidenceFile {
  readonly type: 'browser_console_log' | 'har' | 'recording';
  readonly path: string;
  readonly sizeBytes: number;
  /** SHA-256, hex. */
  readonly checksum: string;
}

/** What a step leaves besides its actions: an artifact of this type of the API. */
export interface StepArtifact {
  readonly type: 'screenshot_llm' | 'visible_elements_tree_in_prompt' | 'html_scrape' | 'llm_prompt' | 'llm_response_parsed';
  readonly content: Uint8Array | string;
}

/** A thought of a planner, as the API shows it. */
export interface ThoughtRecord {
  readonly type: 'plan' | 'user_goal_check';
  readonly scenario: 'generate_plan' | 'user_goal_check';
  readonly observation: string | null;
  readonly thought: string;
  readonly answer: string;
  readonly output: unknown;
  readonly usage: Usage | null;
}

/** A part of a planned task; its steps are those from the next one on, until the next part begins. */
export interface SubtaskStart {
  readonly type: 'navigation' | 'extraction';
  readonly goal: string;
}

export interface SubtaskEnd {
  readonly status: 'completed' | 'failed' | 'terminated';
  readonly reason: string | null;
  readonly output: unknown;
}

export interface StepEnd {
  readonly status: 'completed' | 'failed' | 'canceled';
  readonly isLast: boolean;
  /** What asking a model cost; null when none was asked. */
  readonly usage: StepUsage | null;
}

export interface StepUsage extends Usage {
  /** `provider/name`. */
  readonly model: string | null;
}

/** A file that a page gave. `path` lies in `downloadsDir` under a name of ours. */
export interface DownloadedFile {
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
  /** SHA-256, hex. */
  readonly checksum: string;
  readonly url: string;
}

/**
 * Where an engine's work is written as it happens. Each call is durable when its promise resolves. A call rejects when this
 * worker no longer holds the run (its lease was lost): the engine then stops at once.
 */
export interface Recorder {
  /** Before the first action on a page: from here on the run is never run again. */
  acting(): Promise<void>;
  stepStarted(order: number): Promise<void>;
  action(stepOrder: number, action: ActionRecord): Promise<void>;
  stepEnded(order: number, end: StepEnd): Promise<void>;
  stepArtifact(stepOrder: number, artifact: StepArtifact): Promise<void>;
  thought(thought: ThoughtRecord): Promise<void>;
  /** @param firstStep the step that it begins with */
  subtaskStarted(firstStep: number, part: SubtaskStart): Promise<void>;
  subtaskEnded(end: SubtaskEnd): Promise<void>;
  downloaded(file: DownloadedFile): Promise<void>;
  /**
   * Pauses the run until a person says yes. A no is a cancel, which ends the run like any other.
   * @param instructions what the person is to look at or do, in words
   * @returns `unanswered` when nobody did for two hours
   */
  askPerson(instructions: string): Promise<'approved' | 'unanswered'>;
  /** Also after the end of the run, whoever ended it. Never rejects: what cannot be kept is missing. */
  evidence(file: EvidenceFile): Promise<void>;
}

export interface TaskError {
  readonly error_code: string;
  readonly reasoning: string;
  readonly error_type?: string;
}

/** How a task ended. `canceled` and `timed_out` are the server's to say. */
export type Outcome =
  | { readonly status: 'completed'; readonly output: unknown }
  | {
      readonly status: 'failed' | 'terminated';
      readonly reason: string;
      readonly errors: readonly TaskError[];
      /** What had been extracted before the end; null when nothing. */
      readonly output: unknown;
    };

/** A question to a language model beside the tasks. What pages and models said stands between marks in its texts. */
export interface Inquiry {
  /** `provider/name`; null: the configured one. */
  readonly model: string | null;
  /** US dollars that asking may cost; null: no limit. */
  readonly maxCost: number | null;
  /** Values that the model is not told, wherever they stand. */
  readonly secrets: readonly string[];
  readonly asks:
    | { readonly kind: 'prompt'; readonly prompt: string /** JSON Schema of the answer; null: text. */; readonly schema: unknown }
    | {
        readonly kind: 'conditions';
        readonly conditions: readonly string[];
        /** Told before them. */
        readonly rules: string;
        /** What they may be about besides the page. */
        readonly known: string;
      };
}

/** `output` is what was asked for: an answer that keeps the schema, or `{ holds, reason }` for each condition in their order. */
export type InquiryEnd =
  | { readonly status: 'completed'; readonly output: unknown; readonly prompt: string; readonly response: string }
  | { readonly status: 'failed'; readonly reason: string; readonly errors: readonly TaskError[] };

/** @property stamp stands above each page with its title, and its address below; null: nothing does */
export interface Sheet extends Omit<PrintOptions, 'head' | 'foot'> {
  readonly stamp: string | null;
}

/** Title and address without secrets. */
export interface PrintedPage {
  readonly bytes: Uint8Array;
  readonly title: string;
  readonly url: string;
}

/** A browser that tasks use one after the other; opened when the first one needs it. */
export interface SharedBrowser {
  /** As `TaskRunner.run`, on the page where the task before it ended. Of the spec's `browser`, folders and state nothing counts. */
  run(spec: TaskSpec, recorder: Recorder, signal: AbortSignal): Promise<Outcome>;
  /** Asks a language model, in a step of its own; conditions also about the page, where one is open. Rejects as `run` does. */
  ask(inquiry: Inquiry, recorder: Recorder, signal: AbortSignal): Promise<InquiryEnd>;
  /** The page that is open as a PDF. Rejects with an error in words, or the reason of `signal`. */
  print(sheet: Sheet, signal: AbortSignal): Promise<PrintedPage>;
  /** Asks without a browser, by its way out. Rejects with an error in words, or the reason of `signal`. */
  request(asked: WebRequest, signal: AbortSignal): Promise<WebAnswer>;
  /** Keeps state and evidence. Never rejects. */
  close(): Promise<void>;
}

export interface SharedBrowserOptions
  extends Pick<TaskSpec, 'browser' | 'extraHttpHeaders' | 'allowedUrls' | 'downloadsDir' | 'evidenceDir' | 'keepBrowserState'> {}

export interface TaskRunner {
  share(options: SharedBrowserOptions, recorder: Recorder): SharedBrowser;
  /** Runs one task to its end. Rejects with `signal.reason` when aborted, within a second, browser context closed. */
  run(spec: TaskSpec, recorder: Recorder, signal: AbortSignal): Promise<Outcome>;
  /** Closes the browser. */
  close(): Promise<void>;
}

/** What a server asks about language models before it accepts a run. Keys stay inside. */
export interface ModelDesk {
  /** Keeps access to a model in memory, for runs that name it. Returns its name. */
  share(access: ModelAccess): string;
  /** Null when runs can ask this model (null: the configured one); else why not, and what to do, in whole sentences. */
  refusal(wanted: { readonly name: string | null; readonly needsPrice: boolean }): Promise<string | null>;
}

/** Why a prompt cannot be accepted; `clause` is the part of it that is not understood. */
export interface PromptRefusal {
  readonly clause: string;
  readonly reason: string;
}
