/**
 * The command tree: names and summaries here, everything else in the command's own file, which is read only when it is used.
 *
 * `commands/run/get.ts` is `skyvern run get`; `commands/doctor.ts` is `skyvern doctor`.
 */
import type { Command } from 'commander';
import type { CliContext } from '../context.js';

/** A command's file: adds arguments, options, examples and the action. */
export interface CommandFile {
  define(command: Command, ctx: CliContext): void;
}

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<CommandFile>;
}

export interface CommandGroup {
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly CommandEntry[];
}

export const COMMANDS: readonly (CommandEntry | CommandGroup)[] = [
  { name: 'demo', summary: 'Watch a first run, with nothing to set up', load: () => import('./demo.js') },
  {
    name: 'task',
    summary: 'Start tasks: a prompt, carried out in a browser',
    commands: [{ name: 'run', summary: 'Start a task', load: () => import('./task/run.js') }],
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
      { name: 'output', summary: 'Print only the output of a run', load: () => import('./run/output.js') },
      { name: 'cancel', summary: 'Stop runs', load: () => import('./run/cancel.js') },
      { name: 'recover', summary: 'Settle starts whose answer was lost', load: () => import('./run/recover.js') },
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
  { name: 'doctor', summary: 'Look for what is in the way', load: () => import('./doctor.js') },
  { name: 'exit-codes', summary: 'List what each exit code means', load: () => import('./exit-codes.js') },
];

export const isGroup = (entry: CommandEntry | CommandGroup): entry is CommandGroup => 'commands' in entry;
