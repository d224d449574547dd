import type { Http2ServerResponse } from 'node:http2';
import { expect, test } from 'vitest';
import { reportDropped, reportReplay } from '../../src/index.ts';
import { startHttp2 } from '../support/http2-server.ts';

const STREAM = { 'content-type': 'text/event-stream' };

test('an application reports for a raw stream, before its headers and after', async () => {
  await using pair = await startHttp2();
  const { metrics } = pair.measured;
  const { stream } = await pair.request();
  reportReplay(stream, { events: 2, complete: true });
  stream.respond(STREAM);
  reportDropped(stream, 3, 'buffer_full');

  expect(await metrics.sum('sse.server.replayed_events')).toBe(2);
  expect(await metrics.sum('sse.server.dropped_events')).toBe(3);
});

test('an application reports for a response of the compatibility API', async () => {
  await using pair = await startHttp2();
  const { metrics } = pair.measured;
  const responded = new Promise<Http2ServerResponse>((resolve) => {
    pair.server.on('request', (_request, response) => resolve(response));
  });
  await pair.request();
  const response = await responded;
  reportReplay(response, { events: 0, complete: false });
  response.writeHead(200, STREAM);
  reportDropped(response, 1, 'client_gone');

  const none = { 'sse.resume.result': 'none' };
  expect(await metrics.sum('sse.server.resumes', none)).toBe(1);
  expect(await metrics.sum('sse.server.dropped_events')).toBe(1);
});
