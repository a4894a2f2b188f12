/** Where a real server (1.0.56) does otherwise than its own document says, by findings of `document.ts`. Each is needed: a test fails when one is not. */
export const DEVIATIONS: readonly (readonly [finding: RegExp, reason: string])[] = [
  [/ 307: the document knows no such status$/, 'a path of schedules with a slash at its end is sent to the one without'],
  [/ 400: the document knows no such status$/, 'what a request asks for makes no sense: said in words'],
  [/ 403: the document knows no such status$/, 'every operation refuses a bad key so; few say it'],
  [/ 404: the document knows no such status$/, 'an id is unknown: few operations say so'],
  [/ 409: the document knows no such status$/, 'a schedule fired, or was canceled'],
  [/ 410: the document knows no such status$/, 'the browser session is over'],
  [/ 413: the document knows no such status$/, 'a file is too large'],
  [/ 422 \/detail\/\*\/input: is not in the document$/, 'what was wrong is given back with what is wrong with it'],
  [
    /^GET \/v1\/runs\/\{run_id\} 422 \/detail: must be array$/,
    'a task of the old route without a goal cannot be shown as a run: said in words',
  ],
  [
    /^POST \S+\/schedules\/\{workflow_schedule_id\}\/cancel 422 \/detail: must be array$/,
    'only a single run can be called off: said in words',
  ],
  [/^POST \/v1\/upload_file 422 \/detail: must be array$/, 'days out of range: said in words'],
  [
    /^GET \/v1\/runs 200 \/\*\/(?:attempt|next_attempt_at|retry_pending): is not in the document$/,
    'retries of a run, which the run itself has in the document',
  ],
];

/** Routes that the document hides, and whose paths look like described ones: `METHOD /path`. */
export const HIDDEN: readonly RegExp[] = [/^GET \/v1\/browser_sessions\/history/, /^GET \/v1\/credentials\/totp(?:\?|$)/];

/** Why a finding is no news; undefined when it is. */
export const reasonOf = (finding: string): string | undefined => DEVIATIONS.find(([pattern]) => pattern.test(finding))?.[1];
