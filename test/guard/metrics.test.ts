import { expect, test } from 'vitest';
import { createSseGuard } from '../../src/guard.ts';
import { GUARD_METRICS } from '../../src/semconv.ts';
import { startMeasured } from '../support/measured-server.ts';
import { until } from '../support/poll.ts';

const REASON = 'sse.connection.close_reason';
const REJECTION = 'sse.rejection.reason';

for (const [reason, options] of [
  ['expired', { maxConnectionSeconds: 0.2, connectionJitter: 0 }],
  ['timeout', { maxIdleSeconds: 0.2 }],
] as const) {
  test(`the metrics have ${reason} as the close reason`, async () => {
    using guard = createSseGuard(options);
    await using server = await startMeasured({}, (request, response) => {
      guard.admit(request, response);
    });
    const { client } = await server.open();
    await client.waitFor('0\r\n\r\n');
    expect(client.received()).toMatch(/retry: \d+\n\n/);
    await server.closed(1);
    expect(
      await server.sum('closedConnections', {
        [REASON]: reason,
      }),
    ).toBe(1);
    expect(await server.sum('protocolErrors')).toBe(0);
  });
}

test('the metrics have evicted as the close reason of a slow client', async () => {
  using guard = createSseGuard({ maxQueueBytes: 1_000_000 });
  await using server = await startMeasured({}, (request, response) => {
    guard.admit(request, response);
  });
  const { client, response } = await server.open();
  client.socket.pause();
  response.write(`data: ${'x'.repeat(12_000_000)}\n\n`);
  await server.closed(1);
  expect(await server.sum('closedConnections', { [REASON]: 'evicted' })).toBe(
    1,
  );
});

test('what is cut off at the end of a drain is shutdown too', async () => {
  using guard = createSseGuard();
  await using server = await startMeasured({}, (request, response) => {
    guard.admit(request, response);
  });
  const { response } = await server.open();
  response.write('data: half');
  expect(await guard.drain({ seconds: 0.3 })).toMatchObject({ cut: 1 });
  await server.closed(1);
  expect(await server.sum('closedConnections', { [REASON]: 'shutdown' })).toBe(
    1,
  );
});

test('a refused request is counted as rejected, and neither as opened nor as failed', async () => {
  for (const refusal of ['retry', 'status'] as const) {
    using guard = createSseGuard({ maxConnections: 1, refusal });
    await using server = await startMeasured({}, (request, response) => {
      guard.admit(request, response);
    });
    await server.open('/users/1/events');
    const refused = await server.request('/users/2/events');
    await refused.closed;
    const { name } = GUARD_METRICS.rejectedConnections;
    expect(await server.metrics.sum(name)).toBe(1);
    expect((await server.metrics.collect()).get(name)).toMatchObject([
      {
        value: 1,
        attributes: {
          'http.route': '/users/:id/events',
          'http.request.method': 'GET',
          [REJECTION]: 'connections',
        },
      },
    ]);
    expect(await server.sum('openedConnections')).toBe(1);
    expect(await server.sum('failedConnections')).toBe(0);
    expect(await server.sum('protocolErrors')).toBe(0);
    const limit = GUARD_METRICS.connectionLimit.name;
    expect(await server.metrics.sum(limit)).toBe(1);
  }
});

test('the route hook of the instrumentation names the route of a refusal', async () => {
  using guard = createSseGuard({ maxConnections: 0 });
  await using server = await startMeasured(
    { route: () => '/named' },
    (request, response) => {
      guard.admit(request, response);
    },
  );
  await (await server.request()).closed;
  const { name } = GUARD_METRICS.rejectedConnections;
  expect(await server.metrics.sum(name, { 'http.route': '/named' })).toBe(1);
});

test('a request that the instrumentation is to ignore is no rejection', async () => {
  using guard = createSseGuard({ maxConnections: 0 });
  await using server = await startMeasured(
    { ignoreRequestHook: () => true },
    (request, response) => {
      guard.admit(request, response);
    },
  );
  await (await server.request()).closed;
  const { name } = GUARD_METRICS.rejectedConnections;
  expect(await server.metrics.sum(name)).toBe(0);
});

test('the limits of two guards are one limit, and a guard that stopped has none', async () => {
  await using server = await startMeasured();
  const { name } = GUARD_METRICS.connectionLimit;
  using first = createSseGuard({ maxConnections: 10 });
  using _second = createSseGuard({ maxConnections: 5 });
  using _unlimited = createSseGuard();
  expect(await server.metrics.sum(name)).toBe(15);
  first.stop();
  expect(await server.metrics.sum(name)).toBe(5);
});

test('reasons are reported at 0 on every route: those of limits that are set, and draining while it drains', async () => {
  using guard = createSseGuard({
    maxConnectionsPerClient: 5,
    maxEventLoopUtilization: 1,
  });
  await using server = await startMeasured();
  await server.open('/a');
  await server.open('/b');
  const { name } = GUARD_METRICS.rejectedConnections;
  const read = async () =>
    ((await server.metrics.collect()).get(name) ?? []).map(
      ({ attributes, value }) =>
        `${attributes['http.route']} ${attributes[REJECTION]} ${value}`,
    );
  const expected = ['/a', '/b'].flatMap((route) => [
    `${route} client_connections 0`,
    `${route} event_loop 0`,
  ]);
  expect((await read()).toSorted()).toEqual(expected);
  await guard.drain({ seconds: 0 });
  expect(await read()).toEqual(
    expect.arrayContaining([...expected, '/a draining 0', '/b draining 0']),
  );
});

test('a stream that the application ended is completed, though its guard drains', async () => {
  using guard = createSseGuard();
  await using server = await startMeasured({}, (request, response) => {
    guard.admit(request, response);
  });
  const { response, client } = await server.open();
  response.end('data: last\n\n');
  const drained = guard.drain({ seconds: 1 });
  await client.waitFor('0\r\n\r\n');
  await server.closed(1);
  await drained;
  expect(await server.sum('closedConnections', { [REASON]: 'completed' })).toBe(
    1,
  );
});

test('a drained stream is shutdown, whole, and had its last event counted', async () => {
  using guard = createSseGuard();
  await using server = await startMeasured({}, (request, response) => {
    guard.admit(request, response);
  });
  const { response, client } = await server.open();
  response.write('data: 1\n\n');
  await guard.drain({
    seconds: 0.3,
    retry: 700,
    comment: 'deploy\nsoon back',
    event: { type: 'bye', data: 'a\nb' },
  });
  await until('the end', () => client.received().endsWith('0\r\n\r\n'));
  const content = client.received().replaceAll(/\r\n[0-9a-f]+\r\n/g, '');
  expect(content).toContain(
    'retry: 700\n\n: deploy\n: soon back\nevent: bye\ndata: a\ndata: b\n\n',
  );
  await server.closed(1);
  expect(await server.sum('closedConnections', { [REASON]: 'shutdown' })).toBe(
    1,
  );
  expect(await server.sum('sentEvents', { 'sse.event.type': 'bye' })).toBe(1);
  expect(await server.sum('protocolErrors')).toBe(0);
});
