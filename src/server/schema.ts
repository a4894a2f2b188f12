/**
 * The database, version by version: migration N brings a database of version N to N + 1 (`user_version`). Append only.
 *
 * Times are epoch milliseconds. `version` of a run grows with every change of it or of its steps, actions and artifacts.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE runs (
    seq INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL UNIQUE,
    task_run_id TEXT NOT NULL,
    status TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    title TEXT,
    engine TEXT NOT NULL,            -- the one that runs it, which need not be the one asked for
    request TEXT NOT NULL,           -- JSON; never a secret
    holds_secrets INTEGER NOT NULL,  -- 1: cannot run without values that are in memory only
    output TEXT,                     -- JSON
    failure_reason TEXT,
    errors TEXT NOT NULL DEFAULT '[]',
    page_url TEXT,                   -- where the browser was after the last action
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    queued_at INTEGER,
    started_at INTEGER,
    finished_at INTEGER
  ) STRICT;

  CREATE TABLE queue (
    run_id TEXT PRIMARY KEY REFERENCES runs (run_id),
    state TEXT NOT NULL CHECK (state IN ('queued', 'leased', 'acting', 'done')),
    epoch INTEGER NOT NULL DEFAULT 0,  -- the fencing token: who writes with an older one is refused
    owner TEXT,                        -- the process that holds the lease
    requeues INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX queue_open ON queue (state) WHERE state <> 'done';

  CREATE TABLE idempotency (
    key TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    run_id TEXT NOT NULL REFERENCES runs (run_id),
    response TEXT NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX idempotency_age ON idempotency (created_at);

  CREATE TABLE steps (
    step_id TEXT PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES runs (run_id),
    step_order INTEGER NOT NULL,
    status TEXT NOT NULL,
    is_last INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    UNIQUE (run_id, step_order)
  ) STRICT;

  CREATE TABLE actions (
    seq INTEGER PRIMARY KEY,
    action_id TEXT NOT NULL UNIQUE,
    run_id TEXT NOT NULL REFERENCES runs (run_id),
    step_id TEXT NOT NULL REFERENCES steps (step_id),
    step_order INTEGER NOT NULL,
    action_order INTEGER NOT NULL,
    action_type TEXT NOT NULL,
    status TEXT NOT NULL,
    reasoning TEXT,
    intention TEXT,
    text TEXT,
    confidence REAL,
    output TEXT,                     -- JSON
    url TEXT,
    response TEXT,
    file_name TEXT,
    screenshot_artifact_id TEXT,
    started_at INTEGER NOT NULL,
    finished_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX actions_of_run ON actions (run_id, seq);

  CREATE TABLE artifacts (
    seq INTEGER PRIMARY KEY,
    artifact_id TEXT NOT NULL UNIQUE,
    run_id TEXT NOT NULL REFERENCES runs (run_id),
    step_id TEXT REFERENCES steps (step_id),
    artifact_type TEXT NOT NULL,
    file TEXT NOT NULL,              -- path of the bytes, below the data folder
    file_name TEXT,                  -- the page's name for a download
    file_size INTEGER NOT NULL,
    checksum TEXT NOT NULL,          -- SHA-256, hex
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX artifacts_of_run ON artifacts (run_id, seq);
  `,
  `
  CREATE TABLE webhooks (              -- one for each run that ended and has somebody to be told
    run_id TEXT PRIMARY KEY REFERENCES runs (run_id),
    url TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'failed')),
    tries INTEGER NOT NULL DEFAULT 0,  -- counted before they are made
    failure_reason TEXT                -- empty once delivered
  ) STRICT;
  CREATE INDEX webhooks_pending ON webhooks (state) WHERE state = 'pending';
  `,
  `
  CREATE TABLE workflows (             -- every version of every workflow
    seq INTEGER PRIMARY KEY,
    workflow_id TEXT NOT NULL UNIQUE,
    workflow_permanent_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    title TEXT NOT NULL,
    status TEXT NOT NULL,
    is_saved_task INTEGER NOT NULL,
    words TEXT NOT NULL,               -- what a search looks through
    shown TEXT NOT NULL,               -- JSON, as the API shows it
    created_at INTEGER NOT NULL,
    deleted_at INTEGER,
    UNIQUE (workflow_permanent_id, version)
  ) STRICT;
  `,
  `
  CREATE TABLE schedules (             -- said in one of three ways: cron, interval_seconds with first_fire_at, run_at
    seq INTEGER PRIMARY KEY,
    schedule_id TEXT NOT NULL UNIQUE,
    workflow_permanent_id TEXT NOT NULL,
    cron TEXT,
    interval_seconds INTEGER,
    first_fire_at INTEGER,
    run_at INTEGER,
    dispatch_status TEXT,              -- with run_at: pending or canceled
    timezone TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    parameters TEXT,                   -- JSON
    name TEXT,
    description TEXT,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX schedules_of_workflow ON schedules (workflow_permanent_id, seq);
  `,
  `
  CREATE TABLE browser_profiles (
    seq INTEGER PRIMARY KEY,
    profile_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    deleted_at INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX profile_names ON browser_profiles (name) WHERE deleted_at IS NULL;

  CREATE TABLE credentials (
    seq INTEGER PRIMARY KEY,
    credential_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    credential_type TEXT NOT NULL,
    shown TEXT NOT NULL,               -- JSON, what answers tell
    sealed BLOB NOT NULL,              -- all of it, encrypted under a key derived from the token
    browser_profile_id TEXT,
    tested_url TEXT,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
  ) STRICT;
  `,
  `
  CREATE TABLE browser_sessions (
    seq INTEGER PRIMARY KEY,
    session_id TEXT NOT NULL UNIQUE,
    timeout_minutes INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    closed_at INTEGER
  ) STRICT;

  CREATE TABLE uploads (
    file_id TEXT PRIMARY KEY,
    file TEXT NOT NULL,                -- below the folder of uploads
    file_size INTEGER NOT NULL,
    expires_at INTEGER,
    created_at INTEGER NOT NULL
  ) STRICT;
  `,
  `
  CREATE TABLE codes (                 -- one-time codes that were sent for runs
    seq INTEGER PRIMARY KEY,
    code_id TEXT NOT NULL UNIQUE,
    identifier TEXT NOT NULL,
    sealed BLOB NOT NULL,              -- message and code, encrypted
    found INTEGER NOT NULL,            -- 1: there is a code in the message
    task_id TEXT,                      -- for this run alone
    source TEXT,
    expires_at INTEGER NOT NULL,
    named_end INTEGER,                 -- expires_at, when whoever sent it named one
    taken_by TEXT,                     -- the run that got it
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX codes_of ON codes (identifier, seq);
  `,
  // What a paused run asks a person.
  'ALTER TABLE runs ADD COLUMN instructions TEXT',
  // Those that nobody has said of yet that they wait.
  "CREATE INDEX runs_created ON runs (status) WHERE status = 'created'",
  `
  ALTER TABLE runs ADD COLUMN kind TEXT NOT NULL DEFAULT 'task';

  ALTER TABLE steps ADD COLUMN input_tokens INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE steps ADD COLUMN cached_tokens INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE steps ADD COLUMN output_tokens INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE steps ADD COLUMN reasoning_tokens INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE steps ADD COLUMN cost REAL;             -- US dollars
  ALTER TABLE steps ADD COLUMN model TEXT;

  CREATE TABLE thoughts (              -- of a run that plans
    seq INTEGER PRIMARY KEY,
    thought_id TEXT NOT NULL UNIQUE,
    run_id TEXT NOT NULL REFERENCES runs (run_id),
    thought_type TEXT NOT NULL,
    thought_scenario TEXT NOT NULL,
    observation TEXT,
    thought TEXT NOT NULL,
    answer TEXT NOT NULL,
    output TEXT,                       -- JSON
    input_tokens INTEGER,
    output_tokens INTEGER,
    cost REAL,
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX thoughts_of_run ON thoughts (run_id, seq);

  CREATE TABLE subtasks (              -- parts of a planned task, each with the steps from its first one on
    seq INTEGER PRIMARY KEY,
    block_id TEXT NOT NULL UNIQUE,
    run_id TEXT NOT NULL REFERENCES runs (run_id),
    first_step INTEGER NOT NULL,
    block_type TEXT NOT NULL,
    goal TEXT NOT NULL,
    status TEXT NOT NULL,
    failure_reason TEXT,
    output TEXT,                       -- JSON
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX subtasks_of_run ON subtasks (run_id, seq);
  `,
  `
  CREATE TABLE webhook_deliveries (    -- every try, and what came of it
    seq INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES runs (run_id),
    url TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    latency_ms INTEGER NOT NULL,
    status_code INTEGER,               -- null: no answer
    response_body TEXT,
    error TEXT,
    replay INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX deliveries_of_run ON webhook_deliveries (run_id, seq);
  `,
  `
  CREATE TABLE browser_states (        -- what a session or a profile keeps between runs
    owner TEXT PRIMARY KEY,            -- pbs_... or bp_...
    sealed BLOB NOT NULL,              -- cookies, stored data, address; encrypted
    modified_at INTEGER NOT NULL
  ) STRICT;

  ALTER TABLE browser_sessions ADD COLUMN started_at INTEGER;   -- when the first run used it
  ALTER TABLE browser_sessions ADD COLUMN last_run TEXT;        -- the newest run that used it
  ALTER TABLE browser_sessions ADD COLUMN profile_id TEXT;      -- what it began with
  `,
  `
  CREATE INDEX actions_of_step ON actions (step_id);
  CREATE INDEX artifacts_of_step ON artifacts (step_id);
  CREATE INDEX runs_live ON runs (finished_at) WHERE finished_at IS NULL; -- in the order of seq
  `,
  `
  ALTER TABLE runs ADD COLUMN workflow_id TEXT;            -- the version that it is a run of; null: a task
  ALTER TABLE runs ADD COLUMN workflow_permanent_id TEXT;
  ALTER TABLE runs ADD COLUMN trigger_type TEXT;
  ALTER TABLE runs ADD COLUMN schedule_id TEXT;
  ALTER TABLE runs ADD COLUMN sequential TEXT;             -- runs with the same one are at work one at a time
  CREATE INDEX runs_of_workflow ON runs (workflow_permanent_id, seq) WHERE workflow_permanent_id IS NOT NULL;
  CREATE INDEX runs_in_turn ON runs (sequential) WHERE sequential IS NOT NULL AND finished_at IS NULL;

  CREATE TABLE blocks (                -- of the run of a workflow, each round of a loop with its own
    seq INTEGER PRIMARY KEY,
    block_id TEXT NOT NULL UNIQUE,
    run_id TEXT NOT NULL REFERENCES runs (run_id),
    parent_id TEXT,                    -- the loop or conditional around it
    block_type TEXT NOT NULL,
    label TEXT NOT NULL,
    status TEXT NOT NULL,
    block TEXT NOT NULL,               -- JSON, its texts rendered
    output TEXT,                       -- JSON
    failure_reason TEXT,
    errors TEXT NOT NULL DEFAULT '[]',
    round INTEGER,                     -- of the loop around it
    round_value TEXT,                  -- JSON
    loop_values TEXT,                  -- JSON
    branch TEXT,                       -- JSON: what a conditional took
    first_step INTEGER NOT NULL,       -- of the run's steps, those before last_step
    last_step INTEGER,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX blocks_of_run ON blocks (run_id, seq);
  `,
  `
  CREATE TABLE firings (               -- of schedules: what became of each time that one was due
    schedule_id TEXT NOT NULL,
    nominal_at INTEGER NOT NULL,       -- of several that were missed, the last
    outcome TEXT NOT NULL CHECK (outcome IN ('started', 'missed', 'refused')),
    count INTEGER NOT NULL DEFAULT 1,  -- of those that were missed
    run_id TEXT,
    reason TEXT,
    created_at INTEGER NOT NULL,
    UNIQUE (schedule_id, nominal_at)
  ) STRICT;
  ALTER TABLE schedules ADD COLUMN settled_at INTEGER; -- what was due until then is started, missed or refused
  `,
  // A firing may be skipped, too.
  `
  CREATE TABLE firings_now (           -- of schedules: what became of each time that one was due
    schedule_id TEXT NOT NULL,
    nominal_at INTEGER NOT NULL,       -- of several that were missed, the last
    outcome TEXT NOT NULL CHECK (outcome IN ('started', 'missed', 'refused', 'skipped')),
    count INTEGER NOT NULL DEFAULT 1,  -- of those that were missed
    run_id TEXT,                       -- that was started, or still went on
    reason TEXT,
    created_at INTEGER NOT NULL,
    UNIQUE (schedule_id, nominal_at)
  ) STRICT;
  INSERT INTO firings_now SELECT * FROM firings;
  DROP TABLE firings;
  ALTER TABLE firings_now RENAME TO firings;
  `,
  `
  ALTER TABLE runs ADD COLUMN parent_run_id TEXT;      -- the run whose block started it
  CREATE INDEX runs_of_parent ON runs (parent_run_id) WHERE parent_run_id IS NOT NULL AND finished_at IS NULL;
  `,
  `
  ALTER TABLE runs ADD COLUMN attempts TEXT NOT NULL DEFAULT '[]'; -- JSON: those after which there was to be another one
  ALTER TABLE runs ADD COLUMN next_attempt_at INTEGER; -- of a run between two attempts; its status stays the one of a run at work
  ALTER TABLE blocks ADD COLUMN attempt INTEGER NOT NULL DEFAULT 1;
  `,
];
