import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { readConfig } from '../../examples/production/src/config.js';
import { installProduction } from './support/install-production.ts';

const OPEN = { AUTH: 'none' };
const MISSING =
  'AUTH_SECRET is missing: set it to what signs the tokens, or AUTH=none to let everyone read';
const ORIGINS =
  'it must be origins with commas, such as https://app.example.com';

test.each([
  [{}, MISSING],
  [{ AUTH_SECRET: '' }, MISSING],
  [{ AUTH: 'maybe' }, 'AUTH is "maybe": it must be token or none'],
  [{ ...OPEN, PORT: 'http' }, 'PORT is "http": it must be a whole number'],
  [{ ...OPEN, PORT: '70000' }, 'PORT is "70000": it must be a port'],
  [
    { ...OPEN, BATCH_MS: '-1' },
    'BATCH_MS is "-1": it must be a whole number of at least 0',
  ],
  [
    { ...OPEN, REPLAY_EVENTS: '2.5' },
    'REPLAY_EVENTS is "2.5": it must be a whole number',
  ],
  [
    { ...OPEN, LOG_LEVEL: 'loud' },
    'LOG_LEVEL is "loud": it must be trace, debug, info, warn, error, fatal or silent',
  ],
  [
    { ...OPEN, ALLOWED_ORIGINS: 'https://a.example,*' },
    `ALLOWED_ORIGINS is "https://a.example,*": ${ORIGINS}`,
  ],
  [
    { ...OPEN, ALLOWED_ORIGINS: 'https://a.example/' },
    `ALLOWED_ORIGINS is "https://a.example/": ${ORIGINS}`,
  ],
  [
    { ...OPEN, REDIS_URL: 'redis://r', DATABASE_URL: 'postgres://p' },
    'DATABASE_URL and REDIS_URL are both set: events have one source, unset one',
  ],
])('%j is refused with what mends it', (env, message) => {
  expect(() => readConfig(env)).toThrow(new Error(message));
});

test('the server ends with every bad value named, and no secret', () => {
  using installed = installProduction();
  const { status, stderr, stdout } = spawnSync(
    process.execPath,
    ['server.js'],
    {
      cwd: installed.folder,
      env: {
        AUTH_SECRET: 'too short',
        REDIS_URL: 'localhost:6379?password=swordfish',
        REFUSAL: 'never',
      },
      encoding: 'utf8',
      timeout: 20_000,
    },
  );
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr.trimEnd().split('\n')).toEqual([
    'AUTH_SECRET must have at least 32 characters: openssl rand -base64 32',
    'REDIS_URL must be a URL such as redis://127.0.0.1:6379',
    'REFUSAL is "never": it must be retry or status',
  ]);
}, 60_000);

test('what is set is taken, and what is not has its default', () => {
  expect(
    readConfig({ ...OPEN, ALLOWED_ORIGINS: ' https://a.example ,', PORT: '0' }),
  ).toMatchObject({
    ALLOWED_ORIGINS: ['https://a.example'],
    PORT: 0,
    BATCH_MS: 50,
    COMPRESS_ABOVE_BYTES: 1024,
  });
});
