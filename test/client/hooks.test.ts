import { DiagLogLevel, diag, metrics } from '@opentelemetry/api';
import { expect, test } from 'vitest';
import { SseClientInstrumentation } from '../../src/client/node.ts';
import type { SseClientInstrumentationConfig } from '../../src/client/types.ts';
import { STREAM } from '../support/measured-server.ts';
import { createMetrics } from '../support/metric-reader.ts';
import { startServer } from '../support/sse-server.ts';
import { startMeasuredClient } from './support.ts';

const READ = 'data: 1\n\n';

test('the hooks decide on template and delay, the list on event types', async () => {
  await using client = await startMeasuredClient(
    (_request, response) => {
      response.writeHead(200, STREAM);
      response.end('event: a\ndata: 5\n\nevent: b\ndata: 6\n\n');
    },
    {
      eventTypes: ['a', 'c'],
      urlTemplate: ({ pathname }) => `${pathname.slice(0, 2)}*`,
      sentAt: ({ data }) => Date.now() - Number(data) * 1000,
    },
  );
  await (await fetch(`${client.url}/abc`)).text();
  const at = { 'url.template': '/a*' };
  expect(await client.sum('openedConnections', at)).toBe(1);
  expect(await client.total('eventDelay')).toBeGreaterThanOrEqual(11);
  const received = (await client.metrics.collect()).get(
    'sse.client.received.events',
  );
  const byType = received?.map(({ attributes, value }) => [
    attributes['sse.event.type'],
    value,
  ]);
  expect(byType).toEqual([
    ['a', 1],
    ['c', 0],
    ['_OTHER', 1],
  ]);
});

test('a delay is never negative, and none where there is no time', async () => {
  await using client = await startMeasuredClient(
    (_request, response) => {
      const times = ['Date.now() + 5000', 'Date.now() / 1000', 'none'];
      response.writeHead(200, STREAM);
      response.end(times.map((time) => `data: ${time}\n\n`).join(''));
    },
    {
      sentAt({ data }) {
        if (data.includes('+')) return Date.now() + 5000;
        // Seconds since 1970, by a mistake.
        return data.includes('/') ? Date.now() / 1000 : undefined;
      },
    },
  );
  await (await fetch(client.url)).text();
  expect(await client.sum('receivedEvents')).toBe(3);
  expect(await client.count('eventDelay')).toBe(1);
  const total = await client.total('eventDelay');
  expect(total >= 0 && total < 0.05).toBe(true);
});

test('an option of a wrong kind is none', async () => {
  const wrong = { eventTypes: 5 } as unknown as SseClientInstrumentationConfig;
  await using client = await startMeasuredClient((_request, response) => {
    response.writeHead(200, STREAM).end(READ);
  }, wrong);
  expect(await (await fetch(client.url)).text()).toBe(READ);
  const message = { 'sse.event.type': 'message' };
  expect(await client.sum('receivedEvents', message)).toBe(1);
});

test('a hook that throws costs a line, and the stream nothing', async () => {
  const lines: string[] = [];
  const note = (text: string) => void lines.push(text);
  const logger = {
    error: note,
    warn: note,
    info() {},
    debug() {},
    verbose() {},
  };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN });
  try {
    await using client = await startMeasuredClient(
      (_request, response) => {
        response.writeHead(200, STREAM).end(READ);
      },
      {
        urlTemplate() {
          throw new Error('no template');
        },
        sentAt() {
          throw new Error('no time');
        },
      },
    );
    expect(await (await fetch(`${client.url}/events`)).text()).toBe(READ);
    const at = { 'url.template': '/events' };
    expect(await client.sum('openedConnections', at)).toBe(1);
    expect(await client.count('eventDelay')).toBe(0);
  } finally {
    diag.disable();
  }
  expect(lines).toEqual([
    'opentelemetry-instrumentation-sse: urlTemplate threw: Error: no template',
    'opentelemetry-instrumentation-sse: sentAt threw: Error: no time',
  ]);
});

test('a clock that is wrong by hours is corrected by the header Date', async () => {
  const HOURS = 5 * 3600_000;
  await using client = await startMeasuredClient((_request, response) => {
    const now = Date.now() + HOURS;
    response.setHeader('Date', new Date(now).toUTCString());
    response.writeHead(200, STREAM).end(`data: {"timestamp":${now}}\n\n`);
  });
  await (await fetch(client.url)).text();
  expect(await client.count('eventDelay')).toBe(1);
  // Date has whole seconds: the error is a second at most.
  expect(await client.total('eventDelay')).toBeLessThan(1.1);
});

test('a provider that is registered later has what was counted before', async () => {
  await using server = await startServer((_request, response) => {
    response.writeHead(200, STREAM).end(READ);
  });
  const later = createMetrics();
  const instrumentation = new SseClientInstrumentation();
  try {
    await (await fetch(server.url)).text();
    metrics.setGlobalMeterProvider(later.provider);
    await (await fetch(server.url)).text();
    expect(await later.sum('sse.client.opened_connections')).toBe(2);
    expect(await later.count('sse.client.connection.open_time')).toBe(2);
  } finally {
    instrumentation.disable();
    metrics.disable();
    await later.provider.shutdown();
  }
});
