import { once } from 'node:events';
import { expect, test } from 'vitest';
import { getMonitoring } from '../../src/monitoring.ts';
import {
  type Exchange,
  type MeasuredServer,
  STREAM,
  startMeasured,
} from '../support/measured-server.ts';

/** An exchange whose client left before anything was answered. */
async function abandon(server: MeasuredServer): Promise<Exchange> {
  const exchange = await server.exchange();
  exchange.client.socket.destroy();
  await once(exchange.response, 'close');
  return exchange;
}

async function expectAborted(server: MeasuredServer): Promise<void> {
  expect(await server.sum('failedConnections')).toBe(1);
  const match = { 'error.type': 'aborted' };
  expect(await server.sum('failedConnections', match)).toBe(1);
  expect(await server.sum('openedConnections')).toBe(0);
  expect(await server.sum('activeConnections')).toBe(0);
  expect(server.instrumentation.connections()).toEqual([]);
}

test('a stream whose headers are flushed after its client left is not open', async () => {
  await using server = await startMeasured();
  const { response } = await abandon(server);
  response.writeHead(200, STREAM);
  response.flushHeaders();
  await expectAborted(server);
});

test('a stream written and ended after its client left is not open', async () => {
  await using server = await startMeasured();
  const { response } = await abandon(server);
  response.on('error', () => {});
  response.writeHead(200, STREAM);
  response.write('data: 1\n\n');
  response.end('data: 2\n\n');
  await expectAborted(server);
  expect(await server.sum('writes')).toBe(0);
  expect(await server.sum('contentSize')).toBe(0);
});

test('what is written to a stream begun after its client left is late', async () => {
  await using server = await startMeasured();
  const { response } = await abandon(server);
  response.on('error', () => {});
  response.writeHead(200, STREAM);
  response.write('data: 1\n\n');
  response.write('data: 2\n\n');
  expect(await server.sum('lateWrites')).toBe(2);
});

test('a request answered with an error after its client left failed once', async () => {
  await using server = await startMeasured();
  const { response } = await abandon(server);
  response.writeHead(500).end();
  await expectAborted(server);
});

test('a stream begun after its client left leaves no record', async () => {
  await using server = await startMeasured();
  const { response } = await abandon(server);
  response.setHeader('Content-Type', 'text/event-stream');
  response.end();
  expect(getMonitoring()?.server?.connections.size).toBe(0);
});
