// `npm run wire-types`: makes test/spec/openapi-1.0.56.d.ts of the API's own document. It needs the network once: the generator runs on a
// TypeScript of its own, because it does not run on ours. A test proves without it that the file is fresh.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../test/spec/', import.meta.url));
const document = readFileSync(join(folder, 'openapi-1.0.56.json'));
const made = mkdtempSync(join(tmpdir(), 'wire-types-'));
const out = join(made, 'all.d.ts');
const tools = ['-p', 'openapi-typescript@7.10.1', '-p', 'typescript@5.9.3'];
const run = ['openapi-typescript', join(folder, 'openapi-1.0.56.json'), '-o', out, '--default-non-nullable', 'false'];
const { status } = spawnSync('npx', ['-y', ...tools, ...run], { cwd: made, stdio: 'inherit' });
if (status !== 0) process.exit(1);

// The schemas alone: routes are the business of the client, and comments repeat what the types say.
const all = readFileSync(out, 'utf8').replaceAll(/^\s*\/\*\*.*?\*\/\n/gms, '');
const schemas = /^export interface components \{\n {4}schemas: \{\n(.*?)^ {4}\};\n/ms.exec(all)?.[1];
rmSync(made, { recursive: true });
const text = schemas
  .replaceAll('components["schemas"]', 'Schemas')
  .replaceAll(/^( {4})( *)/gm, (_, _outer, inner) => ' '.repeat(inner.length / 2));
const sha256 = createHash('sha256').update(document).digest('hex');
writeFileSync(
  join(folder, 'openapi-1.0.56.d.ts'),
  `// Made by \`npm run wire-types\` of openapi-1.0.56.json (sha256 ${sha256}).\nexport interface Schemas {\n${text.trimEnd()}\n}\n`,
);
