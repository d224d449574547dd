import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createSseGuard } from '../../src/guard.ts';
import { until } from '../support/poll.ts';
import { startGuarded, statusOf } from './support/guarded-server.ts';

let lines: string[] = [];

beforeEach(() => {
  lines = [];
  vi.spyOn(console, 'error').mockImplementation((line: string) => {
    lines.push(line);
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

function fail(): never {
  throw new Error('of the user');
}

async function failLater(): Promise<never> {
  throw new Error('of the user');
}

for (const [name, option] of Object.entries({
  match: { match: fail },
  route: { route: fail, maxConnectionsPerRoute: 5 },
  refuse: { refuse: fail },
  clientAddress: { clientAddress: fail, maxConnectionsPerClient: 5 },
})) {
  test(`the request is let in, at the cost of one line, when ${name} throws`, async () => {
    await using server = await startGuarded(option);
    expect(statusOf(await server.open())).toBe(200);
    expect(server.streams).toHaveLength(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(
      `opentelemetry-instrumentation-sse: guard: the ${name} option threw, the application goes on: Error: of the user`,
    );
  });
}

for (const [kind, hook] of Object.entries({
  throws: fail,
  rejects: failLater,
})) {
  test(`a refusal is the same when onRefusal and onPressure ${kind}`, async () => {
    await using server = await startGuarded({
      maxConnections: 0,
      onRefusal: hook as () => void,
      onPressure: hook as () => void,
    });
    const client = await server.request();
    await client.waitFor('retry: ');
    expect(lines).toHaveLength(2);
  });
}

test('a request that is no request, and a response that is none, are let in', () => {
  using guard = createSseGuard({ maxConnections: 0 });
  for (const broken of [undefined, {}, { headers: undefined }, 7]) {
    expect(guard.admit(broken as never, broken as never)).toBe(true);
  }
  expect(lines.length).toBeGreaterThan(0);
});

test('a response whose methods throw stops neither the guard nor the others', async () => {
  await using server = await startGuarded({
    maxConnectionSeconds: 0.2,
    connectionJitter: 0,
  });
  const broken = await server.open();
  const [stream] = server.streams;
  Object.assign(stream as object, { write: fail });
  const whole = await server.open();
  await whole.waitFor('0\r\n\r\n');
  expect(lines.length).toBeGreaterThan(0);
  broken.socket.destroy();
  await until('both gone', () => server.guard.read().connections === 0);
});

test('a request that cannot be refused is let in', async () => {
  await using server = await startGuarded({ maxConnections: 0 });
  server.server.prependListener('request', (_request, response) => {
    const { writeHead } = response;
    response.writeHead = () => {
      response.writeHead = writeHead;
      throw new Error('of a middleware');
    };
  });
  expect(statusOf(await server.open())).toBe(200);
  expect(server.streams).toHaveLength(1);
  expect(server.guard.read()).toMatchObject({ connections: 1, refused: {} });
  expect(lines).toHaveLength(1);
});

test('a failure that comes again and again does not fill the log', async () => {
  await using server = await startGuarded({ refuse: fail });
  for (let i = 0; i < 30; i++) await server.open();
  expect(server.streams).toHaveLength(30);
  expect(lines.length).toBeLessThanOrEqual(10);
});

test('bad options cost a line each, which names the value and the mend; the rest holds', async () => {
  await using server = await startGuarded({
    maxConnections: 1,
    maxIdleSeconds: 'soon',
    maxHeapRatio: 85,
    maxConnectionsPerRoute: { '/a': -1 },
    refusal: 'no',
    match: 5,
    trustProxy: ['proxy.local'],
    onPressure: 'log',
    maxConnection: 3,
    route: '/events',
  } as never);
  const about = (name: string) => lines.find((line) => line.includes(name));
  expect(about('maxIdleSeconds')).toBe(
    'opentelemetry-instrumentation-sse: createSseGuard: maxIdleSeconds is "soon", not a number of at least 0.001; the limit is off: give one such as 1800',
  );
  expect(about('maxHeapRatio')).toContain('is 85, not a number');
  expect(about('maxConnectionsPerRoute')).toContain('of "/a" is -1');
  expect(about('refusal')).toContain('using "retry"');
  expect(about('match')).toContain('using "accept"');
  expect(about('trustProxy')).toContain('"proxy.local" is neither');
  expect(about('onPressure')).toContain('not a function; ignoring it');
  expect(about('maxConnection is no')).toContain('did you mean maxConnections');
  expect(lines).toHaveLength(9);
  await server.open();
  const client = await server.request();
  await client.waitFor('retry: ');
});

test('a stopped guard lets everybody in and forgets whom it held', async () => {
  await using server = await startGuarded({ maxConnections: 1 });
  await server.open();
  server.guard.stop();
  expect(statusOf(await server.open())).toBe(200);
  expect(server.guard.read().connections).toBe(0);
  expect(server.streams).toHaveLength(2);
});
