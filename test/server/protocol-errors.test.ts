import type { OutgoingHttpHeaders } from 'node:http';
import { expect, test } from 'vitest';
import {
  ATTR_SSE_PROTOCOL_ERROR_TYPE,
  PROTOCOL_ERROR_TYPES,
  type ProtocolErrorType,
} from '../../src/semconv.ts';
import {
  finish,
  type MeasuredServer,
  STREAM,
  startMeasured,
} from '../support/measured-server.ts';

type Errors = Partial<Record<ProtocolErrorType, number>>;

/** Protocol errors by type, those above 0. */
async function errorsOf(server: MeasuredServer): Promise<Errors> {
  const points = await server.points('protocolErrors');
  return Object.fromEntries(
    points
      .filter(({ value }) => value !== 0)
      .map(({ attributes, value }) => [
        attributes[ATTR_SSE_PROTOCOL_ERROR_TYPE],
        value,
      ]),
  );
}

test.for<[string | Uint8Array, Errors]>([
  ['data: 1\n\n: ping\n\nevent: a\nid: 1\nretry: 5000\ndata: 1\n\n', {}],
  ['data\nid\nevent\ndata:\r\rdata: naïve ☃\r\n\r\n', {}],
  ['message: 1\n\n', { unknown_field: 1 }],
  ['Data: 1\n datas: 1\n\ndata : 1\n', { unknown_field: 3 }],
  ['{"json": 1}\n\n', { unknown_field: 1 }],
  ['id: a\0b\ndata: 1\n\n', { null_in_id: 1 }],
  ['retry: soon\n', { invalid_retry: 1 }],
  ['retry: 5s\nretry: -1\nretry: 1.5\n', { invalid_retry: 3 }],
  ['event: tick\n\nevent: tock\nid: 1\n\n', { event_without_data: 2 }],
  [Buffer.from([0x3a, 0xff, 0xfe, 0x0a]), { invalid_utf8: 2 }],
  [Buffer.from('data: ☃\n\n').subarray(0, 8), { invalid_utf8: 0 }],
  [
    'x: 1\nid: \0\nretry: x\nevent: x\n\n',
    {
      unknown_field: 1,
      null_in_id: 1,
      invalid_retry: 1,
      event_without_data: 1,
    },
  ],
])('what is wrong in %j is counted', async ([written, errors]) => {
  await using server = await startMeasured();
  const { response } = await server.open();
  response.write(written);
  const above0 = Object.entries(errors).filter(([, count]) => count > 0);
  expect(await errorsOf(server)).toEqual(Object.fromEntries(above0));
});

test('an error is counted once wherever the writes cut it', async () => {
  await using server = await startMeasured();
  const { response } = await server.open();
  const wrong = 'nope: 1\nid: \0\nretry: x\nevent: x\n\n';
  for (const byte of Buffer.from(wrong)) response.write(Buffer.of(byte));
  response.write(Buffer.from([0x3a, 0xe2, 0x98]));
  response.write(Buffer.from([0x0a]));
  expect(await errorsOf(server)).toEqual({
    unknown_field: 1,
    null_in_id: 1,
    invalid_retry: 1,
    event_without_data: 1,
    invalid_utf8: 1,
  });
});

test.for<[string, Errors]>([
  ['data: cut off', { unfinished_event: 1 }],
  ['data: cut off\n', { unfinished_event: 1 }],
  ['data: 1\n\nevent: x\n', { unfinished_event: 1 }],
  ['data: 1\n\n', {}],
  ['data: 1\n\n: ping\n', {}],
  ['data: 1\r\n\r', {}],
  ['', {}],
])('a stream completed after %j has errors %j', async ([written, errors]) => {
  await using server = await startMeasured();
  const exchange = await server.open();
  exchange.response.write(written);
  await finish(exchange);
  await server.closed(1);
  expect(await errorsOf(server)).toEqual(errors);
});

test('an event that a client left behind is not unfinished', async () => {
  await using server = await startMeasured();
  const { client, response } = await server.open();
  response.write('data: cut off');
  client.socket.destroy();
  await server.closed(1);
  expect(await errorsOf(server)).toEqual({});
});

const TYPE = { 'Content-Type': 'text/event-stream' };

test.for<[number, OutgoingHttpHeaders, Errors]>([
  [200, STREAM, {}],
  [200, { ...TYPE, 'Cache-Control': 'no-store' }, {}],
  [200, { ...TYPE, 'CACHE-CONTROL': 'Private, No-Cache, no-transform' }, {}],
  [200, { ...TYPE, 'Cache-Control': ['no-cache', 'no-transform'] }, {}],
  [200, TYPE, { cacheable: 1 }],
  [200, { ...TYPE, 'Cache-Control': 'max-age=60' }, { cacheable: 1 }],
  [200, { ...TYPE, 'Cache-Control': 'no-transform' }, { cacheable: 1 }],
  [200, { ...STREAM, 'Content-Length': 18 }, { content_length: 1 }],
  [201, STREAM, { status: 1 }],
  [206, STREAM, { status: 1 }],
  [404, STREAM, { status: 1 }],
  [
    500,
    { ...TYPE, 'Content-Length': 18 },
    {
      cacheable: 1,
      content_length: 1,
      status: 1,
    },
  ],
])(
  'a stream with status %i and %o has errors %j once',
  async ([status, headers, errors]) => {
    await using server = await startMeasured();
    const { response } = await server.exchange();
    response.writeHead(status, headers);
    response.write('data: 1\n\n');
    response.write('data: 2\n\n');
    expect(await errorsOf(server)).toEqual(errors);
    expect(await server.sum('openedConnections')).toBe(1);
  },
);

test('headers set one by one count as those of writeHead', async () => {
  await using server = await startMeasured();
  const { response } = await server.exchange();
  response.statusCode = 203;
  response.setHeader('content-type', 'text/event-stream');
  response.setHeader('cache-control', 'public');
  response.setHeader('content-length', 9);
  response.write('data: 1\n\n');
  expect(await errorsOf(server)).toEqual({
    cacheable: 1,
    content_length: 1,
    status: 1,
  });
});

test('a clean stream reports every type at 0', async () => {
  await using server = await startMeasured();
  const exchange = await server.open();
  exchange.response.write('data: 1\n\n');
  await finish(exchange);
  await server.closed(1);
  const points = await server.points('protocolErrors');
  expect(
    points.map(({ attributes, value }) => [
      attributes[ATTR_SSE_PROTOCOL_ERROR_TYPE],
      value,
    ]),
  ).toEqual(PROTOCOL_ERROR_TYPES.map((type) => [type, 0]));
});
