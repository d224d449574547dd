import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { STREAM } from '../support/measured-server.ts';
import { until } from '../support/poll.ts';
import { openMeasuredPage } from './support/measured-page.ts';

test('a page that comes back from the cache of pages has its connections again', async () => {
  const streams: ServerResponse[] = [];
  await using page = await openMeasuredPage((request, response) => {
    if (request.url === '/other') {
      response
        .setHeader('Content-Type', 'text/html')
        .end('<title>Other</title>');
      return;
    }
    response.writeHead(200, STREAM);
    response.write('data: 1\n\n');
    streams.push(response);
  });
  await page.run(`Promise.all([
    new Promise((resolve) => {
      globalThis.es = new EventSource('/events');
      es.onmessage = () => resolve();
    }),
    fetch('/fetched').then(async ({ body }) => {
      globalThis.reader = body.getReader();
      await reader.read();
    }),
  ]).then(() => {})`);
  await page.navigate(`${page.server.url}/other`);
  await page.run('history.back(), 1');
  await until('the page is back', () =>
    page.run<boolean>(`typeof es === 'object'`).catch(() => false),
  );
  const again = { 'sse.connection.reconnected': true };
  await page.reaches('openedConnections', 2, again);
  const left = { 'sse.client.close_reason': 'page' };
  expect(await page.sum('closedConnections', left)).toBe(2);
  const disconnected = await page.sum('disconnectedTime');
  const bytes = await page.sum('contentSize');
  for (const stream of streams) stream.write('data: 2\n\n');
  await page.run('reader.read().then(() => {})');
  await page.reaches('receivedEvents', 4);
  expect(await page.sum('contentSize')).toBeGreaterThan(bytes);
  expect(await page.sum('disconnectedTime')).toBe(disconnected);
  expect(await page.sum('errors')).toBe(0);
});
