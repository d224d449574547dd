import { EventSource } from 'eventsource';
import { expect, test } from 'vitest';
import { STREAM } from '../support/measured-server.ts';
import { next, startMeasuredClient } from './support.ts';

test('the package eventsource is counted once, as an EventSource', async () => {
  await using client = await startMeasuredClient((_request, response) => {
    response.writeHead(200, STREAM);
    response.write('event: tick\ndata: 1\n\n');
  });
  const source = new EventSource(`${client.url}/events`);
  await next(source, 'tick');
  const at = { 'sse.client.kind': 'eventsource', 'url.template': '/events' };
  expect(await client.sum('openedConnections', at)).toBe(1);
  expect(await client.sum('openedConnections')).toBe(1);
  expect(await client.sum('receivedEvents', { 'sse.event.type': 'tick' })).toBe(
    1,
  );
  source.close();
  const page = { 'sse.client.close_reason': 'page' };
  await client.reaches('closedConnections', 1, page);
  expect(await client.sum('errors')).toBe(0);
  const disconnected = await client.sum('disconnectedTime');
  expect(await client.sum('disconnectedTime')).toBe(disconnected);
});

test('its reconnects are counted apart, with their delay', async () => {
  let requests = 0;
  await using client = await startMeasuredClient((_request, response) => {
    requests++;
    // The server is away for a moment.
    if (requests === 2) return response.destroy();
    response.writeHead(200, STREAM);
    response.write('retry: 100\n\ndata: 1\n\n');
    if (requests === 1) response.end();
  });
  const source = new EventSource(client.url);
  const again = { 'sse.connection.reconnected': true };
  await client.reaches('openedConnections', 1, again);
  source.close();
  await client.reaches('closedConnections', 2);
  const lost = { 'sse.client.close_reason': 'lost' };
  expect(await client.sum('closedConnections', lost)).toBe(1);
  for (const type of ['connection_lost', 'connect_failed']) {
    expect(await client.sum('errors', { 'error.type': type })).toBe(1);
  }
  expect(await client.sum('errors')).toBe(2);
  expect(await client.count('reconnectDelay')).toBe(1);
  const delay = await client.total('reconnectDelay');
  expect(delay).toBeGreaterThan(0.19);
  expect(await client.sum('disconnectedTime')).toBeGreaterThanOrEqual(delay);
});

for (const status of [204, 503]) {
  test(`it is rejected with status ${status}`, async () => {
    await using client = await startMeasuredClient((_request, response) => {
      response.writeHead(status).end();
    });
    const source = new EventSource(client.url);
    await next(source, 'error');
    expect(await client.sum('errors', { 'error.type': 'rejected' })).toBe(1);
    expect(await client.sum('errors')).toBe(1);
    expect(await client.sum('openedConnections')).toBe(0);
    source.close();
  });
}

test('nothing is counted once it is switched off, and Node is as it was', async () => {
  const before = { fetch, EventTarget };
  await using client = await startMeasuredClient((_request, response) => {
    response.writeHead(200, STREAM).end('data: 1\n\n');
  });
  expect({ fetch, EventTarget }).toEqual(before);
  client.instrumentation.disable();
  expect(await (await fetch(client.url)).text()).toBe('data: 1\n\n');
  expect((await client.metrics.collect()).size).toBe(0);
});
