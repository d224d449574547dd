import { defineConfig } from 'vitest/config';

const environment = { OTEL_LOG_LEVEL: '' };
const DRILLS = 'test/stack/drills/drills.test.ts';

export default defineConfig({
  test: {
    reporters: [
      'default',
      './test/support/summary-reporter.ts',
      './test/stack/drills/support/table-reporter.ts',
    ],
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
          exclude: [DRILLS],
          globalSetup: ['./test/stack/support/build-programs.ts'],
          pool: 'forks',
          env: environment,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        // By itself: what runs beside it would be a load that its alerts see.
        test: {
          name: 'drills',
          include: [DRILLS],
          globalSetup: ['./test/stack/support/build-programs.ts'],
          pool: 'forks',
          env: environment,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});
