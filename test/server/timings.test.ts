import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { finish, STREAM, startMeasured } from '../support/measured-server.ts';
import { until } from '../support/poll.ts';

/** Long enough to be told from nothing, in milliseconds. */
const PAUSE_MS = 60;
const PAUSE_SECONDS = PAUSE_MS / 1000;
/** A timer may fire a little early by another clock. */
const AT_LEAST = PAUSE_SECONDS - 0.005;

test('the open time is from the arrival of the request to its headers', async () => {
  await using server = await startMeasured();
  const { response, client } = await server.exchange();
  await delay(PAUSE_MS);
  response.writeHead(200, STREAM);
  response.flushHeaders();
  await client.waitFor('\r\n\r\n');
  const { count, min } = await server.histogram('connectionOpenTime');
  expect(count).toBe(1);
  expect(min).toBeGreaterThan(AT_LEAST);
  expect(min).toBeLessThan(5);
});

test('headers written long before the first byte are open with that byte', async () => {
  await using server = await startMeasured();
  const { response, client } = await server.exchange();
  response.writeHead(200, STREAM);
  await delay(PAUSE_MS);
  expect(await server.count('connectionOpenTime')).toBe(0);
  response.write(': hello\n\n');
  await client.waitFor(': hello');
  const { count, min } = await server.histogram('connectionOpenTime');
  expect(count).toBe(1);
  expect(min).toBeGreaterThan(AT_LEAST);
});

test('the open time ends with the headers, however long the stream is', async () => {
  await using server = await startMeasured();
  const opened = await server.open();
  await delay(PAUSE_MS);
  await finish(opened);
  await server.closed(1);
  const openTime = await server.histogram('connectionOpenTime');
  const duration = await server.histogram('connectionDuration');
  expect(openTime.count).toBe(1);
  expect(openTime.sum).toBeLessThan((duration.sum ?? 0) - AT_LEAST);
});

test('the duration is from the arrival of the request to the close', async () => {
  await using server = await startMeasured();
  const exchange = await server.exchange();
  await delay(PAUSE_MS);
  exchange.response.writeHead(200, STREAM);
  exchange.response.write('data: 1\n\n');
  await delay(PAUSE_MS);
  expect(await server.count('connectionDuration')).toBe(0);
  await finish(exchange);
  await server.closed(1);
  const { count, sum } = await server.histogram('connectionDuration');
  expect(count).toBe(1);
  expect(sum).toBeGreaterThan(2 * AT_LEAST);
  expect(sum).toBeLessThan(10);
});

test('the time to the first event ends when an event is complete', async () => {
  await using server = await startMeasured();
  const { response } = await server.open();
  response.write(': comment\n\nid: 1\n\ndata: half');
  expect(await server.count('timeToFirstEvent')).toBe(0);
  await delay(PAUSE_MS);
  response.write('\n\n');
  response.write('data: 2\n\n');
  const { count, min } = await server.histogram('timeToFirstEvent');
  expect(count).toBe(1);
  expect(min).toBeGreaterThan(AT_LEAST);
});

test('a connection without an event has no time to the first event', async () => {
  await using server = await startMeasured();
  await finish(await server.open());
  await server.closed(1);
  expect(await server.points('timeToFirstEvent')).toEqual([]);
  expect(await server.sum('eventlessCloses')).toBe(1);
});

test('every connection with an event counts in the time to the first event, every other in eventless closes', async () => {
  await using server = await startMeasured();
  for (const text of [
    'data: 1\n\n',
    ': ping\n\n',
    'event: x\n\n',
    'data\n\n',
  ]) {
    const opened = await server.open();
    opened.response.write(text);
    await finish(opened);
  }
  await server.closed(4);
  expect(await server.count('timeToFirstEvent')).toBe(2);
  const match = { 'sse.connection.close_reason': 'completed' };
  expect(await server.sum('eventlessCloses', match)).toBe(2);
});

test('the interval is between two events of one connection', async () => {
  await using server = await startMeasured();
  const first = await server.open();
  const second = await server.open();
  first.response.write('data: 1\n\n');
  second.response.write('data: 1\n\n');
  expect(await server.count('eventInterval')).toBe(0);
  await delay(PAUSE_MS);
  first.response.write(': a comment is no event\n\n');
  first.response.write('data: 2\n\n');
  const { count, min, max } = await server.histogram('eventInterval');
  expect(count).toBe(1);
  expect(min).toBeGreaterThan(AT_LEAST);
  expect(max).toBe(min);
});

test('events of one write are no time apart', async () => {
  await using server = await startMeasured();
  const { response } = await server.open();
  response.write('data: 1\n\ndata: 2\n\ndata: 3\n\n');
  const { count, max } = await server.histogram('eventInterval');
  expect(count).toBe(2);
  expect(max).toBe(0);
  await delay(PAUSE_MS);
  response.write('data: 4\n\n');
  const later = await server.histogram('eventInterval');
  expect(later.count).toBe(3);
  expect(later.max).toBeGreaterThan(AT_LEAST);
});

test('the age is of the oldest open connection', async () => {
  await using server = await startMeasured();
  const oldest = await server.open();
  await delay(PAUSE_MS);
  await server.open();
  expect(await server.sum('connectionAgeMax')).toBeGreaterThan(AT_LEAST);
  await delay(PAUSE_MS);
  expect(await server.sum('connectionAgeMax')).toBeGreaterThan(2 * AT_LEAST);
  await finish(oldest);
  await server.closed(1);
  const age = await server.sum('connectionAgeMax');
  const [left] = server.instrumentation.connections();
  expect(age).toBeGreaterThan(AT_LEAST);
  expect(age).toBeLessThanOrEqual(left?.ageSeconds ?? 0);
});

test('the age is 0 when nothing is open', async () => {
  await using server = await startMeasured();
  const opened = await server.open();
  expect(await server.sum('connectionAgeMax')).toBeGreaterThan(0);
  await finish(opened);
  await server.closed(1);
  expect(await server.sum('connectionAgeMax')).toBe(0);
  expect(await server.sum('connectionIdleTimeMax')).toBe(0);
});

test('any byte ends the idle time, also one of a comment', async () => {
  await using server = await startMeasured();
  const { response } = await server.open();
  await until(
    'idle time',
    () => server.sum('connectionIdleTimeMax'),
    (seconds) => seconds > 0.9,
  );
  response.write(':\n');
  expect(await server.sum('connectionIdleTimeMax')).toBeLessThan(0.6);
  expect(await server.sum('connectionAgeMax')).toBeGreaterThan(0.9);
});

test('a connection stalls after stallAfterSeconds without a byte', async () => {
  await using server = await startMeasured({ stallAfterSeconds: 0.6 });
  const silent = await server.open();
  const other = await server.open();
  expect(await server.sum('stalledConnections')).toBe(0);
  await until(
    'stalled connections',
    async () => {
      other.response.write(': ping\n\n');
      return server.sum('stalledConnections');
    },
    (stalled) => stalled === 1,
  );
  silent.response.write('data: 1\n\n');
  expect(await server.sum('stalledConnections')).toBe(0);
});

test('a stream whose headers are not sent has no age and does not stall', async () => {
  await using server = await startMeasured({ stallAfterSeconds: 0.001 });
  const { request, response } = await server.exchange();
  response.writeHead(200, STREAM);
  await delay(PAUSE_MS);
  expect(await server.sum('connectionAgeMax')).toBe(0);
  expect(await server.sum('connectionIdleTimeMax')).toBe(0);
  expect(await server.sum('stalledConnections')).toBe(0);
  expect(request.destroyed).toBe(false);
});

test('a connection without events stalls by the default only after 90 s', async () => {
  await using server = await startMeasured();
  await server.open();
  await until(
    'idle time',
    () => server.sum('connectionIdleTimeMax'),
    (seconds) => seconds > 0.3,
  );
  expect(await server.sum('stalledConnections')).toBe(0);
});
