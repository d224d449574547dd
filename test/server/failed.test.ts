import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { expect, test } from 'vitest';
import {
  type MeasuredServer,
  STREAM,
  startMeasured,
} from '../support/measured-server.ts';
import type { RawClient } from '../support/sse-server.ts';

const ACCEPT = 'text/event-stream';

/** Failed connections by `error.type`, those at 0 left out. */
async function failuresOf(
  server: MeasuredServer,
): Promise<Record<string, number>> {
  const points = await server.points('failedConnections');
  return Object.fromEntries(
    points
      .filter(({ value }) => value !== 0)
      .map(({ attributes, value }) => [attributes['error.type'], value]),
  );
}

/** Answers one request that accepts `accept` and waits for the answer. */
async function answer(
  accept: string | undefined,
  listener: RequestListener,
): Promise<Record<string, number>> {
  await using server = await startMeasured({}, listener);
  const headers = accept === undefined ? {} : { Accept: accept };
  const { client, response } = await server.exchange('/events', headers);
  const closed = response.closed || once(response, 'close');
  await client.waitFor('\r\n\r\n');
  client.socket.destroy();
  await closed;
  return failuresOf(server);
}

const answers: [sentence: string, type: string, listener: RequestListener][] = [
  [
    'answered with 404',
    '404',
    (_request, response) => response.writeHead(404).end(),
  ],
  [
    'answered with 401 and a body',
    '401',
    (_request, response) => {
      response.statusCode = 401;
      response.end('Who are you?');
    },
  ],
  [
    'answered with 503 whose headers are flushed',
    '503',
    (_request, response) => {
      response.statusCode = 503;
      response.flushHeaders();
    },
  ],
  [
    'answered with 500 and a reason',
    '500',
    (_request, response) =>
      response.writeHead(500, 'Oh', { 'Content-Type': 'text/plain' }).end(),
  ],
  [
    'answered with a stream of status 502',
    '502',
    (_request, response) => response.writeHead(502, STREAM).end('data: 1\n\n'),
  ],
];

for (const [sentence, type, listener] of answers) {
  test(`a request for a stream ${sentence} failed`, async () => {
    expect(await answer(ACCEPT, listener)).toEqual({ [type]: 1 });
  });

  test(`a request for something else ${sentence} is not counted`, async () => {
    expect(await answer('application/json', listener)).toEqual({});
    expect(await answer('*/*', listener)).toEqual({});
    expect(await answer(undefined, listener)).toEqual({});
  });
}

test('a request that accepts a stream among others failed', async () => {
  const refuse: RequestListener = (_request, response) =>
    response.writeHead(404).end();
  expect(await answer('text/html, Text/Event-Stream;q=0.9', refuse)).toEqual({
    404: 1,
  });
});

const successes: [sentence: string, listener: RequestListener][] = [
  [
    'answered with JSON',
    (_request, response) =>
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}'),
  ],
  ['answered with 204', (_request, response) => response.writeHead(204).end()],
  [
    'that is redirected',
    (_request, response) => response.writeHead(307, { Location: '/' }).end(),
  ],
  [
    'answered with a stream',
    (_request, response) => response.writeHead(200, STREAM).end('data: 1\n\n'),
  ],
];

for (const [sentence, listener] of successes) {
  test(`a request for a stream ${sentence} did not fail`, async () => {
    expect(await answer(ACCEPT, listener)).toEqual({});
  });
}

const departures: Record<string, (client: RawClient) => void> = {
  'whose client leaves': ({ socket }) => socket.destroy(),
  'whose client sends its FIN': ({ socket }) => socket.end(),
  'whose client resets its connection': ({ socket }) =>
    socket.resetAndDestroy(),
};

for (const [sentence, leave] of Object.entries(departures)) {
  test(`a request for a stream ${sentence} before the headers is aborted`, async () => {
    await using server = await startMeasured();
    const { client, response } = await server.exchange();
    leave(client);
    await once(response, 'close');
    expect(await failuresOf(server)).toEqual({ aborted: 1 });
    expect(await server.sum('openedConnections')).toBe(0);
  });

  test(`a request for a stream ${sentence} before the headers are sent is aborted`, async () => {
    await using server = await startMeasured();
    const { client, response } = await server.exchange();
    response.writeHead(200, STREAM);
    leave(client);
    await once(response, 'close');
    expect(await failuresOf(server)).toEqual({ aborted: 1 });
    expect(await server.sum('openedConnections')).toBe(0);
    expect(await server.sum('closedConnections')).toBe(0);
  });

  test(`a request for something else ${sentence} is not counted`, async () => {
    await using server = await startMeasured();
    const { client, response } = await server.exchange('/', { Accept: '*/*' });
    leave(client);
    await once(response, 'close');
    expect(await failuresOf(server)).toEqual({});
  });
}

test('a request for a stream that the application destroys is aborted', async () => {
  await using server = await startMeasured();
  const { response } = await server.exchange();
  response.destroy();
  await once(response, 'close');
  expect(await failuresOf(server)).toEqual({ aborted: 1 });
});

test('a refusal that was never sent is counted once', async () => {
  await using server = await startMeasured();
  const { client, response } = await server.exchange();
  response.writeHead(404);
  client.socket.destroy();
  await once(response, 'close');
  expect(await failuresOf(server)).toEqual({ 404: 1 });
});

test('a stream that fails after its headers did not fail to open', async () => {
  await using server = await startMeasured();
  const { response } = await server.open();
  response.destroy(new Error('late'));
  await server.closed(1);
  expect(await failuresOf(server)).toEqual({});
});

test('a failure has the route and the method of its request', async () => {
  await using server = await startMeasured({}, (_request, response) =>
    response.writeHead(404).end(),
  );
  const { client } = await server.exchange('/users/42/events?token=secret');
  await client.waitFor('404');
  const [point] = (await server.points('failedConnections')).filter(
    ({ value }) => value === 1,
  );
  expect(point?.attributes).toEqual({
    'http.route': '/users/:id/events',
    'http.request.method': 'GET',
    'error.type': '404',
  });
});

test('a scan of made-up paths leaves the routes to the streams', async () => {
  await using server = await startMeasured(
    { maxRoutes: 10 },
    ({ url = '' }, response) => {
      if (!url.startsWith('/stream')) response.writeHead(404).end();
      else response.writeHead(200, STREAM).end('data: 1\n\n');
    },
  );
  const visit = async (path: string) => {
    const { client } = await server.exchange(path);
    await client.waitFor('HTTP/1.1');
    client.socket.destroy();
  };
  for (let index = 0; index < 40; index++) await visit(`/made-up-${index}-x`);
  const streams = Array.from({ length: 8 }, (_, index) => `/stream-${index}-x`);
  for (const path of streams) await visit(path);
  const failed = await server.points('failedConnections');
  const sumOf = (isOther: boolean) =>
    failed
      .filter(
        ({ attributes }) => (attributes['http.route'] === '_OTHER') === isOther,
      )
      .reduce((sum, { value }) => sum + (value as number), 0);
  expect([sumOf(false), sumOf(true)]).toEqual([2, 38]);
  for (const path of streams) {
    expect(await server.sum('openedConnections', { 'http.route': path })).toBe(
      1,
    );
  }
});
