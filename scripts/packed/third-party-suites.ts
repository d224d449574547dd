/** The test suite of a package, and what it needs to run. */
export interface Suite {
  readonly name: string;
  readonly version: string;
  /** Those of its development dependencies that the tests load, pinned. */
  readonly needs: readonly string[];
  /** What Node is given, in a copy of the package. */
  readonly args: readonly string[];
  /** The source package of Debian that has the tests, and its version. */
  readonly debian?: readonly [name: string, version: string];
}

const NODE_TEST = [
  '--test',
  '--test-concurrency=2',
  '--test-reporter=../node-reporter.mjs',
];

const MOCHA = [
  '../node_modules/mocha/bin/mocha.js',
  '--exit',
  '--reporter=../mocha-reporter.cjs',
];

/** Suites that exercise Node's responses, and the command of each. */
export const SUITES: readonly Suite[] = [
  {
    name: 'fastify',
    version: '5.12.8',
    needs: [
      'ajv@8.20.0',
      'ajv-errors@3.0.0',
      'ajv-formats@3.0.1',
      'ajv-i18n@4.2.0',
      'ajv-merge-patch@5.0.1',
      'fast-json-body@1.1.0',
      'fastify-plugin@6.0.1',
      'fluent-json-schema@6.0.1',
      'h2url@0.2.0',
      'http-errors@2.0.1',
      'joi@18.3.2',
      'JSONStream@1.3.5',
      'node-forge@1.4.3',
      'proxyquire@2.1.3',
      'split2@4.2.0',
      'undici@7.30.2',
      'vary@1.1.2',
      'yup@1.7.1',
    ],
    args: [...NODE_TEST, 'test/**/*.test.js', 'test/**/*.test.mjs'],
  },
  {
    name: '@fastify/compress',
    version: '9.2.0',
    needs: [
      'adm-zip@0.6.1',
      'fastify@5.12.8',
      'jsonstream@1.0.3',
      'typescript@6.0.3',
    ],
    args: [...NODE_TEST, 'test/**/*.test.js'],
  },
  {
    name: '@fastify/sse',
    version: '0.6.0',
    needs: ['fastify@5.12.8', 'undici@7.30.2'],
    args: [...NODE_TEST, 'test/**/*.test.js'],
  },
  {
    name: 'light-my-request',
    version: '6.8.1',
    needs: [
      '@fastify/ajv-compiler@4.0.7',
      'end-of-stream@1.4.5',
      'express@5.3.0',
      'form-auto-content@3.2.1',
      'form-data@4.0.6',
      'formdata-node@6.0.3',
      'multer@2.5.0',
      'undici@7.30.2',
    ],
    args: [...NODE_TEST, 'test/**/*.test.js'],
  },
  {
    name: 'pino-http',
    version: '11.0.0',
    needs: ['@matteo.collina/tspl@0.2.0', 'pino-pretty@13.2.0', 'split2@4.2.0'],
    args: [...NODE_TEST, 'test/test.js'],
  },
  {
    name: 'st',
    version: '4.0.13',
    needs: [],
    args: [...NODE_TEST, 'test/**/*-test.js'],
  },
  {
    name: 'eventsource',
    version: '0.1.6',
    needs: ['mocha@11.8.0'],
    args: MOCHA,
  },
  {
    name: 'eventsource',
    version: '2.0.2',
    needs: ['buffer-from@1.1.2', 'mocha@11.8.0'],
    args: MOCHA,
    debian: ['node-eventsource', '2.0.2+~1.1.10-1'],
  },
  {
    name: 'express',
    version: '4.18.2',
    needs: [
      'after@0.8.2',
      'connect-redis@3.4.2',
      'cookie-parser@1.4.6',
      'cookie-session@2.0.0',
      'ejs@3.1.8',
      'express-session@1.17.2',
      'hbs@4.2.0',
      'marked@0.7.0',
      'method-override@3.0.0',
      'mocha@11.8.0',
      'morgan@1.10.0',
      'multiparty@4.2.3',
      'pbkdf2-password@1.2.1',
      'supertest@6.3.0',
      'vhost@3.0.2',
    ],
    args: [
      ...MOCHA,
      '--require=test/support/env',
      '--check-leaks',
      'test/',
      'test/acceptance/',
    ],
    debian: ['node-express', '4.18.2+~4.17.14-1'],
  },
  {
    name: 'compression',
    version: '1.7.4',
    needs: ['after@0.8.2', 'mocha@11.8.0', 'supertest@4.0.0'],
    args: [...MOCHA, '--check-leaks'],
    debian: ['node-compression', '1.7.4-3'],
  },
  {
    name: 'on-finished',
    version: '2.4.1',
    needs: ['mocha@11.8.0'],
    args: [...MOCHA, '--check-leaks', 'test/'],
    debian: ['node-on-finished', '2.4.1+~1.1.1-1'],
  },
  {
    name: 'on-headers',
    version: '1.0.2',
    needs: ['mocha@11.8.0', 'supertest@4.0.0'],
    args: [...MOCHA, '--check-leaks', 'test/'],
    debian: ['node-on-headers', '1.0.2-2'],
  },
];

/** Suites that cannot be had at all, and what stands in for them. */
export const MISSING: readonly (readonly [string, string])[] = [
  ['better-sse', 'npm has build/ alone, of 0.5 to 0.16; see @fastify/sse'],
  ['express 5', 'npm has lib/ alone, Debian no 5; see light-my-request'],
  ['compression 1.8', 'npm has index.js alone, of 1.0 to 1.8'],
  ['eventsource 3 to 5', 'npm has dist/ and src/ alone'],
  ['koa, h3', 'npm has lib/ or dist/ alone; test/frameworks tries both'],
];
