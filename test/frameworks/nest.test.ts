import 'reflect-metadata';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  Controller,
  type MessageEvent,
  Module,
  Param,
  Sse,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventSource } from 'eventsource';
import { concat, NEVER, type Observable, of } from 'rxjs';
import { expect, test } from 'vitest';
import { type Measured, measure } from '../support/measured.ts';
import { send } from '../support/measured-server.ts';
import { until } from '../support/poll.ts';
import { formatRequest } from '../support/sse-server.ts';

const ROUTE = { 'http.route': '/users/:id/events' };

test('an @Sse method of Nest is measured by its route template', async () => {
  await using app = await start();
  const source = new EventSource(`${app.url}/users/alice/events`);
  const received: string[] = [];
  source.addEventListener('hello', ({ data }) => received.push(data));
  source.onmessage = ({ data }) => received.push(data);
  await until('events', () => received.length === 2);

  expect(received).toEqual(['alice', '{"n":1}']);
  expect(await app.sum('active_connections', ROUTE)).toBe(1);
  const hello = { ...ROUTE, 'sse.event.type': 'hello' };
  expect(await app.sum('sent.events', hello)).toBe(1);
  const message = { ...ROUTE, 'sse.event.type': 'message' };
  expect(await app.sum('sent.events', message)).toBe(1);
  expect(await app.sum('protocol_errors')).toBe(0);
  source.close();
  await until('the close', () => app.summaries.length === 1);
  expect(app.summaries[0]).toMatchObject({
    route: ROUTE['http.route'],
    closeReason: 'client_disconnect',
    events: 2,
  });
});

test('an observable of Nest that completes ends its stream as completed', async () => {
  await using app = await start();
  const answer = await fetch(`${app.url}/users/alice/report`);
  expect(await answer.text()).toContain('event: done\n');

  await until('the close', () => app.summaries.length === 1);
  expect(app.summaries[0]).toMatchObject({
    route: '/users/:id/report',
    closeReason: 'completed',
    events: 1,
  });
  expect(await app.sum('active_connections')).toBe(0);
});

test('a socket that breaks under an @Sse method of Nest is noticed', async () => {
  await using app = await start();
  const client = send(app.port, formatRequest('/users/alice/events'));
  await client.waitFor('data: {"n":1}');
  expect(await app.sum('active_connections', ROUTE)).toBe(1);
  client.socket.resetAndDestroy();

  await until('the close', () => app.summaries.length === 1);
  expect(app.summaries[0]?.closeReason).toBe('client_disconnect');
  expect(await app.sum('active_connections')).toBe(0);
});

class UsersController {
  events(id: string): Observable<MessageEvent> {
    return concat(of({ type: 'hello', data: id }, { data: { n: 1 } }), NEVER);
  }

  report(id: string): Observable<MessageEvent> {
    return of({ type: 'done', data: id });
  }
}

class AppModule {}

// What the compiler makes of `@Controller('users')`, `@Sse(…)` and `@Param('id')`.
Controller('users')(UsersController);
for (const name of ['events', 'report'] as const) {
  const { prototype } = UsersController;
  const method = Object.getOwnPropertyDescriptor(prototype, name);
  Sse(`:id/${name}`)(prototype, name, method as PropertyDescriptor);
  Param('id')(prototype, name, 0);
}
Module({ controllers: [UsersController] })(AppModule);

interface App extends AsyncDisposable, Pick<Measured, 'summaries'> {
  readonly port: number;
  readonly url: string;
  sum: Measured['metrics']['sum'];
}

async function start(): Promise<App> {
  const { metrics, summaries, instrumentation } = measure();
  const app = await NestFactory.create(AppModule, { logger: false });
  await app.listen(0, '127.0.0.1');
  const server = app.getHttpServer() as Server;
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    summaries,
    sum: (name, match) => metrics.sum(`sse.server.${name}`, match),
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.closeAllConnections();
      await app.close();
      await closed;
      instrumentation.disable();
    },
  };
}
