import { once } from 'node:events';
import { expect, test } from 'vitest';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_ROUTE,
  ATTR_NETWORK_PROTOCOL_VERSION,
  ATTR_SSE_CONNECTION_CLOSE_REASON,
  ATTR_SSE_CONNECTION_RESUMED,
  CLOSE_REASONS,
  DROP_REASONS,
  PROTOCOL_ERROR_TYPES,
  RESUME_RESULTS,
  SERVER_METRICS,
  type ServerMetricKey,
} from '../../src/semconv.ts';
import {
  finish,
  STREAM,
  send,
  startMeasured,
} from '../support/measured-server.ts';

const BASE = {
  [ATTR_HTTP_ROUTE]: '/events',
  [ATTR_HTTP_REQUEST_METHOD]: 'GET',
};

test('a connection is active from its headers to its close', async () => {
  await using server = await startMeasured();
  const first = await server.open();
  const second = await server.open();
  expect(await server.sum('activeConnections')).toBe(2);
  await finish(first);
  await server.closed(1);
  expect(await server.sum('activeConnections')).toBe(1);
  await finish(second);
  await server.closed(2);
  expect(await server.sum('activeConnections')).toBe(0);
  expect(await server.sum('openedConnections')).toBe(2);
});

test('opened less closed is active at every moment', async () => {
  await using server = await startMeasured();
  for (let round = 1; round <= 5; round++) {
    const kept = await server.open();
    const ended = await server.open();
    await finish(ended);
    await server.closed(round);
    const all = await server.metrics.collect();
    const sumOf = (key: ServerMetricKey) =>
      (all.get(SERVER_METRICS[key].name) ?? []).reduce(
        (sum, { value }) => sum + (value as number),
        0,
      );
    expect(sumOf('activeConnections')).toBe(round);
    expect(sumOf('openedConnections') - sumOf('closedConnections')).toBe(round);
    expect(kept.response.writableEnded).toBe(false);
  }
});

test('a connection waits until its first event, whatever else is sent', async () => {
  await using server = await startMeasured();
  const { response } = await server.open();
  expect(await server.sum('waitingConnections')).toBe(1);
  response.write(': heartbeat\n\n');
  response.write('data: half');
  expect(await server.sum('waitingConnections')).toBe(1);
  response.write('\n\n');
  expect(await server.sum('waitingConnections')).toBe(0);
  response.write('data: 2\n\n');
  expect(await server.sum('waitingConnections')).toBe(0);
});

test('a connection that closes without an event waits no more', async () => {
  await using server = await startMeasured();
  await finish(await server.open());
  await server.closed(1);
  expect(await server.sum('waitingConnections')).toBe(0);
});

test('a connection that sends its first event with its headers never waits', async () => {
  await using server = await startMeasured();
  const { response, client } = await server.exchange();
  response.writeHead(200, STREAM);
  response.write('data: 1\n\n');
  await client.waitFor('data: 1');
  expect(await server.sum('waitingConnections')).toBe(0);
  expect(await server.sum('activeConnections')).toBe(1);
});

test('a request with Last-Event-ID opens a resumed connection', async () => {
  await using server = await startMeasured();
  await server.open('/events', { 'Last-Event-ID': '41' });
  await server.open('/events', { 'last-event-id': '' });
  await server.open('/events');
  const resumed = { [ATTR_SSE_CONNECTION_RESUMED]: true };
  const fresh = { [ATTR_SSE_CONNECTION_RESUMED]: false };
  expect(await server.sum('openedConnections', resumed)).toBe(2);
  expect(await server.sum('openedConnections', fresh)).toBe(1);
});

test('HTTP/1.0 and 1.1 are told apart on active, opened and closed alone', async () => {
  await using server = await startMeasured({}, (_request, response) => {
    response.writeHead(200, STREAM);
    response.write('data: 1\n\n');
  });
  const old = send(server.port, 'GET /events HTTP/1.0\r\n\r\n');
  await old.waitFor('data: 1');
  const recent = await server.request();
  await recent.waitFor('data: 1');
  const keys = ['activeConnections', 'openedConnections'] as const;
  for (const key of keys) {
    for (const version of ['1.0', '1.1']) {
      const match = { [ATTR_NETWORK_PROTOCOL_VERSION]: version };
      expect(await server.sum(key, match), `${key} ${version}`).toBe(1);
    }
  }
  old.socket.destroy();
  await server.closed(1);
  const match = { [ATTR_NETWORK_PROTOCOL_VERSION]: '1.0' };
  expect(await server.sum('closedConnections', match)).toBe(1);
  for (const [name, points] of await server.metrics.collect()) {
    if (/(active|opened|closed)_connections$/.test(name)) continue;
    for (const { attributes } of points) {
      expect(Object.keys(attributes), name).not.toContain(
        ATTR_NETWORK_PROTOCOL_VERSION,
      );
    }
  }
});

test('only base attributes and those of the metric are reported', async () => {
  await using server = await startMeasured({ finalEvents: ['done'] });
  const opened = await server.open('/events', { Cookie: 'session=secret' });
  opened.response.write('event: tick\ndata: 1\n\n');
  opened.response.destroy(new Error('secret'));
  await server.closed(1);
  const all = await server.metrics.collect();
  for (const definition of Object.values(SERVER_METRICS)) {
    const extra: readonly string[] =
      'attributes' in definition ? definition.attributes : [];
    for (const { attributes } of all.get(definition.name) ?? []) {
      expect(attributes, definition.name).toMatchObject(BASE);
      for (const key of Object.keys(attributes)) {
        expect([...Object.keys(BASE), ...extra], definition.name).toContain(
          key,
        );
      }
    }
  }
  expect(JSON.stringify([...all])).not.toContain('secret');
});

test('every closed value is at 0 once a route is seen', async () => {
  await using server = await startMeasured({
    eventTypes: ['tick', 'done'],
    finalEvents: ['done'],
  });
  await server.open();
  const all = await server.metrics.collect();
  const valuesOf = (key: ServerMetricKey, attribute: string) => {
    const points = all.get(SERVER_METRICS[key].name) ?? [];
    return points.map(({ attributes, value }) => [
      attributes[attribute],
      value,
    ]);
  };
  const zeros = (values: readonly unknown[]) => values.map((item) => [item, 0]);
  expect(
    valuesOf('closedConnections', ATTR_SSE_CONNECTION_CLOSE_REASON).toSorted(),
  ).toEqual(zeros(CLOSE_REASONS).toSorted());
  const errors = (all.get(SERVER_METRICS.closedConnections.name) ?? []).filter(
    ({ attributes }) =>
      attributes[ATTR_SSE_CONNECTION_CLOSE_REASON] === 'error',
  );
  expect(errors[0]?.attributes[ATTR_ERROR_TYPE]).toBe('_OTHER');
  expect(valuesOf('eventlessCloses', ATTR_SSE_CONNECTION_CLOSE_REASON)).toEqual(
    zeros(CLOSE_REASONS),
  );
  expect(valuesOf('openedConnections', ATTR_SSE_CONNECTION_RESUMED)).toEqual([
    [false, 1],
    [true, 0],
  ]);
  expect(valuesOf('failedConnections', ATTR_ERROR_TYPE)).toEqual([
    ['aborted', 0],
  ]);
  expect(valuesOf('droppedEvents', 'sse.drop.reason')).toEqual(
    zeros(DROP_REASONS),
  );
  expect(valuesOf('resumes', 'sse.resume.result')).toEqual(
    zeros(RESUME_RESULTS),
  );
  expect(valuesOf('protocolErrors', 'sse.protocol_error.type')).toEqual(
    zeros(PROTOCOL_ERROR_TYPES),
  );
  expect(valuesOf('sentEvents', 'sse.event.type')).toEqual([
    ['tick', 0],
    ['done', 0],
  ]);
  for (const key of [
    'unfinishedCloses',
    'replayedEvents',
    'lateWrites',
    'blockedWrites',
    'blockedConnections',
    'stalledConnections',
    'connectionQueueMax',
    'sentComments',
    'writes',
    'contentSize',
  ] as const) {
    expect(valuesOf(key, ATTR_HTTP_ROUTE), key).toEqual([['/events', 0]]);
  }
});

test('what was reported once is reported after the last connection closed', async () => {
  await using server = await startMeasured();
  const opened = await server.open();
  opened.response.write('event: tick\ndata: 1\n\n');
  const before = await server.metrics.collect();
  await finish(opened);
  await server.closed(1);
  const after = await server.metrics.collect();
  for (const [name, points] of before) {
    const sets = (after.get(name) ?? []).map(({ attributes }) => attributes);
    for (const { attributes } of points) {
      expect(sets, name).toContainEqual(attributes);
    }
  }
});

test('a connection is not open while its headers are not sent', async () => {
  await using server = await startMeasured();
  const { client, response } = await server.exchange();
  response.writeHead(200, STREAM);
  expect(await server.sum('openedConnections')).toBe(0);
  expect(await server.sum('activeConnections')).toBe(0);
  expect(server.instrumentation.connections()).toEqual([]);
  response.write('data: 1\n\n');
  await client.waitFor('data: 1');
  expect(await server.sum('openedConnections')).toBe(1);
  expect(await server.sum('activeConnections')).toBe(1);
});

test('a stream whose first event was held back by a middleware never waits', async () => {
  await using server = await startMeasured();
  const { client, response } = await server.exchange();
  const held: string[] = [];
  const send = response.write.bind(response);
  response.write = (chunk: string) => {
    if (!response.headersSent) response.writeHead(200);
    held.push(chunk);
    return true;
  };
  response.setHeader('Content-Type', 'text/event-stream');
  response.write('data: 1\n\n');
  expect(await server.sum('sentEvents')).toBe(1);
  expect(await server.sum('activeConnections')).toBe(0);
  for (const chunk of held) send(chunk);
  await client.waitFor('data: 1');
  expect(await server.sum('activeConnections')).toBe(1);
  expect(await server.sum('waitingConnections')).toBe(0);
  expect(await server.sum('sentEvents')).toBe(1);
});

test('a stream destroyed before its headers were sent was never open', async () => {
  await using server = await startMeasured();
  const { response } = await server.exchange();
  response.writeHead(200, STREAM);
  response.destroy();
  await once(response, 'close');
  expect(await server.sum('openedConnections')).toBe(0);
  expect(await server.sum('closedConnections')).toBe(0);
  expect(await server.sum('activeConnections')).toBe(0);
  expect(await server.sum('eventlessCloses')).toBe(0);
  expect(await server.count('connectionDuration')).toBe(0);
});
