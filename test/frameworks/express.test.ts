import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EventSource } from 'eventsource';
import express from 'express';
import { expect, test } from 'vitest';
import { SseInstrumentation } from '../../src/index.ts';
import { createMetrics } from '../support/metric-reader.ts';
import { until } from '../support/poll.ts';

test('an unmodified Express app is measured by its route templates', async () => {
  const app = express();
  const users = express.Router();
  users.get('/:id/events', (request, response) => {
    response.set({
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-cache',
    });
    response.flushHeaders();
    response.write('retry: 100\n');
    response.write(`event: hello\ndata: ${request.params.id}\n\n`);
    response.write('data: one\n\n');
  });
  app.use('/users', users);
  await using measured = await start(app);

  const source = new EventSource(`${measured.url}/users/42/events`);
  const received: string[] = [];
  source.addEventListener('hello', ({ data }) => received.push(data));
  source.onmessage = ({ data }) => received.push(data);
  await until('events', () => received.length === 2);

  expect(received).toEqual(['42', 'one']);
  const base = { 'http.route': '/users/:id/events' };
  const { metrics } = measured;
  expect(await metrics.sum('sse.server.active_connections', base)).toBe(1);
  expect(
    await metrics.sum('sse.server.sent.events', {
      ...base,
      'sse.event.type': 'hello',
    }),
  ).toBe(1);
  expect(
    await metrics.sum('sse.server.sent.events', {
      ...base,
      'sse.event.type': 'message',
    }),
  ).toBe(1);
  source.close();
  await until(
    'the close',
    () =>
      metrics.sum('sse.server.closed_connections', {
        ...base,
        'sse.connection.close_reason': 'client_disconnect',
      }),
    (closed) => closed === 1,
  );
  expect(await metrics.sum('sse.server.active_connections')).toBe(0);
});

test('an EventSource that is refused by Express counts as failed', async () => {
  const app = express();
  app.get('/events', (_request, response) => {
    response.status(503).send('full');
  });
  await using measured = await start(app);

  const source = new EventSource(`${measured.url}/events`);
  await once(source as unknown as EventTarget, 'error');
  source.close();

  const failed = { 'http.route': '/events', 'error.type': '503' };
  expect(
    await measured.metrics.sum('sse.server.failed_connections', failed),
  ).toBe(1);
  expect(await measured.metrics.sum('sse.server.opened_connections')).toBe(0);
});

async function start(app: express.Express) {
  const instrumentation = new SseInstrumentation();
  const metrics = createMetrics();
  instrumentation.setMeterProvider(metrics.provider);
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    metrics,
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      instrumentation.disable();
    },
  };
}
