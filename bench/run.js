// `npm run bench`: measures what is promised of speed and writes RESULTS.md beside this file.
//
//   --quick       fewer runs: numbers to look at, not to publish
//   --only NAME   one measurement (its file in measures/), printed and not written
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { foreignPart, resultsText, row } from './report.js';
import { workshop } from './workshop.js';

const names = [
  'start',
  'read',
  'library',
  'firstFrame',
  'watching',
  'endNoticed',
  'localRun',
  'agentRun',
  'localServer',
  'journal',
  'longTimeline',
  'manyEvents',
  'hour',
];
const { values: flags } = parseArgs({ options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } } });
if (flags.only !== undefined && !names.includes(flags.only)) {
  console.error(`error: there is no measurement "${flags.only}"\nhint: there are ${names.join(', ')}`);
  process.exit(2);
}

const shop = await workshop(flags.quick);
const sections = [];
try {
  for (const name of flags.only ? [flags.only] : names) {
    const { title, measure } = await import(`./measures/${name}.js`);
    console.log(`\n${title}`);
    const section = { title, ...(await measure(shop)) };
    for (const each of section.rows) console.log(`  ${row(each).join('  ')}`);
    sections.push(section);
  }
} finally {
  await shop.close();
}
if (flags.only === undefined) {
  const machine = `Node ${process.versions.node}, ${process.platform} ${process.arch}, ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'})`;
  const results = new URL('RESULTS.md', import.meta.url);
  const text = resultsText(sections, { machine, quick: flags.quick });
  writeFileSync(results, `${text}${foreignPart(readFileSync(results, 'utf8'))}`);
}
