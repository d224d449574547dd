import { defineConfig } from 'vitest/config';

const environment = { OTEL_LOG_LEVEL: '' };

export default defineConfig({
  test: {
    reporters: ['default', './test/support/summary-reporter.ts'],
    projects: [
      {
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/memory/**', 'test/stack/**'],
          pool: 'forks',
          env: environment,
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'memory',
          include: ['test/memory/**/*.test.ts'],
          pool: 'forks',
          execArgv: ['--expose-gc'],
          env: environment,
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'stack',
          include: ['test/stack/**/*.test.ts'],
          globalSetup: ['./test/stack/support/build-programs.ts'],
          pool: 'forks',
          env: environment,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
