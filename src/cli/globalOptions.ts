import { Option } from 'commander';
import { OUTPUTS } from '../config/schema.js';
import { duration } from './parsers.js';

/** Flags that every command takes, before or after its name. */
export const globalOptions = (): Option[] => [
  new Option('--local', 'use the embedded server on this machine (started when needed)'),
  new Option('--profile <name>', 'use this profile of the configuration'),
  new Option('--base-url <url>', 'use the Skyvern server at this address'),
  new Option('--api-key-file <file>', 'read the API key from a file, or from standard input with `-`'),
  new Option('--insecure-http', 'send the key over plain http to a host that is not this machine'),
  new Option('--output <mode>', 'what to print').choices(OUTPUTS),
  new Option('--json', 'the same as --output json'),
  new Option('-q, --quiet', 'the same as --output quiet'),
  new Option('--query <jmespath>', 'print this part of the result, as JSON'),
  new Option('--columns <names>', 'in lists, only these columns: headings or fields, with commas'),
  new Option('--no-color', 'no colours'),
  new Option('--no-input', 'never ask'),
  new Option('--timeout <duration>', 'give up after this time: seconds, or 90s, 10m, 2h').argParser(duration),
];
