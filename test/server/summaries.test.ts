import { channel } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import type { SseConnectionSummary } from '../../src/types.ts';
import { collectDiagnostics } from '../support/diagnostics.ts';
import {
  type Exchange,
  finish,
  STREAM,
  startMeasured,
} from '../support/measured-server.ts';
import { until } from '../support/poll.ts';

interface Closed {
  readonly summary: SseConnectionSummary;
  readonly request: IncomingMessage;
}

const closeChannel = channel('sse.server.close');

/** What the diagnostics channel is told, until it is disposed of. */
function listenToChannel(): Disposable & { readonly closed: Closed[] } {
  const closed: Closed[] = [];
  const listener = (message: unknown) => closed.push(message as Closed);
  closeChannel.subscribe(listener);
  return { closed, [Symbol.dispose]: () => closeChannel.unsubscribe(listener) };
}

test('onClose and the channel are told once what a connection was', async () => {
  const closed: Closed[] = [];
  using told = listenToChannel();
  await using server = await startMeasured({
    trustProxy: 1,
    onClose: (summary, request) => closed.push({ summary, request }),
  });
  const exchange = await server.open('/users/42', {
    'Last-Event-ID': '7',
    'X-Forwarded-For': '203.0.113.7',
  });
  const { response, request, client } = exchange;
  response.write('data: 1\n\n: ping\n\nevent: x\ndata: ☃\n\n');
  await client.waitFor('event: x');
  expect(closed).toEqual([]);
  await finish(exchange);
  await server.closed(1);
  expect(closed).toHaveLength(1);
  expect(told.closed).toHaveLength(1);
  expect(told.closed[0]?.summary).toEqual(closed[0]?.summary);
  expect(closed[0]?.request).toBe(request);
  expect(told.closed[0]?.request).toBe(request);
  const summary = closed[0]?.summary as SseConnectionSummary;
  expect(summary).toEqual({
    route: '/users/:id',
    method: 'GET',
    protocolVersion: '1.1',
    closeReason: 'completed',
    errorType: undefined,
    resumed: true,
    durationSeconds: expect.any(Number),
    openTimeSeconds: expect.any(Number),
    timeToFirstEventSeconds: expect.any(Number),
    events: 2,
    comments: 1,
    contentBytes: 37,
    wireBytes: Buffer.byteLength(client.received(), 'latin1'),
    blockedSeconds: 0,
    clientAddress: '203.0.113.7',
  });
  expect(summary.openTimeSeconds).toBeGreaterThanOrEqual(0);
  expect(summary.timeToFirstEventSeconds).toBeGreaterThanOrEqual(
    summary.openTimeSeconds,
  );
  // Those two are whole milliseconds.
  expect(summary.durationSeconds + 0.001).toBeGreaterThan(
    summary.timeToFirstEventSeconds ?? Number.NaN,
  );
});

test('a summary says what was not: no event, no resume, an error', async () => {
  const summaries: SseConnectionSummary[] = [];
  await using server = await startMeasured({
    onClose: (summary) => summaries.push(summary),
  });
  const { response } = await server.open();
  response.on('error', () => {});
  response.destroy(Object.assign(new Error('x'), { code: 'ENOSPC' }));
  await server.closed(1);
  expect(summaries).toMatchObject([
    {
      closeReason: 'error',
      errorType: 'ENOSPC',
      resumed: false,
      timeToFirstEventSeconds: undefined,
      events: 0,
      contentBytes: 0,
    },
  ]);
});

test('a summary has the time that the client did not keep up', async () => {
  const summaries: SseConnectionSummary[] = [];
  await using server = await startMeasured({
    onClose: (summary) => summaries.push(summary),
  });
  const { client, response } = await server.open();
  client.socket.pause();
  response.write(`data: ${'x'.repeat(24 * 1024 * 1024)}\n\n`);
  const [open] = server.instrumentation.connections();
  expect(open?.isBlocked).toBe(true);
  await until(
    'some time',
    () => server.instrumentation.connections()[0]?.ageSeconds ?? 0,
    (seconds) => seconds > (open?.ageSeconds ?? 0) + 0.1,
  );
  client.socket.destroy();
  await server.closed(1);
  expect(summaries[0]?.blockedSeconds).toBeGreaterThan(0.1);
  expect(summaries[0]?.blockedSeconds).toBeLessThanOrEqual(
    summaries[0]?.durationSeconds ?? 0,
  );
});

test('onClose that throws costs one line; every figure is right', async () => {
  using diagnostics = collectDiagnostics();
  using told = listenToChannel();
  await using server = await startMeasured({
    onClose() {
      throw new TypeError('not today');
    },
  });
  const exchange = await server.open();
  exchange.response.write('data: 1\n\n');
  await finish(exchange);
  await server.closed(1);
  const second = await server.open();
  await finish(second);
  await server.closed(2);
  expect(await server.sum('activeConnections')).toBe(0);
  expect(await server.count('connectionDuration')).toBe(2);
  expect(told.closed).toHaveLength(2);
  expect(diagnostics.lines).toEqual(
    Array(2).fill(
      'opentelemetry-instrumentation-sse: the onClose hook threw: TypeError: not today',
    ),
  );
});

test('a stream that was never open is told to nobody', async () => {
  const summaries: SseConnectionSummary[] = [];
  using told = listenToChannel();
  await using server = await startMeasured({
    onClose: (summary) => summaries.push(summary),
  });
  const { response } = await server.exchange();
  response.writeHead(200, STREAM);
  response.destroy();
  await finish(await server.open());
  await server.closed(1);
  expect(summaries).toHaveLength(1);
  expect(told.closed).toHaveLength(1);
});

test('open connections are listed, oldest first, and no others', async () => {
  await using server = await startMeasured();
  const { instrumentation } = server;
  expect(instrumentation.connections()).toEqual([]);
  const first = await server.open('/a/1', { 'User-Agent': 'y'.repeat(900) });
  const second = await server.open('/b');
  second.response.write('data: 1\n\ndata: 2\n\n');
  await server.exchange('/not-answered');
  expect(instrumentation.connections()).toEqual([
    {
      route: '/a/:id',
      method: 'GET',
      clientAddress: '127.0.0.1',
      userAgent: 'y'.repeat(200),
      ageSeconds: expect.any(Number),
      idleSeconds: expect.any(Number),
      queueBytes: 0,
      events: 0,
      isBlocked: false,
    },
    {
      route: '/b',
      method: 'GET',
      clientAddress: '127.0.0.1',
      userAgent: undefined,
      ageSeconds: expect.any(Number),
      idleSeconds: expect.any(Number),
      queueBytes: 0,
      events: 2,
      isBlocked: false,
    },
  ]);
  const [older, younger] = instrumentation.connections();
  expect(older?.ageSeconds).toBeGreaterThan(younger?.ageSeconds ?? 0);
  expect(older?.idleSeconds).toBeLessThan(2);
  await finish(first);
  await server.closed(1);
  expect(instrumentation.connections()).toMatchObject([{ route: '/b' }]);
});

test('the list of connections is as long as asked for', async () => {
  await using server = await startMeasured();
  const paths = ['/a', '/b', '/c'];
  for (const path of paths) await server.open(path);
  const routes = (limit?: number) =>
    server.instrumentation.connections(limit).map(({ route }) => route);
  expect(routes(2)).toEqual(['/a', '/b']);
  expect(routes(0)).toEqual([]);
  expect(routes(-1)).toEqual([]);
  expect(routes(5)).toEqual(paths);
  expect(routes(Number.POSITIVE_INFINITY)).toEqual(paths);
  expect(routes()).toEqual(paths);
});

test('the list of connections is never longer than 1,000', async () => {
  await using server = await startMeasured({}, (_request, response) => {
    response.writeHead(200, STREAM);
    response.write('data: 1\n\n');
  });
  const clients: Exchange['client'][] = [];
  for (let batch = 0; batch < 11; batch++) {
    const opened = Array.from({ length: 100 }, () => server.request());
    clients.push(...(await Promise.all(opened)));
  }
  await until(
    'open connections',
    () => server.sum('activeConnections'),
    (active) => active === 1100,
  );
  expect(server.instrumentation.connections()).toHaveLength(1000);
  expect(server.instrumentation.connections(5000)).toHaveLength(1000);
  for (const { socket } of clients) socket.destroy();
  await server.closed(1100);
});
