import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import {
  createRawClient,
  formatRequest,
  type RawClient,
} from '../support/sse-server.ts';
import { type Child, runChild, startChild } from './support/child.ts';
import { FREE_PORT, scrape } from './support/scrape.ts';

function start(env: Record<string, string>, program = 'server.mjs'): Child {
  return startChild(program, { env: { ...FREE_PORT, ...env } });
}

/** Asks for a stream as an `EventSource` does. */
async function ask(child: Child, path = '/events'): Promise<RawClient> {
  const [, port] = await child.waitFor(/^listening (\d+)$/m);
  const client = createRawClient(connect(Number(port), '127.0.0.1'));
  await once(client.socket, 'connect');
  client.socket.write(formatRequest(path));
  return client;
}

async function open(child: Child, path?: string): Promise<RawClient> {
  const client = await ask(child, path);
  await client.waitFor('data: hello');
  return client;
}

const REJECTED = 'sse_server_rejected_connections_total';

test.concurrent('OTEL_SSE_GUARD_MAX_CONNECTIONS refuses what is beyond it, and tells', async () => {
  await using child = start({ OTEL_SSE_GUARD_MAX_CONNECTIONS: '2' });
  await open(child);
  await open(child);
  const refused = await ask(child);
  await refused.closed;
  expect(refused.received()).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(refused.received()).toMatch(/retry: \d+\n\n/);
  const metrics = await scrape(child);
  expect(metrics.sum('sse_server_connection_limit')).toBe(2);
  expect(metrics.sum('sse_server_opened_connections_total')).toBe(2);
  expect(metrics.sum('sse_server_failed_connections_total')).toBe(0);
  const reason = { sse_rejection_reason: 'connections' };
  expect(metrics.sum(REJECTED, reason)).toBe(1);
  expect(metrics.labels(REJECTED)[0]).toMatchObject({
    http_route: '/events',
    http_request_method: 'GET',
  });
});

test.concurrent('reasons of limits that are set are reported at 0, others are not', async () => {
  await using child = start({
    OTEL_SSE_GUARD_MAX_CONNECTIONS: '9',
    OTEL_SSE_GUARD_MAX_HEAP_RATIO: '0.99',
  });
  await open(child);
  const labels = (await scrape(child)).labels(REJECTED);
  expect(labels.map((one) => one['sse_rejection_reason'])).toEqual([
    'connections',
    'heap',
  ]);
});

test.concurrent('without a variable of the guard there is no guard', async () => {
  await using child = start({});
  await open(child);
  const { names } = await scrape(child);
  expect(names).not.toContain(REJECTED);
  expect(names).not.toContain('sse_server_connection_limit');
  expect(await child.ask('/')).toBe('0');
});

test.concurrent('the guard stays when OTEL_SDK_DISABLED switches metrics off', async () => {
  await using child = start({
    OTEL_SDK_DISABLED: 'true',
    OTEL_SSE_GUARD_MAX_CONNECTIONS: '0',
  });
  const client = await ask(child);
  await client.waitFor('retry: ');
});

test.concurrent('OTEL_SSE_GUARD_DRAIN_SECONDS ends streams at SIGTERM, then the process by it', async () => {
  await using child = start({
    OTEL_SSE_GUARD_DRAIN_SECONDS: '1',
    OTEL_SSE_GUARD_READINESS_PATH: '/ready',
  });
  const clients = await Promise.all([open(child), open(child), open(child)]);
  expect(await child.ask('/ready')).toBe('ready\n');
  child.kill('SIGTERM');
  await until(
    'draining',
    async () => (await child.ask('/ready')) === 'draining\n',
  );
  await Promise.all(clients.map((client) => client.closed));
  for (const client of clients) {
    expect(client.received()).toMatch(/retry: \d+\n\n[\s\S]*0\r\n\r\n$/);
  }
  expect(await child.ended).toBe('SIGTERM');
});

test.concurrent('a second SIGTERM ends the process without waiting for the drain', async () => {
  await using child = start({ OTEL_SSE_GUARD_DRAIN_SECONDS: '3600' });
  const client = await open(child);
  child.kill('SIGTERM');
  await client.waitFor('retry: ');
  child.kill('SIGTERM');
  expect(await child.ended).toBe('SIGTERM');
});

test.concurrent('an application that listens for SIGTERM ends itself, after the drain', async () => {
  await using child = startChild('handler.mjs', {
    args: ['on', 'before', 'stay'],
    env: { ...FREE_PORT, OTEL_SSE_GUARD_DRAIN_SECONDS: '1' },
  });
  const client = await open(child);
  child.kill('SIGTERM');
  await client.closed;
  expect(await child.ask('/leave/7')).toBeDefined();
  expect(await child.ended).toBe(7);
});

test.concurrent('HTTP/2 streams are guarded before the application sees them', async () => {
  await using child = start(
    { OTEL_SSE_GUARD_MAX_CONNECTIONS: '1' },
    'http2-streams.mjs',
  );
  const [, port] = await child.waitFor(/^listening (\d+)$/m);
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  const request = () => {
    const stream = session.request({
      ':path': '/events',
      accept: 'text/event-stream',
    });
    stream.setEncoding('utf8');
    return stream;
  };
  const first = request();
  const [hello] = (await once(first, 'data')) as [string];
  expect(hello).toBe('data: hello\n\n');
  const second = request();
  const [headers] = (await once(second, 'response')) as [object];
  expect(headers).toMatchObject({
    ':status': 200,
    'content-type': 'text/event-stream',
  });
  const [body] = (await once(second, 'data')) as [string];
  expect(body).toMatch(/^retry: \d+\n\n$/);
  const metrics = await scrape(child);
  expect(metrics.sum('sse_server_opened_connections_total')).toBe(1);
  expect(metrics.sum(REJECTED)).toBe(1);
  session.destroy();
});

/** Values that are none, and what is said of them. */
const BAD: Record<string, [string, string]> = {
  PRESET: ['big', 'resources or production; using none'],
  MAX_CONNECTIONS: [
    'many',
    'a number of at least 0, such as 10000; using no limit',
  ],
  MAX_CONNECTIONS_PER_ROUTE: [
    '/events=x',
    'a number of at least 0, or /route=number;/rooms/:room=number, such as 1000; using no limit',
  ],
  MAX_HEAP_RATIO: [
    '90',
    'a number of at least 0 and at most 1, such as 0.9; using no limit',
  ],
  ROUTES: [
    'events',
    'route templates with commas, such as /events,/rooms/:room; using what accepts text/event-stream',
  ],
  REFUSAL: ['no', 'retry or status; using retry'],
  DRAIN_SECONDS: [
    '-1',
    'a number of at least 0, such as 30; using no draining',
  ],
  READINESS_PATH: ['ready', 'a path such as /ready; using none'],
};

test.concurrent('a bad value of the guard costs one line that names it and the mend', async () => {
  const env = Object.fromEntries(
    Object.entries(BAD).map(([name, [value]]) => [
      `OTEL_SSE_GUARD_${name}`,
      value,
    ]),
  );
  const { end, stderr } = await runChild('idle.mjs', { env });
  expect(end).toBe(0);
  expect(stderr.trimEnd().split('\n')).toEqual(
    Object.entries(BAD).map(
      ([name, [value, rest]]) =>
        `opentelemetry-instrumentation-sse: OTEL_SSE_GUARD_${name} is "${value}", not ${rest}`,
    ),
  );
});

test.concurrent('a variable that is none costs one line with the one that was meant', async () => {
  const { end, stderr } = await runChild('idle.mjs', {
    env: { OTEL_SSE_GUARD_MAX_CONNECTION: '5' },
  });
  expect(end).toBe(0);
  expect(stderr).toBe(
    'opentelemetry-instrumentation-sse: OTEL_SSE_GUARD_MAX_CONNECTION is no variable of the guard; did you mean OTEL_SSE_GUARD_MAX_CONNECTIONS?\n',
  );
});
