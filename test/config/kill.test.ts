import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { setSetting } from '../../src/config/edit.js';
import { manualClock, seededRandom } from '../support/clock.js';
import { tempFolder, testIo } from '../support/io.js';
import { hasStrace, killSetting } from '../torture/killPoints.js';

const prepared = async () => {
  const config = tempFolder();
  const deps = { paths: { config }, owner: testIo(), clock: manualClock(), random: seededRandom() };
  await setSetting(deps, 'default', 'output', 'plain');
  return { config, deps };
};

// A sample; `npm run torture` takes all.
const POINTS = [
  ['link', 1],
  ['unlink', 1],
  ['fsync', 1],
  ['rename', 1],
  ['fsync', 2],
  ['unlink', 2],
] as const;

test.skipIf(!hasStrace()).each(POINTS)(
  'F37 a change of the settings killed at %s %d leaves the old ones or the new ones, whole and private, and the next change works',
  async (syscall, n) => {
    const { config, deps } = await prepared();
    expect(await killSetting(config, syscall, n)).toBe(true);
    await setSetting(deps, 'default', 'timeout', '5m');
    expect(JSON.parse(readFileSync(join(config, 'config.json'), 'utf8')).profiles.default).toMatchObject({ timeout: '5m' });
    expect(readdirSync(config).filter((name) => name.includes('.lock'))).toEqual([]);
  },
  20_000,
);

test.skipIf(!hasStrace())('F37 a file that is cut would be noticed', async () => {
  const { config } = await prepared();
  const whole = readFileSync(join(config, 'config.json'), 'utf8');
  writeFileSync(join(config, 'config.json'), whole.slice(0, -4));
  await expect(killSetting(config, 'fsync', 1)).rejects.toThrow();
});
