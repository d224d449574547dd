import { expect, test } from 'vitest';
import { SERVER_METRICS, type ServerMetricKey } from '../../src/semconv.ts';
import { fill } from '../support/close-scenario.ts';
import {
  type Exchange,
  type MeasuredServer,
  STREAM,
  startMeasured,
} from '../support/measured-server.ts';
import { until } from '../support/poll.ts';
import { createRandom, type Random } from '../support/random.ts';

const STEPS = 2000;
const MAX_OPEN = 40;
const ROUTES = ['/one', '/two', '/three'];

/** How a stream may begin. */
const BEGINNINGS: ((exchange: Exchange) => unknown)[] = [
  ({ response }) => response.writeHead(200, STREAM).flushHeaders(),
  ({ response }) => response.writeHead(200, STREAM).write('data: 1\n\n'),
  ({ response }) => {
    response.setHeader('Content-Type', 'text/event-stream');
    return response.write('data: 1\n\n');
  },
  ({ response }) => response.writeHead(200, STREAM).end('data: 1\n\n'),
];

/** How a request for a stream may fail. */
const FAILURES: ((exchange: Exchange) => unknown)[] = [
  ({ response }) => response.writeHead(503).end(),
  ({ response }) => response.destroy(),
  ({ client }) => client.socket.destroy(),
  ({ client, response }) => {
    response.writeHead(200, STREAM);
    client.socket.resetAndDestroy();
  },
];

/** What may happen to an open stream; most often it is written to. */
const STEPS_OF_LIFE: ((exchange: Exchange) => unknown)[] = [
  ({ response }) => response.write('data: 2\n\n'),
  ({ response }) => response.write(': heartbeat\n\n'),
  ({ response }) => response.write('data: half'),
];

/** How an open stream may end. */
const ENDS: ((exchange: Exchange) => unknown)[] = [
  ({ response }) => response.end(),
  ({ response }) => response.end('data: last\n\n'),
  ({ response }) => response.destroy(),
  ({ response }) => response.destroy(new Error('broken')),
  ({ response }) => response.end().destroy(),
  ({ request }) => request.socket.destroy(),
  ({ client }) => client.socket.end(),
  ({ client }) => client.socket.destroy(),
  ({ client }) => client.socket.resetAndDestroy(),
  ({ client, response }) => {
    client.socket.pause();
    fill(response);
    client.socket.destroy();
  },
  ({ client, response }) => {
    client.socket.pause();
    fill(response);
    response.end();
    client.socket.destroy();
  },
];

/** Figures by route, all of one collection. */
async function figuresOf(
  server: MeasuredServer,
): Promise<(key: ServerMetricKey, route?: string) => number> {
  const all = await server.metrics.collect();
  return (key, route) =>
    (all.get(SERVER_METRICS[key].name) ?? [])
      .filter(
        ({ attributes }) =>
          route === undefined || attributes['http.route'] === route,
      )
      .reduce((sum, { value }) => sum + (value as number), 0);
}

async function expectBalance(
  server: MeasuredServer,
  random: Random,
): Promise<void> {
  const figureOf = await figuresOf(server);
  for (const route of [...ROUTES, undefined]) {
    expect(
      figureOf('openedConnections', route) -
        figureOf('closedConnections', route),
      `opened less closed of ${route ?? 'all routes'}, seed ${random.seed}`,
    ).toBe(figureOf('activeConnections', route));
  }
}

/** Sends a request for a stream, which is not answered yet. */
async function begin(
  server: MeasuredServer,
  random: Random,
): Promise<Exchange> {
  const exchange = await server.exchange(random.pick(ROUTES), {
    Accept: 'text/event-stream',
    'X-Client': `client ${random.below(10)}`,
  });
  exchange.response.on('error', () => {});
  return exchange;
}

test(`${STEPS} random openings, writes and ends balance`, async () => {
  const random = createRandom();
  await using server = await startMeasured({
    clientAddress: ({ headers }) => String(headers['x-client']),
  });
  const exchanges: Exchange[] = [];
  let open: Exchange[] = [];
  for (let step = 0; step < STEPS; step++) {
    open = open.filter(({ response }) => !response.closed);
    const choice = random.below(open.length < MAX_OPEN ? 3 : 2);
    if (choice === 2 || open.length === 0) {
      const exchange = await begin(server, random);
      exchanges.push(exchange);
      if (random.below(4) === 0) random.pick(FAILURES)(exchange);
      else {
        random.pick(BEGINNINGS)(exchange);
        open.push(exchange);
      }
    } else {
      const acts = choice === 0 ? STEPS_OF_LIFE : ENDS;
      random.pick(acts)(random.pick(open));
    }
    if (step % 100 === 0) await expectBalance(server, random);
  }
  for (const { client } of exchanges) client.socket.destroy();
  await until('all are closed', () =>
    exchanges.every(({ response }) => response.closed),
  );
  await expectBalance(server, random);
  const figureOf = await figuresOf(server);
  expect(
    figureOf('openedConnections') + figureOf('failedConnections'),
    `opened and failed, seed ${random.seed}`,
  ).toBe(exchanges.length);
  for (const key of [
    'activeConnections',
    'waitingConnections',
    'blockedConnections',
    'stalledConnections',
    'queueSize',
    'clients',
    'clientConnectionsMax',
    'connectionAgeMax',
    'connectionIdleTimeMax',
  ] as const) {
    expect(figureOf(key), `${key}, seed ${random.seed}`).toBe(0);
  }
});
