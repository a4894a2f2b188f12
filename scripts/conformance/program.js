// The built program, one command line at a time.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../bin/skyvern.js', import.meta.url));

/** A world for command lines: a home of its own, one server, one key. Runs are remembered there, as a user's are. */
export function program({ home, baseUrl, apiKey }) {
  const { PATH, HOME, TMPDIR } = process.env;
  const env = {
    PATH,
    HOME,
    TMPDIR,
    SKYVERN_HOME: home,
    SKYVERN_BASE_URL: baseUrl,
    SKYVERN_API_KEY: apiKey,
    NO_COLOR: '1',
    BROWSER: 'true',
  };
  const rows = [];

  function begin(argv, input) {
    const startedMs = performance.now();
    const child = spawn(process.execPath, [BIN, ...argv], { env, cwd: home });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    if (input !== null) child.stdin.end(input ?? '');
    const ended = new Promise((resolve) =>
      child.on('close', (code) => resolve({ code, stdout, stderr, ms: Math.round(performance.now() - startedMs) })),
    );
    /** Resolves with the first match in what was said so far. */
    const said = (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => pattern.exec(stdout + stderr);
        if (look()) return resolve(look());
        const listen = () => look() && resolve(look());
        child.stdout.on('data', listen);
        child.stderr.on('data', listen);
        child.on('close', () => reject(new Error(`it never said ${pattern}: ${stderr.slice(-200)}`)));
      });
    return { ended, said };
  }

  /**
   * One command line: its exit code must be `code`, and `check` must not throw. Never stops the others.
   * @param {string[]} argv the command stands before everything else
   */
  async function step(argv, { code = 0, check = () => {}, input } = {}) {
    if (argv.some((word) => typeof word !== 'string' || word.includes('undefined')))
      return note(argv, 'not tried', 'an earlier step gave no id');
    const got = await begin(argv, input).ended;
    let why = got.code === code ? '' : `exit ${got.code}, not ${code}: ${said(got.stderr)}`;
    if (why === '') {
      try {
        await check(got);
      } catch (error) {
        why = String(error.message).slice(0, 300);
      }
    }
    note(argv, why === '' ? 'passed' : 'FAILED', why, got.ms);
    return got;
  }

  function note(argv, verdict, why = '', ms = null) {
    const line = `skyvern ${argv.map((word) => (/[\s"'{}[\]<>|*?]/.test(String(word)) ? `'${word}'` : word)).join(' ')}`;
    rows.push({ line, words: argv.filter((word) => !String(word).startsWith('-')), verdict, why, ms });
    console.log(`${{ passed: 'ok    ', FAILED: 'FAILED', 'not tried': '-     ' }[verdict]} ${line}${why && `\n       ${why}`}`);
  }

  return { step, note, begin, rows };
}

/** The error in what was said, without its hint. */
const said = (stderr) => (/^error: (.*)$/m.exec(stderr)?.[1] ?? stderr.trim().split('\n').at(-1) ?? '').slice(0, 300);

export const json = ({ stdout }) => JSON.parse(stdout);
/** What was printed, alone: an id. */
export const text = ({ stdout }) => stdout.trim();
export function must(truth, what) {
  if (!truth) throw new Error(what);
}
