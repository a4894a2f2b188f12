// `prepack` and `postpack`: the published manifest names what is needed beside the bundle, and nothing that is in it.
// Node's own packages are for working on a clone; the bundled libraries' licences go along as THIRD-PARTY-NOTICES.txt.
import { copyFileSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = `${root}/package.json`;
const kept = `${root}/package.json.kept`;
const notices = `${root}/THIRD-PARTY-NOTICES.txt`;
/** Found at run time, by path or not at all. */
const OUTSIDE = ['playwright-core'];

if (process.argv[2] === 'post') {
  if (existsSync(kept)) renameSync(kept, manifest);
  rmSync(notices, { force: true });
} else {
  copyFileSync(manifest, kept);
  const { dependencies, optionalDependencies, devDependencies: _, scripts: __, ...rest } = JSON.parse(readFileSync(manifest, 'utf8'));
  const only = (all, names) => Object.fromEntries(Object.entries(all).filter(([name]) => names(name)));
  const published = {
    ...rest,
    dependencies: only(dependencies, (name) => OUTSIDE.includes(name)),
    optionalDependencies: only(optionalDependencies, (name) => !/^node-/.test(name)),
  };
  writeFileSync(manifest, `${JSON.stringify(published, null, 2)}\n`);
  writeFileSync(notices, `What is bundled in this package, and under which terms.\n\n${licences().join(`\n${'-'.repeat(78)}\n\n`)}`);
}

/** The licence text of every package below `dependencies`, however deep, once. */
function licences() {
  const { dependencies } = JSON.parse(readFileSync(kept, 'utf8'));
  const seen = new Map();
  const visit = (name) => {
    const folder = `${root}/node_modules/${name}`;
    if (seen.has(name) || OUTSIDE.includes(name) || !existsSync(`${folder}/package.json`)) return;
    const { version, license, dependencies: below = {} } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
    const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
    seen.set(name, `${name} ${version} (${license})\n\n${file ? readFileSync(`${folder}/${file}`, 'utf8') : ''}`);
    for (const each of Object.keys(below)) visit(each);
  };
  for (const name of Object.keys(dependencies)) visit(name);
  return [...seen.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
}
