// One of many processes that find one file of settings broken: `reader.ts FOLDER TIMES`. Run by a test.
import { writeFileSync } from 'node:fs';
import { configStore } from '../../src/config/files.js';
import { LocalError } from '../../src/errors.js';

const [folder = '', times = '0'] = process.argv.slice(2);
const store = configStore({ config: folder }, process);
for (let count = 0; count < Number(times); count++) {
  try {
    store.read();
  } catch (error) {
    if (!(error instanceof LocalError)) throw error;
  }
  writeFileSync(store.path, 'nonsense', { mode: 0o600 });
}
