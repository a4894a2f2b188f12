// What a command-line client of the API needs: by area, its commands and its methods.
export const CHECKLIST = [
  ['start a task, with wait', ['task run'], ['runTask', 'waitForRun']],
  ['start a workflow', ['workflow run'], ['runWorkflow']],
  ['read and follow a run', ['run get', 'run watch', 'run tail', 'run timeline', 'run wait'], ['getRun', 'getRunTimeline', 'watchRun']],
  ['list runs', ['run list'], ['getRunsV2']],
  ['cancel runs', ['run cancel'], ['cancelRun', 'bulkCancelRuns']],
  ['files of a run', ['run artifacts', 'run download'], ['getRunArtifacts', 'getArtifact', 'artifacts.getArtifactContent']],
  [
    'webhook again, retry, continue',
    ['run retry-webhook', 'run retry', 'run continue'],
    ['retryRunWebhook', 'retryWorkflowRun', 'continueRun'],
  ],
  [
    'workflows',
    ['workflow list', 'workflow get', 'workflow create', 'workflow update', 'workflow delete', 'workflow versions', 'workflow runs'],
    ['getWorkflows', 'getWorkflow', 'createWorkflow', 'updateWorkflow', 'deleteWorkflow', 'getWorkflowVersions', 'getWorkflowRunsById'],
  ],
  [
    'schedules',
    ['create', 'list', 'get', 'update', 'enable', 'disable', 'delete'].map((verb) => `schedule ${verb}`),
    ['create', 'list', 'listAll', 'get', 'update', 'enable', 'disable', 'delete'].map((verb) => `schedules.${verb}`),
  ],
  [
    'browser sessions',
    ['create', 'list', 'get', 'close'].map((verb) => `browser session ${verb}`),
    ['createBrowserSession', 'getBrowserSessions', 'getBrowserSession', 'closeBrowserSession'],
  ],
  ['log in, download', ['task login', 'task download'], ['login', 'downloadFiles']],
  ['upload', ['upload'], ['uploadFile']],
  [
    'credentials, one-time codes',
    ['credential list', 'credential create', 'run totp'],
    ['getCredentials', 'createCredential', 'sendTotpCode'],
  ],
  ['who am I, version, health', ['auth status', 'doctor'], ['getOrganization', 'getVersion']],
];
