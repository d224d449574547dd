import { once } from 'node:events';
import { expect, test } from 'vitest';
import { errorTypeOf } from '../../src/server/close-reason.ts';
import { startMeasured } from '../support/measured-server.ts';

class UpstreamError extends Error {}

function withCode(code: unknown): Error {
  return Object.assign(new UpstreamError(), { code });
}

const hostile = Object.defineProperty(new UpstreamError(), 'code', {
  get() {
    throw new Error('no');
  },
});

const cases: [sentence: string, error: unknown, type: string][] = [
  ['a code of the system is kept', withCode('EHOSTUNREACH'), 'EHOSTUNREACH'],
  ["a code of Node's is kept", withCode('ERR_HTTP2_ERROR'), 'ERR_HTTP2_ERROR'],
  ['a code of 40 characters is kept', withCode('A'.repeat(40)), 'A'.repeat(40)],
  ['a longer code is none', withCode('A'.repeat(41)), 'UpstreamError'],
  ['a code of one character is none', withCode('E'), 'UpstreamError'],
  ['a code in lower case is none', withCode('not_found'), 'UpstreamError'],
  ['a code with an address is none', withCode('E 10.0.0.1'), 'UpstreamError'],
  ['a code that is a number is none', withCode(502), 'UpstreamError'],
  ['an error without a code is its class', new TypeError(), 'TypeError'],
  ['a class without a name is none', new (class extends Error {})(), '_OTHER'],
  [
    'a class of more than 80 characters is none',
    Object.defineProperty(new Error(), 'constructor', {
      value: { name: 'A'.repeat(81) },
    }),
    '_OTHER',
  ],
  [
    'an error without a class is none',
    Object.defineProperty(new Error(), 'constructor', { value: undefined }),
    '_OTHER',
  ],
  ['an error whose code cannot be read is its class', hostile, 'UpstreamError'],
  ['what is no error has no type', 'secret', '_OTHER'],
  ['an object that is no error has no type', { name: 'x' }, '_OTHER'],
  ['an object with a code is that', { code: 'E_GONE' }, 'E_GONE'],
  ['nothing has no type', undefined, '_OTHER'],
];

for (const [sentence, error, type] of cases) {
  test(sentence, () => expect(errorTypeOf(error)).toBe(type));
}

test('an error that cannot be read costs no close', async () => {
  await using server = await startMeasured();
  const { response } = await server.open();
  response.destroy(hostile);
  await server.closed(1);
  expect(await server.sum('activeConnections')).toBe(0);
  expect(
    await server.sum('closedConnections', { 'error.type': 'UpstreamError' }),
  ).toBe(1);
});

test('20 types of errors are told apart, the rest are one', async () => {
  const told: (string | undefined)[] = [];
  await using server = await startMeasured({
    onClose: ({ errorType }) => told.push(errorType),
  });
  const codes = Array.from({ length: 25 }, (_, index) => `E_${index}`);
  for (const code of [...codes, 'E_0', 'E_24']) {
    const { response } = await server.open();
    response.destroy(withCode(code));
    await once(response, 'close');
  }
  await server.closed(codes.length + 2);
  const points = (await server.points('closedConnections')).filter(
    ({ attributes }) => attributes['error.type'] !== undefined,
  );
  const counts = Object.fromEntries(
    points.map(({ attributes, value }) => [attributes['error.type'], value]),
  );
  const kept = codes.slice(0, 20).map((code) => [code, 1]);
  expect(counts).toEqual({ ...Object.fromEntries(kept), E_0: 2, _OTHER: 6 });
  expect(told.at(-2)).toBe('E_0');
  expect(told.at(-1)).toBe('_OTHER');
});

test('a type that was beyond the limit at one route is so at every other', async () => {
  await using server = await startMeasured();
  const fail = async (path: string, code: string) => {
    const { response } = await server.open(path);
    response.destroy(withCode(code));
    await once(response, 'close');
  };
  for (let index = 0; index < 20; index++) await fail('/one', `E_${index}`);
  await fail('/two', 'E_20');
  await fail('/two', 'E_3');
  await server.closed(22);
  const match = {
    'http.route': '/two',
    'sse.connection.close_reason': 'error',
  };
  const sumOf = (type: string) =>
    server.sum('closedConnections', { ...match, 'error.type': type });
  expect(await sumOf('_OTHER')).toBe(1);
  expect(await sumOf('E_3')).toBe(1);
  expect(await sumOf('E_20')).toBe(0);
});
