import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import type { SseInstrumentationConfig } from '../../src/types.ts';
import { collectDiagnostics } from '../support/diagnostics.ts';
import { startHttp2 } from '../support/http2-server.ts';
import {
  finish,
  type MeasuredServer,
  STREAM,
  startMeasured,
} from '../support/measured-server.ts';
import { until } from '../support/poll.ts';

const PREFIX = 'opentelemetry-instrumentation-sse: the ';

/** Streams one event to each path, one after the other. */
async function visit(server: MeasuredServer, paths: string[]): Promise<void> {
  for (const path of paths) {
    const exchange = await server.exchange(path);
    exchange.response.writeHead(200, STREAM);
    exchange.response.write('data: 1\n\n');
    await exchange.client.waitFor('data: 1');
    await finish(exchange);
  }
}

test('a request that is ignored is in no metric and in no list', async () => {
  const asked: string[] = [];
  await using server = await startMeasured({
    ignoreRequestHook({ url }) {
      asked.push(String(url));
      return url === '/health';
    },
  });
  await visit(server, ['/health', '/events']);
  await server.closed(1);
  const open = await server.open('/health');
  expect(server.instrumentation.connections()).toEqual([]);
  await finish(open);
  expect(await server.sum('openedConnections')).toBe(1);
  expect(await server.sum('sentEvents')).toBe(1);
  expect(await server.sum('contentSize')).toBe(9);
  const routes = (await server.points('writes')).map(
    ({ attributes }) => attributes['http.route'],
  );
  expect(routes).toEqual(['/events']);
  // Asked once a request, however many chunks it writes.
  expect(asked).toEqual(['/health', '/events', '/health']);
});

test('a failed request that is ignored is no failed connection', async () => {
  await using server = await startMeasured(
    { ignoreRequestHook: ({ url }) => url === '/ignored' },
    (_request, response) => response.writeHead(503).end(),
  );
  for (const path of ['/ignored', '/counted']) {
    const headers = { accept: 'text/event-stream' };
    await (await fetch(`${server.url}${path}`, { headers })).text();
  }
  expect(await server.sum('failedConnections')).toBe(1);
  expect(
    await server.sum('failedConnections', { 'http.route': '/counted' }),
  ).toBe(1);
});

test('a stream of HTTP/2 is ignored alike', async () => {
  await using pair = await startHttp2();
  pair.measured.instrumentation.setConfig({
    ignoreRequestHook: ({ url }) => url === '/ignored',
    onClose: (summary) => closed.push(summary.route),
  });
  const closed: string[] = [];
  for (const path of ['/ignored', '/counted']) {
    const { client, stream } = await pair.request({ ':path': path });
    client.resume();
    stream.respond({ 'content-type': 'text/event-stream' });
    stream.end('data: 1\n\n');
  }
  await until('a close', () => closed.length > 0);
  expect(closed).toEqual(['/counted']);
});

test('a request that is ignored is so above a compressor too', async () => {
  let asked = 0;
  await using server = await startMeasured(
    {
      ignoreRequestHook() {
        asked++;
        return true;
      },
    },
    (_request, response) => {
      const write = response.write.bind(response);
      response.write = ((chunk: string) => write(chunk)) as never;
      response.setHeader('Content-Type', 'text/event-stream');
      for (let i = 0; i < 5; i++) response.write('data: 1\n\n');
      response.end();
    },
  );
  await (await fetch(server.url)).text();
  expect(await server.points('openedConnections')).toEqual([]);
  expect(asked).toBe(1);
});

test('attributes of the hook are on every metric of a connection', async () => {
  await using server = await startMeasured({
    attributesHook: ({ url }) => ({ tier: url === '/paid' ? 'paid' : 'free' }),
  });
  await visit(server, ['/paid', '/free', '/paid']);
  await server.closed(3);
  const paid = { tier: 'paid', 'http.route': '/paid' };
  expect(await server.sum('openedConnections', paid)).toBe(2);
  expect(await server.sum('closedConnections', paid)).toBe(2);
  expect(await server.sum('sentEvents', paid)).toBe(2);
  expect(await server.count('connectionDuration', paid)).toBe(2);
  expect(await server.count('eventSize', { tier: 'free' })).toBe(1);
  expect(await server.sum('failedConnections', paid)).toBe(0);
});

test('attributes of the hook are bounded: 5 names, 20 values, none of ours', async () => {
  using diagnostics = collectDiagnostics();
  const answers: Record<string, unknown>[] = [
    { a: 1, b: true, c: 'x', d: 'y', e: 'z', f: 'beyond' },
    { 'http.route': '/mine', http_route: '/mine', le: '1', 'sse.x': 1 },
    { 'a ': 1, '': 1, __a: 1, [`x${'y'.repeat(200)}`]: 1 },
    { a: { nested: 1 }, b: Number.NaN, c: undefined, d: null },
  ];
  await using server = await startMeasured({
    attributesHook: () => (answers.shift() ?? {}) as never,
  });
  await visit(server, ['/1', '/2', '/3', '/4']);
  const points = await server.points('writes');
  const added = points.map(({ attributes }) => {
    const { 'http.route': _, 'http.request.method': __, ...rest } = attributes;
    return rest;
  });
  expect(added).toEqual([
    { a: '1', b: 'true', c: 'x', d: 'y', e: 'z' },
    {},
    { b: 'NaN' },
  ]);
  expect(diagnostics.lines.map((line) => line.slice(35))).toEqual([
    'attributesHook gave "f", which is beyond the 5 there may be; ignoring it',
    'attributesHook gave "http.route", which is a name of ours; ignoring it',
    'attributesHook gave "http_route", which is a name of ours; ignoring it',
    'attributesHook gave "le", which is a name of ours; ignoring it',
    'attributesHook gave "sse.x", which is a name of ours; ignoring it',
    'attributesHook gave "a ", which is no name of an attribute; ignoring it',
    'attributesHook gave "", which is no name of an attribute; ignoring it',
    'attributesHook gave "__a", which is no name of an attribute; ignoring it',
    `attributesHook gave "x${'y'.repeat(59)}", which is no name of an attribute; ignoring it`,
    'attributesHook gave "a", which is neither text, number, true nor false; ignoring it',
  ]);
});

test('two names that are one in Prometheus are not both there', async () => {
  using diagnostics = collectDiagnostics();
  await using server = await startMeasured({
    attributesHook: () => ({ 'plan.name': 'a', plan_name: 'b' }),
  });
  await visit(server, ['/events']);
  const [point] = await server.points('writes');
  expect(point?.attributes).toMatchObject({ 'plan.name': 'a' });
  expect(point?.attributes).not.toHaveProperty('plan_name');
  expect(diagnostics.lines).toHaveLength(1);
});

/** What a bad hook does, and the line that says so; the stream never notices. */
const BAD: [string, () => unknown, string][] = [
  [
    'throws',
    () => {
      throw new Error('not\ntoday');
    },
    'threw: Error: not today',
  ],
  [
    'throws what has no text',
    () => {
      throw Object.create(null);
    },
    'threw: [Object: null prototype] {}',
  ],
  ['gives a number', () => 42, 'gave 42, not $kind; ignoring it'],
  [
    'gives a promise',
    async () => 'x',
    "gave Promise { 'x' }, not $kind; ignoring it",
  ],
  [
    'is slow',
    () => {
      const end = performance.now() + 60;
      while (performance.now() < end);
    },
    'took $ms ms; the stream waits for it',
  ],
];

const KINDS = {
  route: 'a string',
  clientAddress: 'a string',
  ignoreRequestHook: 'true or false',
  attributesHook: 'an object',
} as const;

for (const [name, kind] of Object.entries(KINDS)) {
  for (const [what, hook, line] of BAD) {
    test(`the ${name} hook that ${what} costs one line and nothing else`, async () => {
      using diagnostics = collectDiagnostics();
      const config: SseInstrumentationConfig = { [name]: hook };
      await using server = await startMeasured(config);
      await visit(server, ['/users/7']);
      await server.closed(1);
      const base = { 'http.route': '/users/:id', 'http.request.method': 'GET' };
      expect(await server.sum('sentEvents', base)).toBe(1);
      const lines = diagnostics.lines.map((text) =>
        text.replace(/took \d+ ms/, 'took $ms ms'),
      );
      expect(lines).toEqual([
        `${PREFIX}${name} hook ${line.replace('$kind', kind)}`,
      ]);
    });
  }
}

test('a hook that rejects ends no process and costs a line', async () => {
  using diagnostics = collectDiagnostics();
  await using server = await startMeasured({
    onClose: async () => {
      throw new Error('later');
    },
  });
  await visit(server, ['/events']);
  await server.closed(1);
  await until('a line', () => diagnostics.lines.length > 0);
  expect(diagnostics.lines).toEqual([
    `${PREFIX}onClose hook threw: Error: later`,
  ]);
});

test('a hook that always fails says so ten times a minute', async () => {
  using diagnostics = collectDiagnostics();
  await using server = await startMeasured({
    route(_request: IncomingMessage): string {
      throw new Error('never');
    },
  });
  await visit(server, Array<string>(12).fill('/events'));
  await server.closed(12);
  const line = `${PREFIX}route hook threw: Error: never`;
  expect(diagnostics.lines).toEqual([
    ...Array(9).fill(line),
    `${line}; saying no more of it this minute`,
  ]);
});
