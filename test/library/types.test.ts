import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
const tsc = (cwd: string, ...options: string[]) => spawnSync(process.execPath, [TSC, ...options], { cwd, encoding: 'utf8' });

/** A project of somebody else that has the package, Node's types, and nothing of ours. */
function project(): string {
  const folder = mkdtempSync(join(tmpdir(), 'skyvern-consumer-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const installed = join(folder, 'node_modules/skyvern-cli');
  mkdirSync(join(installed, 'dist'), { recursive: true });
  mkdirSync(join(folder, 'node_modules/@types'));
  for (const name of ['@types/node', 'undici-types']) symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  copyFileSync(join(ROOT, 'package.json'), join(installed, 'package.json'));
  const built = tsc(ROOT, '-p', 'tsconfig.build.json', '--outDir', join(installed, 'dist/types'));
  expect([built.status, built.stdout]).toEqual([0, '']);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  return folder;
}

/** What the examples of the documentation take from around them. */
const AROUND = 'declare const rawBody: Uint8Array;\ndeclare const request: { readonly headers: Record<string, string | undefined> };\n';

test('the published types hold for a strict project that has only them, and for the examples of the documentation', () => {
  const folder = project();
  copyFileSync(join(import.meta.dirname, 'consumer.ts'), join(folder, 'consumer.ts'));
  for (const file of ['docs/library.md', 'README.md']) {
    const blocks = [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code);
    expect(blocks.length).toBeGreaterThan(0);
    writeFileSync(join(folder, file.replace('docs/', '').replace('.md', '.ts')), `${AROUND}${blocks.join('\n')}`);
  }
  // A wrong use: what the types say is looked at.
  writeFileSync(join(folder, 'wrong.ts'), "import { Skyvern } from 'skyvern-cli';\nnew Skyvern().runTask({ prompt: 1 });\n");
  const files = ['consumer.ts', 'library.ts', 'README.ts', 'wrong.ts'];
  const { stdout } = tsc(
    folder,
    '--strict',
    '--noEmit',
    '--target',
    'es2024',
    '--lib',
    'es2024',
    '--module',
    'nodenext',
    '--types',
    'node',
    ...files,
  );
  expect(stdout.match(/^\w+\.ts/gm)).toEqual(['wrong.ts']);
}, 60_000);
