import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startJanitor } from '../../stack/janitor.ts';
import { until } from '../support/poll.ts';
import { findFreePort } from '../support/ports.ts';
import { get, startHttpApp } from './support/http-app.ts';
import { createSender, deliver } from './support/otlp-sender.ts';
import { startPipeline } from './support/pipeline.ts';

const ORIGIN = 'https://shop.example';
const EVENTS = {
  name: 'sse.client.received.events',
  points: [{ value: 1 }],
} as const;
const REQUESTS = { name: 'sse.server.writes', points: [{ value: 1 }] } as const;

/** What a browser asks before it sends JSON to another origin. */
async function askFirst(url: string, origin: string) {
  const { status, headers } = await fetch(`${url}/v1/metrics`, {
    method: 'OPTIONS',
    headers: {
      Origin: origin,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'content-type',
    },
  });
  return {
    status: String(status),
    origin: headers.get('Access-Control-Allow-Origin'),
    headers: headers.get('Access-Control-Allow-Headers'),
    maxAge: headers.get('Access-Control-Max-Age'),
  };
}

test('pages of the list may send, others may not', async () => {
  await using pipeline = await startPipeline({
    env: { BROWSER_ORIGIN: ORIGIN },
  });
  expect(await askFirst(pipeline.url, ORIGIN)).toEqual({
    status: '204',
    origin: ORIGIN,
    headers: 'content-type',
    maxAge: '7200',
  });
  const { origin } = await askFirst(pipeline.url, 'https://evil.example');
  expect(origin).toBeNull();
});

test('with a token, servers need it, and pages have a port of their own', async () => {
  await using janitor = startJanitor();
  const tokens = join(janitor.folder, 'tokens');
  writeFileSync(tokens, 'old-token until Friday\nnew-token\n');
  const pagesPort = await findFreePort();
  await using pipeline = await startPipeline({
    overlays: [
      'otel-collector/bearer-token.yaml',
      `yaml:receivers::otlp/browsers::protocols::http::endpoint: 127.0.0.1:${pagesPort}`,
    ],
    env: { TOKEN_FILE: tokens, BROWSER_ORIGIN: ORIGIN },
  });
  const { url } = pipeline;
  const server = { url, temporality: 'cumulative' } as const;
  expect(await createSender(server)(REQUESTS)).toBe(401);
  const wrong = { Authorization: 'Bearer guessed' };
  expect(await createSender({ ...server, headers: wrong })(REQUESTS)).toBe(401);
  for (const token of ['old-token', 'new-token']) {
    const headers = { Authorization: `Bearer ${token}` };
    await deliver(createSender({ ...server, headers }), REQUESTS);
  }

  const pages = {
    url: `http://127.0.0.1:${pagesPort}`,
    temporality: 'delta',
  } as const;
  expect((await askFirst(pages.url, ORIGIN)).origin).toBe(ORIGIN);
  const resource = { 'telemetry.sdk.language': 'webjs' };
  const forged = { name: 'sse.server.forged', points: [{ value: 1 }] };
  await deliver(createSender({ ...pages, resource }), forged, EVENTS);
  await until(
    'events of the page',
    () => pipeline.queryValue('sse_client_received_events_total'),
    (value) => value === 1,
    20_000,
  );
  expect(await pipeline.query('{__name__=~"sse_server_forged.*"}')).toEqual([]);
  expect(await pipeline.queryValue('count(sse_server_writes_total)')).toBe(1);
});

test('an application sends the token by the standard variable', async () => {
  await using janitor = startJanitor();
  const tokens = join(janitor.folder, 'tokens');
  writeFileSync(tokens, 'a-token\n');
  const pagesPort = await findFreePort();
  await using pipeline = await startPipeline({
    overlays: [
      'otel-collector/bearer-token.yaml',
      `yaml:receivers::otlp/browsers::protocols::http::endpoint: 127.0.0.1:${pagesPort}`,
    ],
    env: { TOKEN_FILE: tokens },
  });
  await using app = await startHttpApp({
    service: 'shop',
    hasViews: false,
    exportTo: pipeline.url,
    env: { OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=Bearer%20a-token' },
  });
  await get(`${app.url}/users/1/events?milliseconds=0`);
  await until(
    'the stream',
    () => pipeline.queryValue('sum(sse_server_closed_connections_total)'),
    (closed) => closed === 1,
  );
});
