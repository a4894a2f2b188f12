import { defineConfig } from 'vitest/config';

// One run, three projects, one after the other: fast tests, tests with a real Chromium, terminal or process of the built program, and last the main job
// end to end through the built program.
export default defineConfig({
  // What a user imports, by its published name.
  resolve: { alias: { 'skyvern-cli': new URL('src/index.ts', import.meta.url).pathname } },
  define: { __VERSION__: JSON.stringify('0.0.0-test') },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: ['test/e2e/**', 'test/**/*.browser.test.{ts,tsx}', 'test/**/*.terminal.test.{ts,tsx}', 'test/**/*.process.test.ts'],
          // A hundred times what any takes alone: the machine may be busy, and no test measures time.
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        test: {
          name: 'real parts',
          include: ['test/**/*.browser.test.{ts,tsx}', 'test/**/*.terminal.test.{ts,tsx}', 'test/**/*.process.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        test: {
          name: 'main job',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 2 },
          maxWorkers: 1,
        },
      },
    ],
  },
});
