/**
 * The command tree: names and summaries here, everything else in the command's own file, which is read only when it is used.
 *
 * `commands/run/get.ts` is `skyvern run get`; `commands/doctor.ts` is `skyvern doctor`; groups may hold groups.
 */
import type { CommandNode } from '../context.js';

export const COMMANDS: readonly CommandNode[] = [
  { name: 'demo', summary: 'Watch a first run, with nothing to set up', load: () => import('./demo.js') },
  {
    name: 'task',
    summary: 'Start tasks: a prompt, carried out in a browser',
    commands: [
      { name: 'run', summary: 'Start a task', load: () => import('./task/run.js') },
      { name: 'batch', summary: 'Start one for each row of a file', load: () => import('./task/batch.js') },
      { name: 'login', summary: 'Start a run that logs in', load: () => import('./task/login.js') },
      { name: 'download', summary: 'Start a run that downloads files', load: () => import('./task/download.js') },
    ],
  },
  {
    name: 'run',
    summary: 'Follow, read and stop runs of every kind',
    commands: [
      { name: 'get', summary: 'Show a run', load: () => import('./run/get.js') },
      { name: 'list', summary: 'List runs, newest first', load: () => import('./run/list.js') },
      { name: 'watch', summary: 'Follow a run live until it ends', load: () => import('./run/watch.js') },
      { name: 'wait', summary: 'Wait quietly for one or many runs to end', load: () => import('./run/wait.js') },
      { name: 'tail', summary: 'Print the events of a run as they happen', load: () => import('./run/tail.js') },
      { name: 'timeline', summary: 'Show what a run did, as a tree', load: () => import('./run/timeline.js') },
      { name: 'report', summary: 'Write a run as one HTML page', load: () => import('./run/report.js') },
      { name: 'replay', summary: 'Play a recording of runs', load: () => import('./run/replay.js') },
      { name: 'output', summary: 'Print only the output of a run', load: () => import('./run/output.js') },
      { name: 'cancel', summary: 'Stop runs', load: () => import('./run/cancel.js') },
      { name: 'retry', summary: 'Run a workflow run again', load: () => import('./run/retry.js') },
      { name: 'continue', summary: 'Let a paused run go on', load: () => import('./run/continue.js') },
      { name: 'totp', summary: 'Give a run its one-time code', load: () => import('./run/totp.js') },
      { name: 'retry-webhook', summary: 'Have the webhook of a run sent again', load: () => import('./run/retry-webhook.js') },
      { name: 'open', summary: "Open a run's page in the browser", load: () => import('./run/open.js') },
      { name: 'artifacts', summary: 'List the files of a run', load: () => import('./run/artifacts.js') },
      { name: 'download', summary: 'Fetch the files of a run', load: () => import('./run/download.js') },
      { name: 'recover', summary: 'Settle starts whose answer was lost', load: () => import('./run/recover.js') },
    ],
  },
  {
    name: 'workflow',
    summary: 'Workflows: blocks, run with parameters',
    commands: [
      { name: 'run', summary: 'Start one', load: () => import('./workflow/run.js') },
      { name: 'batch', summary: 'Start one for each row of a file', load: () => import('./workflow/batch.js') },
      { name: 'list', summary: 'List them', load: () => import('./workflow/list.js') },
      { name: 'get', summary: 'Print the definition of one', load: () => import('./workflow/get.js') },
      { name: 'create', summary: 'Make one of a definition', load: () => import('./workflow/create.js') },
      { name: 'update', summary: 'Give one another definition', load: () => import('./workflow/update.js') },
      { name: 'delete', summary: 'Delete one', load: () => import('./workflow/delete.js') },
      { name: 'versions', summary: 'List the versions of one', load: () => import('./workflow/versions.js') },
      { name: 'runs', summary: 'List the runs of one', load: () => import('./workflow/runs.js') },
      { name: 'validate', summary: 'Check a definition, offline', load: () => import('./workflow/validate.js') },
      { name: 'diff', summary: 'Show what an update would change', load: () => import('./workflow/diff.js') },
    ],
  },
  {
    name: 'schedule',
    summary: 'Workflows that run by themselves: by cron, by interval, or once',
    commands: [
      { name: 'create', summary: 'Make one for a workflow', load: () => import('./schedule/create.js') },
      { name: 'list', summary: 'List them', load: () => import('./schedule/list.js') },
      { name: 'get', summary: 'Show one', load: () => import('./schedule/get.js') },
      { name: 'update', summary: 'Change one', load: () => import('./schedule/update.js') },
      { name: 'enable', summary: 'Let one run again', load: () => import('./schedule/enable.js') },
      { name: 'disable', summary: 'Let one rest', load: () => import('./schedule/disable.js') },
      { name: 'cancel', summary: 'Call off a single run to come', load: () => import('./schedule/cancel.js') },
      { name: 'delete', summary: 'Delete one', load: () => import('./schedule/delete.js') },
      { name: 'next', summary: 'Show when one runs next', load: () => import('./schedule/next.js') },
      { name: 'runs', summary: 'List the runs of one', load: () => import('./schedule/runs.js') },
      { name: 'trigger', summary: 'Run one now', load: () => import('./schedule/trigger.js') },
    ],
  },
  {
    name: 'local',
    summary: 'The embedded server: a real Chromium on this machine',
    commands: [
      { name: 'start', summary: 'Start it', load: () => import('./local/start.js') },
      { name: 'stop', summary: 'Stop it', load: () => import('./local/stop.js') },
      { name: 'status', summary: 'Show what it holds', load: () => import('./local/status.js') },
      { name: 'logs', summary: 'Print its log', load: () => import('./local/logs.js') },
      { name: 'prune', summary: 'Remove files of ended runs', load: () => import('./local/prune.js') },
      { name: 'env', summary: 'Print its address and key for other clients', load: () => import('./local/env.js') },
    ],
  },
  {
    name: 'auth',
    summary: 'API keys: one for each server, and never on the command line',
    commands: [
      { name: 'login', summary: 'Store a key', load: () => import('./auth/login.js') },
      { name: 'status', summary: 'Show whose key is used', load: () => import('./auth/status.js') },
      { name: 'logout', summary: 'Forget a key', load: () => import('./auth/logout.js') },
    ],
  },
  {
    name: 'config',
    summary: 'Settings and profiles',
    commands: [
      { name: 'list', summary: 'List settings, and where each value comes from', load: () => import('./config/list.js') },
      { name: 'get', summary: 'Print a value', load: () => import('./config/get.js') },
      { name: 'set', summary: 'Set a value', load: () => import('./config/set.js') },
      { name: 'unset', summary: 'Take a value back', load: () => import('./config/unset.js') },
      { name: 'use', summary: 'Choose a profile', load: () => import('./config/use.js') },
      { name: 'path', summary: 'Print where everything is kept', load: () => import('./config/path.js') },
    ],
  },
  {
    name: 'browser',
    summary: 'Browsers that stay open, and what they keep',
    commands: [
      {
        name: 'session',
        summary: 'Browsers that stay open between runs',
        commands: [
          { name: 'create', summary: 'Open one', load: () => import('./browser/session/create.js') },
          { name: 'list', summary: 'List the open ones', load: () => import('./browser/session/list.js') },
          { name: 'get', summary: 'Show one', load: () => import('./browser/session/get.js') },
          { name: 'close', summary: 'Close them', load: () => import('./browser/session/close.js') },
        ],
      },
      {
        name: 'profile',
        summary: 'Cookies and log-ins that browsers start with',
        commands: [
          { name: 'create', summary: 'Make one', load: () => import('./browser/profile/create.js') },
          { name: 'list', summary: 'List them', load: () => import('./browser/profile/list.js') },
          { name: 'get', summary: 'Show one', load: () => import('./browser/profile/get.js') },
          { name: 'delete', summary: 'Delete one', load: () => import('./browser/profile/delete.js') },
        ],
      },
    ],
  },
  {
    name: 'credential',
    summary: 'Credentials that are stored at the server',
    commands: [
      { name: 'create', summary: 'Store one', load: () => import('./credential/create.js') },
      { name: 'list', summary: 'List them', load: () => import('./credential/list.js') },
      { name: 'get', summary: 'Show one, without its secrets', load: () => import('./credential/get.js') },
      { name: 'delete', summary: 'Delete one', load: () => import('./credential/delete.js') },
    ],
  },
  {
    name: 'webhook',
    summary: 'Receive, check and try out webhooks',
    commands: [
      { name: 'listen', summary: 'Receive webhooks on this machine', load: () => import('./webhook/listen.js') },
      { name: 'verify', summary: 'Check the signature of one', load: () => import('./webhook/verify.js') },
      { name: 'test', summary: 'Send a signed sample', load: () => import('./webhook/test.js') },
    ],
  },
  { name: 'upload', summary: 'Upload a file for runs to use', load: () => import('./upload.js') },
  { name: 'api', summary: 'Ask any endpoint of the server', load: () => import('./api.js') },
  { name: 'simulate', summary: 'Play a bad day, to test your own pipeline', load: () => import('./simulate.js') },
  { name: 'doctor', summary: 'Look for what is in the way', load: () => import('./doctor.js') },
  { name: 'completion', summary: 'Complete commands and run ids in the shell', load: () => import('./completion.js') },
  { name: 'capabilities', summary: 'Print all that this tool can do, as JSON', load: () => import('./capabilities.js') },
  { name: 'exit-codes', summary: 'List what each exit code means', load: () => import('./exit-codes.js') },
];
