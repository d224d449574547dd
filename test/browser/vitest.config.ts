import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// The tests run in Node and drive a real Chromium: what a page does, its server
// and its closed doors are then seen from one place.
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    name: 'browser',
    include: ['test/{browser,examples}/**/*.browser.ts'],
    reporters: ['default', './test/support/summary-reporter.ts'],
    globalSetup: ['./test/browser/support/print-version.ts'],
    pool: 'forks',
    // One Chromium at a time.
    fileParallelism: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
