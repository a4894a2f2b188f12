// Bundles src/ into dist/: one entry for the program, one for the library, lazy chunks for what few commands use.
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { ascii, lazyBuiltins, patches } from './plugins.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = process.env.OUT ?? `${root}/dist`;
const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));
rmSync(out, { recursive: true, force: true });

/**
 * What always loads together is one file, as each one costs a third of a millisecond: these modules with all that they import, as
 * far as no group before has it. Nothing is in a group that some command can do without; the rest is split by who uses it.
 */
const groups = [
  { name: 'base', test: /\/src\/(?:errors|clock|random|origin|json|paths|durable|lock|runs\/exit|server\/stateFile|protocol\/ids)\.ts$/ },
  { name: 'start', test: /\/src\/cli\/(?:main|completions|commandTree)\.ts$/ },
  { name: 'program', test: /\/commander\/|\/src\/cli\/(?:program|globalOptions|help|parsers|output|settings)\.ts$/ },
  { name: 'client', test: /\/src\/client\/client\.ts$/ },
  { name: 'target', test: /\/src\/cli\/target\.ts$/ },
  { name: 'runs', test: /\/src\/runs\/(?:watch|view)\.ts$/ },
  { name: 'follow', test: /\/src\/cli\/follow\.ts$/ },
].map(({ name, test }, index, { length }) => ({ name, test: (id) => test.test(id.replaceAll('\\', '/')), priority: length - index }));

const bundle = await rolldown({
  cwd: root,
  // A thread begins with a file of its own, which lies where the code does that starts it.
  input: { cli: 'src/cli/main.ts', index: 'src/index.ts', 'chunks/pdfWorker': 'src/server/flow/pdfWorker.ts' },
  platform: 'node',
  // playwright-core finds its own files by path; optional packages are found at run time or not at all.
  external: [/^playwright-core/, /^@sparticuz\/chromium/, /^@napi-rs\/keyring/, 'react-devtools-core'],
  transform: { define: { esbuildDetection: 'true', 'process.env.NODE_ENV': '"production"', __VERSION__: JSON.stringify(version) } },
  tsconfig: false,
  plugins: [lazyBuiltins, patches, ascii],
  // A package that is not installed would be missed only by whoever uses what needs it.
  onLog: (level, log, tell) => tell(log.code === 'UNRESOLVED_IMPORT' ? 'error' : level, log),
});
await bundle.write({
  dir: out,
  format: 'esm',
  minify: { compress: true, mangle: false, codegen: true },
  chunkFileNames: 'chunks/[name]-[hash].js',
  codeSplitting: { groups },
});
await bundle.close();

// Most asked for, so the program prints them without being loaded.
writeFileSync(`${out}/version.txt`, await printed('--version'));
writeFileSync(`${out}/help.txt`, await printed('--help'));

async function printed(flag) {
  const { main } = await import(pathToFileURL(`${out}/cli.js`).href);
  let text = '';
  const stdout = { columns: 80, write: (part) => (text += part) };
  await main([flag], { platform: 'linux', env: {}, stdout, stderr: stdout }, new AbortController().signal);
  return text;
}

if (process.env.OUT) process.exit(0); // a private build, to try something: no declarations
const tsc = spawnSync(process.execPath, [`${root}/node_modules/typescript/bin/tsc`, '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (tsc.status !== 0) process.exit(tsc.status ?? 1);
chmodSync(`${root}/bin/skyvern.js`, 0o755);
