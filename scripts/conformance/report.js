// docs/conformance.md: what passed, where the server does otherwise than its document says, what was not tried.
import { CHECKLIST } from './checklist.js';

const cell = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('`', "'");
const table = (head, rows) =>
  `| ${head.join(' | ')} |\n| ${head.map(() => '---').join(' | ')} |\n${rows.map((row) => `| ${row.join(' | ')} |\n`).join('')}`;
const code = (text) => `\`${text.replaceAll('`', "'").replaceAll('|', '\\|')}\``;

export function report({ version, day, lines, calls, notTried, deviations, undescribed, unasked, local, hide }) {
  const count = (rows, verdict) => rows.filter((row) => row.verdict === verdict).length;
  const worked = (names, passed) =>
    names.every(passed)
      ? 'yes'
      : `not ${names
          .filter((name) => !passed(name))
          .map(code)
          .join(', ')}`;
  const byLine = (command) => {
    const mine = lines.filter(
      ({ words }) => words.join(' ').startsWith(command) && ['', ' '].includes(words.join(' ').charAt(command.length)),
    );
    return mine.length > 0 && mine.every(({ verdict }) => verdict === 'passed');
  };
  const byCall = (name) => {
    const mine = calls.filter((row) => row.name === name);
    return mine.length > 0 && mine.every(({ verdict }) => verdict === 'passed');
  };
  const onLocal = (name) => [...local.passed].some((each) => each === name || each.startsWith(`${name} `));
  return `# Against a real Skyvern

\`npm run conformance\` drove the built program and the library against a running Skyvern ${version} (${day}).

- Command lines: ${count(lines, 'passed')} passed, ${count(lines, 'FAILED')} failed, ${count(lines, 'not tried')} not tried.
- Calls of methods: ${count(calls, 'passed')} passed, ${count(calls, 'FAILED')} failed.

It is run with \`SKYVERN_API_KEY=... npm run conformance -- --base-url URL --pages URL\`. \`--pages\` is a small shop with a model that obeys \`[[words]]\` in a
prompt; without it nothing is started. What it makes on the server it deletes.

## What a client needs

By area, on the real server and on the embedded one. Against the fake server of the tests every command and every method runs in CI
(\`test/cli/examples.test.ts\`, \`test/library/methods.test.ts\`).

${table(
  ['area', 'shell, real', 'TypeScript, real', 'shell, embedded', 'TypeScript, embedded'],
  CHECKLIST.map(([area, commands, methods]) => [
    area,
    worked(commands, byLine),
    worked(methods, byCall),
    worked(commands, onLocal),
    worked(methods, onLocal),
  ]),
)}
What the embedded server did not do:

${table(
  ['what', 'its words'],
  [...local.why].map(([name, why]) => [code(hide(name)), cell(hide(why))]),
)}
## Where the server does otherwise than its own document

Every answer to these runs was compared with the OpenAPI document, field by field. \`test/support/deviations.ts\` knows these; its entries are checked
against recordings in CI.

${table(
  ['answer', 'why'],
  deviations.map(([finding, reason]) => [code(finding), reason ?? '**new**']),
)}
${undescribed.length} routes that were asked are not in the document: ${undescribed.map(code).join(', ')}.

## What was not tried

${table(
  ['what', 'why'],
  notTried.map(([what, why]) => [code(what), why]),
)}
${unasked.length === 0 ? 'Every operation of the document was asked.' : `Operations of the document that were not asked: ${unasked.map(code).join(', ')}.`}

## Command lines

${table(
  ['command line', 'verdict', 'ms'],
  lines.map(({ line, verdict, why, ms }) => [code(hide(line)), `${verdict}${why ? `: ${cell(hide(why))}` : ''}`, ms ?? '']),
)}
## Methods

${table(
  ['method', 'verdict', 'ms'],
  calls.map(({ name, verdict, why, ms }) => [code(name), `${verdict}${why ? `: ${cell(hide(why))}` : ''}`, ms]),
)}`;
}
