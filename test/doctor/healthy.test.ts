import { createGzip } from 'node:zlib';
import { expect, test } from 'vitest';
import { findTrouble } from '../../src/doctor/findings/findings.ts';
import { DEFAULT_SETTINGS } from '../../src/doctor/settings.ts';
import { createCertificate } from '../support/certificate.ts';
import { examine, HEADERS, listIds, sendStream } from './support/examine.ts';
import { startQuickStart } from './support/quick-start.ts';
import { startHttp2, startPlain } from './support/servers.ts';

test('the quick start is healthy', async () => {
  await using server = await startQuickStart();
  const observation = await examine(server.url, {
    ...DEFAULT_SETTINGS,
    events: 6,
    metrics: server.metrics,
    origin: server.url.origin,
  });
  expect(findTrouble(observation)).toEqual([]);
  expect(observation.stream?.events).toBeGreaterThanOrEqual(6);
  expect(observation.resume?.outcome).toBe('next');
  expect(observation.disconnect?.closedAfter).toBeGreaterThan(
    observation.disconnect?.closedBefore ?? Number.POSITIVE_INFINITY,
  );
});

test('a stream over HTTP/2 with all that is right is healthy', async () => {
  const certificate = createCertificate(90);
  await using server = await startHttp2((request, response) => {
    const last = Number(request.headers['last-event-id'] ?? 0);
    const ids = [1, 2, 3, 4].filter((id) => id > last);
    const text = ids.map((id) => `id: ${id}\ndata: ${id}\n\n`).join('');
    sendStream(
      response,
      {
        'Access-Control-Allow-Origin': 'https://www.example',
        'Access-Control-Allow-Credentials': 'true',
        Vary: 'Accept-Encoding, Origin',
      },
      `retry: 3000\n\n:\n\n${text}`,
    );
  }, certificate);
  const observation = await examine(server.url, {
    ca: certificate.cert,
    origin: 'https://www.example',
    isWithCredentials: true,
    isResuming: true,
  });
  expect(listIds(observation)).toEqual([]);
  expect(observation.head?.version).toBe('2');
  expect(observation.resume?.outcome).toBe('next');
});

test('compression that is flushed is healthy', async () => {
  await using server = await startPlain((_, response) => {
    response.writeHead(200, { ...HEADERS, 'Content-Encoding': 'gzip' });
    const gzip = createGzip();
    gzip.pipe(response);
    const write = (text: string) => {
      gzip.write(text);
      gzip.flush();
    };
    write(':\n\n');
    const timer = setInterval(
      () => write(`data: {"at":${Date.now()}}\n\n`),
      300,
    );
    response.once('close', () => clearInterval(timer));
  });
  const observation = await examine(server.url, { seconds: 5, events: 5 });
  expect(listIds(observation)).toEqual([]);
  expect(observation.stream?.buffering.ratio).toBe(0);
  expect(observation.stream?.wireBytes).not.toBe(observation.stream?.bytes);
});

test('an answer of a model, to a POST, has a note and no more', async () => {
  await using server = await startPlain((request, response) => {
    request.resume().once('end', () => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write('data: {"choices":[{"delta":"a"}]}\n\n');
      response.end('data: [DONE]\n\n');
    });
  });
  const observation = await examine(server.url, {
    method: 'POST',
    body: '{"stream":true}',
    headers: { Authorization: 'Bearer t' },
  });
  expect(listIds(observation)).toEqual(['not-for-eventsource']);
  expect(observation.stream?.events).toBe(2);
});

test('a stream that has nothing to say, and says so, is healthy', async () => {
  await using server = await startPlain((_, response) => {
    sendStream(response, {}, 'retry: 3000\n\n');
    const timer = setInterval(() => response.write(':\n\n'), 100);
    response.once('close', () => clearInterval(timer));
  });
  const observation = await examine(server.url, { seconds: 1.2 });
  expect(listIds(observation)).toEqual([]);
});

test('events that come at once are not all that is looked at', async () => {
  await using server = await startPlain((_, response) => {
    sendStream(response);
    setTimeout(() => response.write('unknown: field\n\n'), 200);
  });
  const early = await examine(server.url, { events: 4 });
  expect(listIds(early)).toEqual([]);
  const wishes = { events: 4, seconds: 30, leastSeconds: 0.4 };
  const observation = await examine(server.url, wishes);
  expect(listIds(observation)).toEqual(['unknown-field']);
  expect(observation.stream?.watchedMs).toBeLessThan(5000);
});
