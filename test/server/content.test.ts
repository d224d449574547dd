import { once } from 'node:events';
import { expect, test } from 'vitest';
import { finish, STREAM, startMeasured } from '../support/measured-server.ts';

test('every comment line counts, wherever it stands', async () => {
  await using server = await startMeasured();
  const { response } = await server.open();
  response.write(': ping\n\n');
  response.write(':\n');
  response.write('data: 1\n: in an event\n: twice\ndata: 2\n\n');
  response.write('data: : no comment\n\n');
  expect(await server.sum('sentComments')).toBe(4);
  expect(await server.sum('sentEvents')).toBe(2);
});

test('a comment cut by the writes counts once', async () => {
  await using server = await startMeasured();
  const { response } = await server.open();
  for (const part of [':', ' pi', 'ng', '\r', '\n', '\r\n']) {
    response.write(part);
  }
  expect(await server.sum('sentComments')).toBe(1);
});

test('calls of write() and end() with data are writes, whatever is in them', async () => {
  await using server = await startMeasured();
  const opened = await server.open();
  const { response } = opened;
  response.write('data: 1\n\ndata: 2\n\n');
  response.write('data: half');
  response.write(Buffer.from('\n\n'));
  response.write('');
  response.write(Buffer.alloc(0));
  response.end('data: 3\n\n');
  await finish(opened);
  expect(await server.sum('writes')).toBe(4);
  expect(await server.sum('sentEvents')).toBe(4);
});

test('an end() without data is no write', async () => {
  await using server = await startMeasured();
  for (const args of [[], [() => {}], [''], [undefined]] as never[][]) {
    const { response } = await server.open();
    response.end(...args);
  }
  expect(await server.sum('writes')).toBe(0);
  expect(await server.sum('contentSize')).toBe(0);
});

const TEXT = 'data: naïve ☃ 𝒳\n\n';

test.for<[string, BufferEncoding | undefined]>([
  ['no encoding', undefined],
  ['utf8', 'utf8'],
  ['UTF-8', 'UTF-8' as BufferEncoding],
  ['latin1', 'latin1'],
  ['binary', 'binary'],
  ['ascii', 'ascii'],
  ['hex', 'hex'],
  ['base64', 'base64'],
  ['base64url', 'base64url'],
])(
  'the bytes of a text written with %s are those the client gets',
  async ([, encoding]) => {
    await using server = await startMeasured({}, (_request, response) => {
      response.useChunkedEncodingByDefault = false;
      response.writeHead(200, { ...STREAM, Connection: 'close' });
      const isBinary = ['hex', 'base64', 'base64url'].includes(`${encoding}`);
      const text = isBinary ? Buffer.from(TEXT).toString(encoding) : TEXT;
      if (encoding === undefined) response.write(text);
      else response.write(text, encoding);
      response.end(text, encoding ?? 'utf8');
    });
    const client = await server.request();
    await client.closed;
    const [, body = ''] = client.received().split('\r\n\r\n');
    expect(await server.sum('contentSize')).toBe(body.length);
    expect(await server.sum('sentEvents')).toBe(2);
    expect(await server.sum('writes')).toBe(2);
  },
);

test('UTF-16 is two bytes a character and no event stream', async () => {
  await using server = await startMeasured();
  const { response } = await server.open();
  response.write('data: 1\n\n', 'utf16le');
  expect(await server.sum('contentSize')).toBe(18);
  expect(await server.sum('sentEvents')).toBe(0);
});

test('bytes count as they are, also those of a part of a larger buffer', async () => {
  await using server = await startMeasured();
  const { response } = await server.open();
  const bytes = Buffer.from(`xxxx${TEXT}xxxx`).subarray(4, -4);
  response.write(bytes);
  response.write(new Uint8Array(bytes));
  expect(await server.sum('contentSize')).toBe(2 * Buffer.byteLength(TEXT));
  expect(await server.sum('sentEvents')).toBe(2);
});

test('a write with a callback counts as one without, and is called back', async () => {
  await using server = await startMeasured();
  const { response } = await server.open();
  await new Promise((resolve) => response.write('data: 1\n\n', resolve));
  await new Promise((resolve) => response.write(TEXT, 'utf8', resolve));
  expect(await server.sum('writes')).toBe(2);
  expect(await server.sum('sentEvents')).toBe(2);
});

test('the same text to many connections counts for each', async () => {
  await using server = await startMeasured();
  const routes = ['/a', '/b', '/a'];
  const opened = await Promise.all(routes.map((route) => server.open(route)));
  for (let round = 0; round < 10; round++) {
    for (const { response } of opened) response.write(TEXT);
  }
  const bytes = Buffer.byteLength(TEXT);
  const a = { 'http.route': '/a' };
  expect(await server.sum('contentSize')).toBe(30 * bytes);
  expect(await server.sum('contentSize', a)).toBe(20 * bytes);
  expect(await server.sum('sentEvents', a)).toBe(20);
});

test('texts of one length have each their own bytes', async () => {
  await using server = await startMeasured();
  const { response } = await server.open();
  const texts = ['data: x\n\n', 'data: ☃\n\n', 'data: ï\n\n'];
  const bytes = texts.map((text) => Buffer.byteLength(text));
  expect(bytes).toEqual([9, 11, 10]);
  for (let round = 0; round < 3; round++) {
    for (const text of texts) response.write(text);
  }
  expect(await server.sum('contentSize')).toBe(90);
});

test('the size of an event is from its first byte to its blank line', async () => {
  await using server = await startMeasured();
  const { response } = await server.open();
  response.write('data: 1\n\n');
  response.write(TEXT);
  response.write(`data: ${'x'.repeat(992)}`);
  response.write('\n\n: comment\n\n');
  const { count, sum, min, max } = await server.histogram('eventSize');
  expect(count).toBe(3);
  expect(min).toBe(9);
  expect(max).toBe(1000);
  expect(sum).toBe(9 + Buffer.byteLength(TEXT) + 1000);
});

test('each event of one write has its own size', async () => {
  await using server = await startMeasured();
  const { response } = await server.open();
  response.write('data: 1\n\ndata: 22\n\ndata: 333\n\ndata: 4444\n\n');
  const { count, sum, min, max } = await server.histogram('eventSize');
  expect([count, sum, min, max]).toEqual([4, 42, 9, 12]);
});

test('a write takes until the kernel has it', async () => {
  await using server = await startMeasured();
  const { response } = await server.open();
  response.write('data: 1\n\n');
  const end = performance.now() + 50;
  while (performance.now() < end);
  await new Promise((resolve) => response.write('data: 2\n\n', resolve));
  const { count, max } = await server.histogram('writeDuration');
  expect(count).toBe(2);
  // The first one waits for the rest of its tick.
  expect(max).toBeGreaterThan(0.045);
});

test('a write to a closed stream is late and in no other count', async () => {
  await using server = await startMeasured();
  const { client, response } = await server.open();
  response.on('error', () => {});
  response.write('data: 1\n\n');
  client.socket.destroy();
  await once(response, 'close');
  const before = await server.metrics.collect();
  response.write('data: late\n\n');
  response.write(Buffer.from(': late\n\n'));
  response.write('');
  response.end('data: last\n\n');
  const after = await server.metrics.collect();
  expect(await server.sum('lateWrites')).toBe(3);
  for (const [name, points] of before) {
    if (/late|process/.test(name)) continue;
    const valuesOf = (list: typeof points = []) => list.map((p) => p.value);
    expect(valuesOf(after.get(name)), name).toEqual(valuesOf(points));
  }
});

test('a write to a destroyed stream is late before its close', async () => {
  await using server = await startMeasured();
  const { response } = await server.open();
  response.on('error', () => {});
  response.destroy();
  response.write('data: late\n\n');
  expect(await server.sum('lateWrites')).toBe(1);
  expect(await server.sum('writes')).toBe(0);
});

test('a write after end() is the error that it is, and no late write', async () => {
  await using server = await startMeasured();
  const opened = await server.open();
  opened.response.end();
  const failed = once(opened.response, 'error');
  opened.response.write('data: 1\n\n');
  expect(await failed).toMatchObject([{ code: 'ERR_STREAM_WRITE_AFTER_END' }]);
  expect(await server.sum('lateWrites')).toBe(0);
  expect(await server.sum('writes')).toBe(0);
  expect(await server.sum('contentSize')).toBe(0);
});

test('what write() refuses to take is not counted', async () => {
  await using server = await startMeasured();
  const { response } = await server.open();
  const write = response.write as (chunk: unknown) => boolean;
  for (const chunk of [undefined, null, 42, {}, ['data: 1\n\n']]) {
    expect(() => write.call(response, chunk)).toThrow(TypeError);
  }
  expect(await server.sum('writes')).toBe(0);
});
