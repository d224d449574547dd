import { channel } from 'node:diagnostics_channel';
import { EventEmitter, once } from 'node:events';
import {
  createServer,
  OutgoingMessage,
  type RequestListener,
  ServerResponse,
} from 'node:http';
import { expect, test } from 'vitest';
import { SseInstrumentation } from '../../src/instrumentation.ts';
import { fill } from '../support/close-scenario.ts';
import { measure } from '../support/measured.ts';
import { type Exchange, STREAM } from '../support/measured-server.ts';
import { createMetrics } from '../support/metric-reader.ts';
import { until } from '../support/poll.ts';
import { startServer, type TestServer } from '../support/sse-server.ts';

const EVENTS = ['close', 'drain', 'timeout', 'finish', 'error', 'end', 'data'];

interface StreamServer extends TestServer {
  /** A stream whose first event the client has. */
  open(path?: string): Promise<Exchange>;
}

async function startStreams(): Promise<StreamServer> {
  const arrivals = new EventEmitter();
  const listener: RequestListener = (request, response) => {
    response.writeHead(200, STREAM);
    response.write('data: first\n\n');
    arrivals.emit(request.url ?? '', { request, response });
  };
  const server = await startServer(listener);
  return {
    ...server,
    async open(path = '/events') {
      const arrival = once(arrivals, path);
      const client = await server.request(path);
      const [{ request, response }] = await arrival;
      await client.waitFor('first');
      return { client, request, response };
    },
  };
}

/** How many listen to a stream and its socket, by event. */
function countListeners({ request, response }: Exchange): object {
  const countsOf = (emitter: EventEmitter) =>
    EVENTS.map((event) => [event, emitter.listenerCount(event)]);
  return { response: countsOf(response), socket: countsOf(request.socket) };
}

async function disableOpen(
  act: (exchange: Exchange) => void = () => {},
): Promise<[bare: object, disabled: object]> {
  await using server = await startStreams();
  const bare = await server.open();
  act(bare);
  const measured = measure();
  const exchange = await server.open();
  act(exchange);
  expect(countListeners(exchange)).toEqual(countListeners(bare));
  measured.instrumentation.disable();
  return [countListeners(bare), countListeners(exchange)];
}

test('an open stream has only the listeners of Node after disable()', async () => {
  const [bare, disabled] = await disableOpen();
  expect(disabled).toEqual(bare);
});

test('a blocked stream has only the listeners of Node after disable()', async () => {
  const [bare, disabled] = await disableOpen(({ client, response }) => {
    client.socket.pause();
    fill(response);
  });
  expect(disabled).toEqual(bare);
});

test('a connection kept alive has only the listeners of Node after its stream', async () => {
  await using server = await startStreams();
  const [bare, measured] = [await server.open(), measure()];
  const exchange = await server.open();
  for (const { response } of [bare, exchange]) {
    response.end();
    await until('it is closed', () => response.closed);
  }
  const socketOf = ({ request }: Exchange) =>
    EVENTS.map((event) => request.socket.listenerCount(event));
  expect(socketOf(exchange)).toEqual(socketOf(bare));
  measured.instrumentation.disable();
});

test('an open stream has no record after disable()', async () => {
  await using server = await startStreams();
  const { instrumentation } = measure();
  const { response } = await server.open();
  const record = Symbol.for('opentelemetry-instrumentation-sse.connection');
  expect(Object.hasOwn(response, record)).toBe(true);
  instrumentation.disable();
  expect(Object.hasOwn(response, record)).toBe(false);
});

test('open streams live on after disable()', async () => {
  await using server = await startStreams();
  const measured = measure();
  const { client, response } = await server.open();
  measured.instrumentation.disable();
  response.write('data: second\n\n');
  await client.waitFor('second');
  response.end('data: third\n\n');
  await client.waitFor('third');
  await client.waitFor('\r\n0\r\n\r\n');
  await until('it is closed', () => response.closed);
});

test('a blocked stream lives on after disable()', async () => {
  await using server = await startStreams();
  const measured = measure();
  const { client, response } = await server.open();
  client.socket.pause();
  fill(response);
  measured.instrumentation.disable();
  const drained = once(response, 'drain');
  client.socket.resume();
  await drained;
  response.end('data: last\n\n');
  await client.waitFor('last');
});

test('nothing is counted any more after disable()', async () => {
  await using server = await startStreams();
  const { instrumentation, metrics, summaries } = measure();
  const before = await server.open();
  const figures = async () => {
    const names = ['opened_connections', 'closed_connections', 'writes'];
    return Promise.all(names.map((name) => metrics.sum(`sse.server.${name}`)));
  };
  expect(await figures()).toEqual([1, 0, 1]);
  instrumentation.disable();
  expect(instrumentation.connections()).toEqual([]);
  before.response.write('data: second\n\n');
  const after = await server.open();
  for (const { client, response } of [before, after]) {
    response.end();
    client.socket.destroy();
    await until('it is closed', () => response.closed);
  }
  expect(await figures()).toEqual([1, 0, 1]);
  expect(summaries).toEqual([]);
});

test('disable() puts the prototypes and channels back as they were', () => {
  const look = () => ({
    response: Object.getOwnPropertyDescriptors(ServerResponse.prototype),
    message: Object.getOwnPropertyDescriptors(OutgoingMessage.prototype),
    hasSubscribers: channel('http.server.request.start').hasSubscribers,
  });
  const before = look();
  const { instrumentation } = measure();
  expect(look()).not.toEqual(before);
  instrumentation.disable();
  expect(look()).toEqual(before);
  instrumentation.enable();
  instrumentation.disable();
  expect(look()).toEqual(before);
});

test('enable() starts anew after disable()', async () => {
  await using server = await startStreams();
  const { instrumentation, metrics, summaries } = measure();
  const old = await server.open();
  instrumentation.disable();
  instrumentation.enable();
  const opened = () => metrics.sum('sse.server.opened_connections');
  const active = () => metrics.sum('sse.server.active_connections');
  const recent = await server.open();
  expect([await opened(), await active()]).toEqual([1, 1]);
  old.client.socket.destroy();
  await until('the old one is closed', () => old.response.closed);
  expect([await opened(), await active()]).toEqual([1, 1]);
  expect(summaries).toEqual([]);
  recent.client.socket.destroy();
  await until('the recent one is counted', () => summaries.length === 1);
  expect([await opened(), await active()]).toEqual([1, 0]);
  instrumentation.disable();
});

test('enable() and disable() twice are as once', async () => {
  await using server = await startStreams();
  const { instrumentation, metrics } = measure();
  instrumentation.enable();
  await server.open();
  expect(await metrics.sum('sse.server.opened_connections')).toBe(1);
  instrumentation.disable();
  instrumentation.disable();
  await server.open();
  expect(await metrics.sum('sse.server.opened_connections')).toBe(1);
});

test('servers made before and after enable() are both measured', async () => {
  await using before = await startStreams();
  using measured = measure();
  await using after = await startStreams();
  await before.open('/before');
  await after.open('/after');
  for (const route of ['/before', '/after']) {
    const match = { 'http.route': route };
    const name = 'sse.server.opened_connections';
    expect(await measured.metrics.sum(name, match), route).toBe(1);
  }
});

test('a stream that was open before enable() is not measured', async () => {
  await using server = await startStreams();
  const old = await server.open('/old');
  using measured = measure();
  old.response.write('data: second\n\n');
  await server.open('/recent');
  old.client.socket.destroy();
  await until('it is closed', () => old.response.closed);
  const { metrics, summaries } = measured;
  expect(await metrics.sum('sse.server.opened_connections')).toBe(1);
  expect(await metrics.sum('sse.server.writes')).toBe(1);
  expect(await metrics.sum('sse.server.late.writes')).toBe(0);
  expect(summaries).toEqual([]);
});

test('a request that waits at enable() is measured when it is answered', async () => {
  const server = createServer();
  await using running = await startServer((...exchange) => {
    server.emit('request', ...exchange);
  });
  const arrived = once(server, 'request');
  const client = await running.request();
  const [, response] = await arrived;
  using measured = measure();
  response.writeHead(200, STREAM);
  response.end('data: 1\n\n');
  await client.waitFor('data: 1');
  await until('it is counted', () => measured.summaries.length === 1);
  expect(measured.summaries[0]).toMatchObject({
    closeReason: 'completed',
    events: 1,
  });
  expect(measured.summaries[0]?.durationSeconds).toBeGreaterThanOrEqual(0);
});

test('two instrumentations count once and stop with the last', async () => {
  await using server = await startStreams();
  const metrics = createMetrics();
  const [first, second] = [new SseInstrumentation(), new SseInstrumentation()];
  first.setMeterProvider(metrics.provider);
  const opened = () => metrics.sum('sse.server.opened_connections');
  await server.open();
  expect(await opened()).toBe(1);
  first.disable();
  await server.open();
  expect(await opened()).toBe(2);
  second.disable();
  await server.open();
  expect(await opened()).toBe(2);
  expect(Object.hasOwn(ServerResponse.prototype, 'write')).toBe(false);
});
