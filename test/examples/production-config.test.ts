import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfig } from '../../examples/production/src/config.js';
import { ROOT } from '../../scripts/packed/project.ts';
import { installProduction } from '../../stack/production-package.ts';

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
    { ...OPEN, BROWSER_OTLP_URL: 'localhost:4318' },
    'BROWSER_OTLP_URL must be a URL such as http://localhost:4318',
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

test('its packages are pinned, and its lock file names no registry', () => {
  const read = (name: string) =>
    readFileSync(join(ROOT, 'examples/production', name), 'utf8');
  const { dependencies } = JSON.parse(read('package.json'));
  for (const version of Object.values(dependencies)) {
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  }
  expect(read('package-lock.json')).not.toContain('"resolved"');
});

test('nothing in it knows of OpenTelemetry', () => {
  const folder = join(ROOT, 'examples/production');
  const files = globSync('{server.js,src/**/*.js}', { cwd: folder });
  expect(files.length).toBeGreaterThan(20);
  for (const file of files) {
    const text = readFileSync(join(folder, file), 'utf8');
    expect({ file, knows: /@opentelemetry\/|\/register'/.test(text) }).toEqual({
      file,
      knows: false,
    });
  }
});

test('the README names every setting, with its default', () => {
  const readme = readFileSync(
    join(ROOT, 'examples/production/README.md'),
    'utf8',
  );
  const [, table = ''] = readme.split('## Settings');
  const named = [...table.matchAll(/`([A-Z][A-Z_]+)`/g)].map(
    ([, name]) => name,
  );
  const config = readConfig(OPEN);
  const optional = [
    'AUTH_SECRET',
    'REDIS_URL',
    'DATABASE_URL',
    'BROWSER_OTLP_URL',
  ];
  const expected = new Set([...Object.keys(config), ...optional]);
  // `AUTH=none` stands beside the secret.
  expected.delete('AUTH');
  expect(new Set(named)).toEqual(expected);
});
