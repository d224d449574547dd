import type { IncomingMessage, ServerResponse } from 'node:http';
import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { expect, test } from 'vitest';
import type { SseInstrumentationConfig } from '../../src/types.ts';
import { collectDiagnostics } from '../support/diagnostics.ts';
import { startHttp2 } from '../support/http2-server.ts';
import {
  type MeasuredServer,
  STREAM,
  startMeasured,
} from '../support/measured-server.ts';
import { createMetrics } from '../support/metric-reader.ts';
import { until } from '../support/poll.ts';
import { type InstrumentedHttp, instrumentHttp } from './instrumented-http.ts';

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

interface Traced extends AsyncDisposable {
  readonly server: MeasuredServer;
  readonly http: InstrumentedHttp;
  /** The server spans, once so many have ended. */
  ended(spans: number): Promise<ReturnType<typeof spansOf>>;
}

function spansOf({ spans }: InstrumentedHttp) {
  return spans
    .getFinishedSpans()
    .filter(({ kind }) => kind === SpanKind.SERVER)
    .map(({ attributes, events, name }) => ({
      name,
      attributes: Object.fromEntries(
        Object.entries(attributes).filter(([key]) => /^(sse|error)/.test(key)),
      ),
      events: events.map((event) => [event.name, event.attributes]),
    }));
}

async function startTraced(
  config: SseInstrumentationConfig,
  listener: Listener,
  isSampled = true,
): Promise<Traced> {
  const http = instrumentHttp(createMetrics().provider, isSampled);
  const server = await startMeasured(config, listener);
  return {
    server,
    http,
    async ended(count) {
      await until('ended spans', () => spansOf(http).length === count);
      return spansOf(http);
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      http[Symbol.dispose]();
    },
  };
}

test('the server span says at close what the stream was', async () => {
  await using traced = await startTraced({}, (_request, response) => {
    response.writeHead(200, STREAM);
    response.write('data: 1\n\n');
    response.write(': still here\n\n');
    response.end('data: 2\n\n');
  });
  const headers = { 'Last-Event-ID': '7' };
  const client = await traced.server.request('/events', headers);
  await client.waitFor('data: 2');
  const [span] = await traced.ended(1);
  expect(span?.attributes).toEqual({
    'sse.connection.close_reason': 'completed',
    'sse.connection.resumed': true,
    'sse.connection.events': 2,
    'sse.connection.comments': 1,
    'sse.connection.time_to_first_event': expect.any(Number),
    'sse.connection.content.size': 32,
    'sse.connection.wire.size': expect.any(Number),
  });
  expect(span?.events).toEqual([]);
});

test('a stream that an error ends has its type on the span', async () => {
  await using traced = await startTraced({}, (_request, response) => {
    response.on('error', () => {});
    response.writeHead(200, STREAM);
    response.flushHeaders();
    response.destroy(new RangeError('no'));
  });
  await traced.server.request('/events');
  const [span] = await traced.ended(1);
  expect(span?.attributes).toMatchObject({
    'sse.connection.close_reason': 'error',
    'error.type': 'RangeError',
    'sse.connection.events': 0,
  });
  expect(span?.attributes).not.toHaveProperty(
    'sse.connection.time_to_first_event',
  );
});

test('a stream that is encoded above us has no number of events', async () => {
  await using traced = await startTraced({}, (_request, response) => {
    response.writeHead(200, { ...STREAM, 'Content-Encoding': 'gzip' });
    response.end('xxx');
  });
  await traced.server.request('/events');
  const [span] = await traced.ended(1);
  expect(span?.attributes).toMatchObject({ 'sse.connection.content.size': 3 });
  expect(span?.attributes).not.toHaveProperty('sse.connection.events');
});

test('span events are added when they are wanted, none for each event', async () => {
  await using traced = await startTraced(
    { spanEvents: true },
    (_request, response) => {
      response.writeHead(200, STREAM);
      response.flushHeaders();
      for (let i = 0; i < 50; i++) response.write(`data: ${i}\n\n`);
      response.end();
    },
  );
  const client = await traced.server.request('/events');
  await client.waitFor('data: 49');
  const [span] = await traced.ended(1);
  expect(span?.events).toEqual([
    ['sse.open', undefined],
    ['sse.first_event', undefined],
    ['sse.close', { 'sse.connection.close_reason': 'completed' }],
  ]);
});

test('blocked episodes are span events, at most ten of them', async () => {
  await using traced = await startTraced(
    { spanEvents: true },
    (_request, response) => {
      response.writeHead(200, STREAM);
      let episodes = 0;
      const fill = () => {
        episodes++;
        if (episodes > 15) response.end();
        else while (response.write(`data: ${'x'.repeat(10_000)}\n\n`));
      };
      response.on('drain', fill);
      fill();
    },
  );
  await traced.server.request('/events');
  const [span] = await traced.ended(1);
  const blocked = (span?.events ?? []).filter(
    ([name]) => name === 'sse.blocked',
  );
  expect(blocked).toHaveLength(10);
  expect(blocked[0]?.[1]).toEqual({
    'sse.connection.queue.size': expect.any(Number),
  });
  expect(span?.events.at(-1)?.[0]).toBe('sse.close');
});

test('the span of a handler is left alone: the server span gets it', async () => {
  const tracer = () => trace.getTracer('application');
  await using traced = await startTraced({}, (_request, response) => {
    tracer().startActiveSpan('handler', (span) => {
      response.writeHead(200, STREAM);
      response.write('data: 1\n\n');
      span.end();
    });
    setImmediate(() => response.end());
  });
  await traced.server.request('/events');
  const [span] = await traced.ended(1);
  expect(span?.attributes).toMatchObject({ 'sse.connection.events': 1 });
  const [handler] = traced.http.spans.getFinishedSpans();
  expect(handler).toMatchObject({ name: 'handler', attributes: {} });
});

for (const isSampled of [true, false]) {
  const kind = isSampled ? 'is over before its stream' : 'is not sampled';
  test(`a span that ${kind} costs nothing and no line`, async () => {
    using diagnostics = collectDiagnostics();
    await using traced = await startTraced(
      { spanEvents: true },
      (_request, response) => {
        const tracer = trace.getTracer('application');
        const options = { kind: SpanKind.SERVER, root: true };
        tracer.startActiveSpan('short', options, ROOT_CONTEXT, (span) => {
          response.writeHead(200, STREAM);
          response.write('data: 1\n\n');
          span.end();
        });
        response.end('data: 2\n\n');
      },
      isSampled,
    );
    await traced.server.request('/events');
    await traced.server.closed(1);
    expect(await traced.server.sum('sentEvents')).toBe(2);
    expect(diagnostics.lines).toEqual([]);
    const spans = isSampled ? await traced.ended(2) : spansOf(traced.http);
    expect(spans.map(({ name, attributes }) => [name, attributes])).toEqual(
      isSampled
        ? [
            ['short', {}],
            ['GET', {}],
          ]
        : [],
    );
  });
}

test('a server span of the application’s own gets it, over HTTP/2 too', async () => {
  using http = instrumentHttp(createMetrics().provider);
  await using pair = await startHttp2();
  const answered = new Promise<void>((resolve) => {
    pair.server.on('stream', (stream) => {
      const tracer = trace.getTracer('application');
      const options = { kind: SpanKind.SERVER };
      tracer.startActiveSpan('h2', options, (span) => {
        stream.respond({ 'content-type': 'text/event-stream' });
        stream.end('data: 1\n\n');
        stream.once('close', () => {
          span.end();
          resolve();
        });
      });
    });
  });
  const { client } = await pair.request();
  client.resume();
  await answered;
  expect(spansOf(http)).toMatchObject([
    { name: 'h2', attributes: { 'sse.connection.events': 1 } },
  ]);
});
