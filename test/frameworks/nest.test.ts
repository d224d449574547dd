import 'reflect-metadata';
import type { Server } from 'node:http';
import {
  Controller,
  type MessageEvent,
  Module,
  Param,
  Sse,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { concat, NEVER, type Observable, of } from 'rxjs';
import { expect, test } from 'vitest';
import {
  type FrameworkServer,
  startFramework,
} from '../support/framework-server.ts';

const ROUTE = { 'http.route': '/users/:id/events' };

test('an @Sse method of Nest is measured by its route template', async () => {
  await using app = await start();
  const client = await app.receive('/users/alice/events', 2);

  expect(client.received).toEqual(['alice', '{"n":1}']);
  expect(await app.sum('activeConnections', ROUTE)).toBe(1);
  const hello = { ...ROUTE, 'sse.event.type': 'hello' };
  expect(await app.sum('sentEvents', hello)).toBe(1);
  const message = { ...ROUTE, 'sse.event.type': 'message' };
  expect(await app.sum('sentEvents', message)).toBe(1);
  expect(await app.sum('protocolErrors')).toBe(0);
  client.close();
  expect(await app.summary()).toMatchObject({
    route: ROUTE['http.route'],
    closeReason: 'client_disconnect',
    events: 2,
  });
});

test('an observable of Nest that completes ends its stream as completed', async () => {
  await using app = await start();
  const answer = await fetch(`${app.url}/users/alice/report`);
  expect(await answer.text()).toContain('event: done\n');

  expect(await app.summary()).toMatchObject({
    route: '/users/:id/report',
    closeReason: 'completed',
    events: 1,
  });
  expect(await app.sum('activeConnections')).toBe(0);
});

test('a socket that breaks under an @Sse method of Nest is noticed', async () => {
  await using app = await start();
  const client = await app.open('/users/alice/events', 'data: {"n":1}');
  expect(await app.sum('activeConnections', ROUTE)).toBe(1);
  client.socket.resetAndDestroy();

  expect((await app.summary())?.closeReason).toBe('client_disconnect');
  expect(await app.sum('activeConnections')).toBe(0);
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

async function start(): Promise<FrameworkServer> {
  const app = await NestFactory.create(AppModule, { logger: false });
  return startFramework(
    async () => {
      await app.listen(0, '127.0.0.1');
      return app.getHttpServer() as Server;
    },
    {},
    () => app.close(),
  );
}
