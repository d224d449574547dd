import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer, get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { choosePlaces } from '../../stack/addresses.ts';
import { copyConfigs } from '../../stack/configs.ts';
import { startJanitor } from '../../stack/janitor.ts';
import { createPart } from '../../stack/part.ts';
import { APPS, describeNginx, placeOf } from '../../stack/parts.ts';
import { until } from '../support/poll.ts';

/** How one of the three servers answers; `undefined`: nobody listens. */
type Answer = Parameters<typeof createServer>[1];

/** nginx with the shipped file before servers of the test. */
async function startProxy(answers: readonly (Answer | undefined)[]) {
  const places = await choosePlaces();
  const janitor = startJanitor();
  const { folder } = janitor;
  copyConfigs(folder, places);
  mkdirSync(join(folder, 'nginx'));
  const servers = answers.flatMap((answer, index) => {
    if (answer === undefined) return [];
    const place = placeOf(places, `${APPS[index] ?? 'app-1'}:8080`);
    const server = createServer(answer);
    server.listen(Number(place.split(':')[1]), '127.0.0.1');
    return [server];
  });
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const fail = (error: Error) => {
    throw error;
  };
  // What listens says nothing of its health.
  const { health: _health, ...described } = describeNginx({ places, folder });
  const nginx = createPart(described, janitor, fail);
  await nginx.start();
  const url = `http://${placeOf(places, 'nginx:8080')}`;
  await until('nginx', () => fetch(url).then(Boolean, () => false));
  return {
    url,
    async [Symbol.asyncDispose]() {
      await nginx.stop();
      for (const server of servers) server.closeAllConnections();
      await Promise.all(servers.map((server) => once(server.close(), 'close')));
      await janitor[Symbol.asyncDispose]();
    },
  };
}

const STREAM = { 'Content-Type': 'text/event-stream' };

test('small events come at once, and who asked is known', async () => {
  await using proxy = await startProxy([
    (request, response) => {
      response.writeHead(200, STREAM);
      const { httpVersion, headers } = request;
      response.write(`data: ${httpVersion} ${headers['x-forwarded-for']}\n\n`);
      // What comes with the headers is never held back.
      setTimeout(() => response.write('data: 2\n\n'), 100);
    },
    undefined,
    undefined,
  ]);
  const sent = get(proxy.url, {
    headers: { 'X-Forwarded-For': '203.0.113.7' },
  });
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const signal = AbortSignal.timeout(5000);
  for (const data of ['1.1 203.0.113.7, 127.0.0.1', '2']) {
    const [chunk] = (await once(response, 'data', { signal })) as [Buffer];
    expect(chunk.toString()).toBe(`data: ${data}\n\n`);
  }
  response.destroy();
});

test('servers that are down or full cost nobody a stream', async () => {
  await using proxy = await startProxy([
    undefined,
    (_request, response) => void response.writeHead(503).end(),
    (_request, response) => void response.writeHead(200, STREAM).end(),
  ]);
  const statuses = await Promise.all(
    Array.from({ length: 30 }, async () => (await fetch(proxy.url)).status),
  );
  expect(new Set(statuses)).toEqual(new Set([200]));
});

test('a server that comes back is asked again at once', async () => {
  let isUp = false;
  const answer: Answer = (_request, response) =>
    void response.writeHead(isUp ? 200 : 503).end();
  await using proxy = await startProxy([answer, answer, answer]);
  const ask = async () => (await fetch(proxy.url)).status;
  for (let asked = 0; asked < 5; asked++) expect(await ask()).toBe(503);
  isUp = true;
  expect(await ask()).toBe(200);
});
