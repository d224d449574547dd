import { expect, test } from 'vitest';
import { SseInstrumentation } from '../../src/index.ts';
import type { SseInstrumentationConfig } from '../../src/types.ts';
import { collectDiagnostics } from '../support/diagnostics.ts';
import { startMeasured } from '../support/measured-server.ts';

const PREFIX = 'opentelemetry-instrumentation-sse: ';
const LONG = 'x'.repeat(500);

/** Options as an application without types gives them, and what is said. */
const BAD: [Record<string, unknown>, string][] = [
  [
    { stallAfterSeconds: 0 },
    'stallAfterSeconds is 0, not a number of at least 0.001; using 90',
  ],
  [
    { stallAfterSeconds: '90' },
    'stallAfterSeconds is "90", not a number of at least 0.001; using 90',
  ],
  [
    { stallAfterSeconds: Number.NaN },
    'stallAfterSeconds is NaN, not a number of at least 0.001; using 90',
  ],
  [
    { stallAfterSeconds: Number.POSITIVE_INFINITY },
    'stallAfterSeconds is Infinity, not a number of at least 0.001; using 90',
  ],
  [
    { maxRoutes: 0 },
    'maxRoutes is 0, not a whole number of at least 1; using 100',
  ],
  [
    { maxRoutes: 1.5 },
    'maxRoutes is 1.5, not a whole number of at least 1; using 100',
  ],
  [
    { maxRoutes: null },
    'maxRoutes is null, not a whole number of at least 1; using 100',
  ],
  [
    { maxEventTypes: -3 },
    'maxEventTypes is -3, not a whole number of at least 1; using 20',
  ],
  [
    { maxEventTypes: [20] },
    'maxEventTypes is [ 20 ], not a whole number of at least 1; using 20',
  ],
  [
    { samplesPerSecond: -1 },
    'samplesPerSecond is -1, not a whole number of at least 0; using 1000',
  ],
  [
    { samplesPerSecond: Object.create(null) },
    'samplesPerSecond is [Object: null prototype] {}, not a whole number of at least 0; using 1000',
  ],
  [
    { eventTypes: 'tick' },
    'eventTypes is "tick", not a list of at most 100 names; telling apart the first ones seen',
  ],
  [
    { eventTypes: ['tick', 7] },
    "eventTypes is [ 'tick', 7 ], not a list of at most 100 names; telling apart the first ones seen",
  ],
  [
    { finalEvents: 'done' },
    'finalEvents is "done", neither a list of names nor lists by route; ignoring it',
  ],
  [
    { finalEvents: null },
    'finalEvents is null, neither a list of names nor lists by route; ignoring it',
  ],
  [
    { finalEvents: 42 },
    'finalEvents is 42, neither a list of names nor lists by route; ignoring it',
  ],
  [
    { finalEvents: { '/chat': 'done' } },
    'finalEvents of "/chat" is "done", not a list of names; ignoring it',
  ],
  [
    { finalEvents: ['done', ''] },
    'finalEvents has "", not a name of 1 to 32 bytes; ignoring it',
  ],
  [
    { finalEvents: ['☃'.repeat(11)] },
    `finalEvents has "${'☃'.repeat(11)}", not a name of 1 to 32 bytes; ignoring it`,
  ],
  [
    { finalEvents: { '*': ['done', 7] } },
    'finalEvents has 7, not a name of 1 to 32 bytes; ignoring it',
  ],
  [
    { trustProxy: true },
    "trustProxy is true, neither a number of proxies nor a list of addresses; using the socket's address",
  ],
  [
    { trustProxy: -1 },
    "trustProxy is -1, neither a number of proxies nor a list of addresses; using the socket's address",
  ],
  [
    { trustProxy: 1.5 },
    "trustProxy is 1.5, neither a number of proxies nor a list of addresses; using the socket's address",
  ],
  [
    { trustProxy: '10.0.0.0/8' },
    'trustProxy is "10.0.0.0/8", neither a number of proxies nor a list of addresses; using the socket\'s address',
  ],
  [
    { trustProxy: ['10.0.0.0/8', 'loopback'] },
    'trustProxy: "loopback" is neither an address nor a CIDR range; using the socket\'s address',
  ],
  [{ route: '/x' }, 'route is "/x", not a function; ignoring it'],
  [{ clientAddress: {} }, 'clientAddress is {}, not a function; ignoring it'],
  [{ onClose: 1 }, 'onClose is 1, not a function; ignoring it'],
  [
    { ignoreRequestHook: '/health' },
    'ignoreRequestHook is "/health", not a function; ignoring it',
  ],
  [
    { attributesHook: { tier: 'free' } },
    "attributesHook is { tier: 'free' }, not a function; ignoring it",
  ],
  [
    { spanEvents: 'yes' },
    'spanEvents is "yes", neither true nor false; using false',
  ],
  [
    { onClose: LONG },
    `onClose is "${LONG.slice(0, 58)}…, not a function; ignoring it`,
  ],
];

test.for(BAD)('%o gives one line that says what is used', ([config, line]) => {
  using diagnostics = collectDiagnostics();
  const instrumentation = new SseInstrumentation(
    config as SseInstrumentationConfig,
  );
  instrumentation.disable();
  expect(diagnostics.lines).toEqual([PREFIX + line]);
});

test('a bad number is shown on one line however much it is', () => {
  using diagnostics = collectDiagnostics();
  const list = Array.from({ length: 200 }, (_, index) => `name ${index}\n`);
  const config = { maxRoutes: list } as unknown as SseInstrumentationConfig;
  new SseInstrumentation(config).disable();
  expect(diagnostics.lines).toHaveLength(1);
  expect(diagnostics.lines[0]).not.toContain('\n');
  expect(diagnostics.lines[0]?.length).toBeLessThan(180);
});

test('good options give no line', () => {
  using diagnostics = collectDiagnostics();
  const configs: SseInstrumentationConfig[] = [
    {},
    {
      stallAfterSeconds: 0.001,
      maxRoutes: 1,
      maxEventTypes: 1,
      samplesPerSecond: 0,
      eventTypes: [],
      finalEvents: [],
      trustProxy: 0,
    },
    {
      eventTypes: Array.from({ length: 100 }, (_, index) => `type ${index}`),
      finalEvents: { '/chat': ['[DONE]', 'x'.repeat(32)], '/ticker': [] },
      trustProxy: ['127.0.0.1', '10.0.0.0/8', '::1', 'fc00::/7', '0.0.0.0/0'],
      route: () => '/x',
      clientAddress: () => '::1',
      onClose() {},
    },
    { trustProxy: 2 },
  ];
  for (const config of configs) new SseInstrumentation(config).disable();
  expect(diagnostics.lines).toEqual([]);
});

test.for([
  '10.0.0.0/',
  '10.0.0.0/33',
  '10.0.0.0/8/9',
  '10.0.0.0/0x8',
  '10.0.0.0/-1',
  '::1/129',
  'fc00::/',
  ' 10.0.0.0/8',
  'localhost',
  '',
  42,
  null,
])('trustProxy with %j trusts nobody', (item) => {
  using diagnostics = collectDiagnostics();
  const trustProxy = ['127.0.0.1', item] as string[];
  new SseInstrumentation({ trustProxy }).disable();
  expect(diagnostics.lines).toEqual([
    `${PREFIX}trustProxy: "${item}" is neither an address nor a CIDR range; using the socket's address`,
  ]);
});

test('a bad option costs nothing but itself', async () => {
  using diagnostics = collectDiagnostics();
  await using server = await startMeasured({
    maxRoutes: -1,
    maxEventTypes: 1,
    finalEvents: { '*': ['done', ''] },
  });
  const { response } = await server.open();
  response.write('event: a\ndata: 1\n\nevent: b\ndata: 1\n\n');
  expect(diagnostics.lines).toHaveLength(2);
  expect(await server.points('sentEvents')).toHaveLength(2);
  expect(await server.points('unfinishedCloses')).toHaveLength(1);
});

test('hooks and thresholds given later count at once', async () => {
  await using server = await startMeasured({ stallAfterSeconds: 1000 });
  await server.open('/before');
  expect(await server.sum('stalledConnections')).toBe(0);
  server.instrumentation.setConfig({
    stallAfterSeconds: 0.001,
    route: () => '/named',
  });
  await server.open('/after');
  const route = { 'http.route': '/named' };
  expect(await server.sum('openedConnections', route)).toBe(1);
  expect(await server.sum('stalledConnections')).toBeGreaterThan(0);
});
