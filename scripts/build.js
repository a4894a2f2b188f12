// Bundles src/ into dist/: one entry for the program, one for the library, lazy chunks for what few commands use.
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = process.env.OUT ?? `${root}/dist`;
const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));
rmSync(out, { recursive: true, force: true });

const bundle = await rolldown({
  cwd: root,
  input: { cli: 'src/cli/main.ts', index: 'src/index.ts' },
  platform: 'node',
  // playwright-core finds its own files by path; optional packages are found at run time or not at all.
  external: [/^playwright-core/, /^@sparticuz\/chromium/, /^@napi-rs\/keyring/, 'react-devtools-core'],
  transform: { define: { 'process.env.NODE_ENV': '"production"', __VERSION__: JSON.stringify(version) } },
  tsconfig: false,
});
await bundle.write({
  dir: out,
  format: 'esm',
  minify: { compress: true, mangle: false, codegen: true },
  chunkFileNames: 'chunks/[name]-[hash].js',
});
await bundle.close();

if (process.env.OUT) process.exit(0); // a private build, to try something: no declarations
const tsc = spawnSync(process.execPath, [`${root}/node_modules/typescript/bin/tsc`, '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (tsc.status !== 0) process.exit(tsc.status ?? 1);
chmodSync(`${root}/bin/skyvern.js`, 0o755);
