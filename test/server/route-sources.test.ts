import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  type ContextManager,
  context,
  createContextKey,
  ROOT_CONTEXT,
} from '@opentelemetry/api';
import express from 'express';
import { expect, test } from 'vitest';
import { collectDiagnostics } from '../support/diagnostics.ts';
import {
  type MeasuredServer,
  STREAM,
  startMeasured,
} from '../support/measured-server.ts';

/** Routes of the open connections, oldest first. */
const routesOf = ({ instrumentation }: MeasuredServer) =>
  instrumentation.connections().map(({ route }) => route);

test('without a hook or a framework the route is the cleaned path', async () => {
  await using server = await startMeasured();
  await server.open('/users/42/events?token=secret');
  expect(routesOf(server)).toEqual(['/users/:id/events']);
});

test('a path with scheme and host, as to a proxy, is cleaned of them', async () => {
  await using server = await startMeasured();
  await server.open('http://example.org/users/42?x=1');
  expect(routesOf(server)).toEqual(['/users/:id']);
});

test('the hook names the route; undefined and empty leave it to us', async () => {
  const names: Record<string, string | undefined> = {
    '/named': '/from/:the/hook',
    '/empty': '',
  };
  await using server = await startMeasured({
    route: (request) => names[String(request.url)],
  });
  await server.open('/named');
  await server.open('/empty');
  await server.open('/other/7');
  expect(routesOf(server)).toEqual(['/from/:the/hook', '/empty', '/other/:id']);
});

test('what the hook returns is bounded, and anything but text is ours', async () => {
  const answers: unknown[] = ['x'.repeat(5000), 42, {}, null];
  await using server = await startMeasured({
    route: () => answers.shift() as string,
  });
  for (let rest = answers.length; rest > 0; rest--) await server.open('/a/7');
  expect(routesOf(server)).toEqual([
    `${'x'.repeat(199)}…`,
    '/a/:id',
    '/a/:id',
    '/a/:id',
  ]);
});

test('a hook that throws costs one line and leaves the route to us', async () => {
  using diagnostics = collectDiagnostics();
  await using server = await startMeasured({
    route() {
      throw new Error('no route\ntoday');
    },
  });
  const { client, response } = await server.open('/a/7');
  response.write('data: 1\n\n');
  await client.waitFor('data: 1');
  expect(routesOf(server)).toEqual(['/a/:id']);
  expect(diagnostics.lines).toEqual([
    'opentelemetry-instrumentation-sse: the route hook threw: Error: no route today',
  ]);
});

test('Express tells the template that it matched', async () => {
  const stream: express.RequestHandler = (_request, response) => {
    response.writeHead(200, STREAM);
    response.write('data: 1\n\n');
  };
  const app = express();
  const nested = express.Router({ mergeParams: true });
  nested.get('/', stream);
  nested.get('/events/:kind', stream);
  app.use('/rooms/:room', nested);
  app.get('/users/:name/events', stream);
  app.get(/^\/pattern\/.*$/, stream);
  app.get(['/list/:one', '/other/:two'], stream);
  app.get('/', stream);
  app.use('/middleware', stream);
  await using server = await startMeasured({}, app);
  const paths = {
    '/users/alice/events?token=1': '/users/:name/events',
    '/rooms/42/events/all': '/rooms/:id/events/:kind',
    '/rooms/42/': '/rooms/:id',
    '/pattern/123': '/pattern/:id',
    '/list/7': '/list/:id',
    '/': '/',
    '/middleware/9': '/middleware/:id',
  };
  for (const path of Object.keys(paths)) {
    const client = await server.request(path);
    await client.waitFor('data: 1');
  }
  expect(routesOf(server)).toEqual(Object.values(paths));
});

/** The least that `@opentelemetry/api` needs to keep a context. */
class Contexts implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();
  active = () => this.#storage.getStore() ?? ROOT_CONTEXT;
  with: ContextManager['with'] = (active, run, self, ...args) =>
    this.#storage.run(active, () => run.apply(self, args));
  bind: ContextManager['bind'] = (_active, target) => target;
  enable = () => this;
  disable = () => this;
}

test('the RPC metadata of the active context tells the route, the hook goes first', async () => {
  context.setGlobalContextManager(new Contexts());
  const key = createContextKey('OpenTelemetry SDK Context Key RPC_METADATA');
  const routes = ['/rpc/:id', '', undefined, 42, '/rpc/:id'];
  await using server = await startMeasured(
    {
      route: ({ url }) => (url === '/hook' ? '/hook' : undefined),
    },
    (_request, response) => {
      const metadata = { type: 'http', route: routes.shift() };
      context.with(context.active().setValue(key, metadata), () => {
        response.writeHead(200, STREAM);
        response.write('data: 1\n\n');
      });
    },
  );
  for (const path of ['/a', '/b', '/c', '/d', '/hook']) {
    const client = await server.request(path);
    await client.waitFor('data: 1');
  }
  context.disable();
  expect(routesOf(server)).toEqual(['/rpc/:id', '/b', '/c', '/d', '/hook']);
});
