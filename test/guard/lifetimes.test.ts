import { expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import { startGuarded } from './support/guarded-server.ts';

const WHOLE_END = /retry: \d+\n\n\r\n0\r\n\r\n$/;

test.concurrent('a stream is ended when its time is over, with a time to come back, and others are not', async () => {
  await using server = await startGuarded({
    maxConnectionSeconds: 1.5,
    connectionJitter: 0,
  });
  const first = await server.open();
  const openedAt = performance.now();
  server.streams[0]?.write('data: 1\n\n');
  await until('a second', () => performance.now() - openedAt > 1000);
  const second = await server.open();
  await first.waitFor('0\r\n\r\n');
  expect(performance.now() - openedAt).toBeGreaterThan(1400);
  expect(first.received()).toMatch(WHOLE_END);
  expect(second.received()).not.toContain('retry:');
  expect(server.guard.read().ended).toEqual({ expired: 1 });
  await until('its place', () => server.guard.read().connections === 1);
});

test.concurrent('streams that came together do not end together', async () => {
  await using server = await startGuarded({
    maxConnectionSeconds: 4,
    connectionJitter: 0.9,
  });
  const openedAt = performance.now();
  const ends = await Promise.all(
    Array.from({ length: 30 }, async () => {
      const client = await server.open();
      await client.waitFor('0\r\n\r\n');
      return performance.now() - openedAt;
    }),
  );
  expect(Math.max(...ends) - Math.min(...ends)).toBeGreaterThan(1500);
  expect(Math.max(...ends)).toBeLessThan(6000);
});

test.concurrent('a stream on which nothing is written for too long is ended, one that is written to is not', async () => {
  await using server = await startGuarded({ maxIdleSeconds: 1 });
  const idle = await server.open();
  const busy = await server.open();
  const timer = setInterval(() => server.streams[1]?.write(': on\n\n'), 100);
  try {
    await idle.waitFor('0\r\n\r\n');
    expect(idle.received()).toMatch(WHOLE_END);
    expect(busy.received()).not.toContain('retry:');
    expect(server.guard.read().ended).toEqual({ timeout: 1 });
  } finally {
    clearInterval(timer);
  }
});

test.concurrent('an event that is half written is waited for', async () => {
  await using server = await startGuarded({
    maxConnectionSeconds: 0.2,
    connectionJitter: 0,
  });
  const client = await server.open();
  const [stream] = server.streams;
  stream?.write('data: half');
  const startedAt = performance.now();
  await until('its time', () => performance.now() - startedAt > 1600);
  expect(client.received()).not.toContain('retry:');
  stream?.write(' and half\n\n');
  await client.waitFor('0\r\n\r\n');
  expect(client.received()).toMatch(WHOLE_END);
  const content = client.received().replaceAll(/\r\n[0-9a-f]+\r\n/g, '');
  expect(content).toContain('data: half and half\n\nretry: ');
});

test.concurrent('a stream whose event never ends is closed with nothing written into it', async () => {
  await using server = await startGuarded({
    maxConnectionSeconds: 0.2,
    connectionJitter: 0,
  });
  const client = await server.open();
  server.streams[0]?.write('data: half');
  await client.waitFor('0\r\n\r\n');
  expect(client.received()).toMatch(/data: half\r\n0\r\n\r\n$/);
});

test.concurrent('an application that goes on writing to an ended stream notices nothing', async () => {
  const failures: unknown[] = [];
  await using server = await startGuarded({
    maxConnectionSeconds: 0.2,
    connectionJitter: 0,
  });
  const client = await server.open();
  const [stream] = server.streams;
  if (stream === undefined) throw new Error('no stream');
  const { write, end } = stream;
  stream.on('error', (error) => failures.push(error));
  // So that the last bytes are long on their way.
  client.socket.pause();
  stream.write(`data: ${'x'.repeat(12_000_000)}\n\n`);
  await until('the end', () => stream.writableEnded);
  expect(stream.destroyed).toBe(false);
  const codes: unknown[] = [];
  // Before `close`, which tells the application, it may write any number.
  stream.write('data: late\n\n', (error) =>
    codes.push((error as NodeJS.ErrnoException | undefined)?.code),
  );
  stream.end('data: later\n\n');
  await until('the callback', () => codes.length === 1);
  expect(codes).toEqual(['ERR_STREAM_WRITE_AFTER_END']);
  client.socket.resume();
  await client.waitFor('0\r\n\r\n');
  expect(failures).toEqual([]);
  expect(client.received()).not.toContain('late');
  await until('its close', () => server.guard.read().connections === 0);
  expect(stream.write).toBe(write);
  expect(stream.end).toBe(end);
});

test.concurrent('an answer that is not begun is left alone, whatever its time', async () => {
  await using server = await startGuarded(
    { maxConnectionSeconds: 0.2, connectionJitter: 0 },
    () => {},
  );
  const client = await server.request();
  await until('the request', () => server.streams.length === 1);
  const startedAt = performance.now();
  await until('two sweeps', () => performance.now() - startedAt > 2300);
  server.streams[0]?.writeHead(404).end('none');
  await client.waitFor('none');
  expect(client.received()).toMatch(/^HTTP\/1\.1 404/);
});
