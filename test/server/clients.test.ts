import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { Clients } from '../../src/server/clients.ts';
import { type Connection, OPENED } from '../../src/server/connection.ts';
import { ConnectionList } from '../../src/server/connection-list.ts';
import { collectDiagnostics } from '../support/diagnostics.ts';
import {
  finish,
  type MeasuredServer,
  STREAM,
  startMeasured,
} from '../support/measured-server.ts';
import { until } from '../support/poll.ts';

const from = (address: string) => ({ 'X-Client': address });
const clientAddress = ({ headers }: IncomingMessage) =>
  headers['x-client'] as string | undefined;

const figures = async (server: MeasuredServer) => [
  await server.sum('clients'),
  await server.sum('clientConnectionsMax'),
];

test('clients are different addresses, the busiest has most connections', async () => {
  await using server = await startMeasured({ clientAddress });
  const first = await server.open('/a', from('192.0.2.1'));
  const second = await server.open('/b', from('192.0.2.1'));
  const third = await server.open('/a', from('192.0.2.2'));
  expect(await figures(server)).toEqual([2, 2]);
  await finish(first);
  await server.closed(1);
  expect(await figures(server)).toEqual([2, 1]);
  await finish(second);
  await server.closed(2);
  expect(await figures(server)).toEqual([1, 1]);
  await finish(third);
  await server.closed(3);
  expect(await figures(server)).toEqual([0, 0]);
  expect(await server.points('clients')).toHaveLength(1);
});

test('the figures of clients carry no attribute, and no metric an address', async () => {
  await using server = await startMeasured({ clientAddress });
  const secret = '192.0.2.99';
  const exchange = await server.open('/a', from(secret));
  exchange.response.write('data: 1\n\n');
  await finish(exchange);
  await server.closed(1);
  const points = [
    ...(await server.points('clients')),
    ...(await server.points('clientConnectionsMax')),
  ];
  expect(points.map(({ attributes }) => attributes)).toEqual([{}, {}]);
  const all = JSON.stringify([...(await server.metrics.collect())]);
  expect(all).not.toContain(secret);
});

test('peers that are all loopback are not reported: it may be a proxy', async () => {
  await using server = await startMeasured();
  await server.open();
  await server.open();
  expect(await server.points('clients')).toEqual([]);
  expect(await server.points('clientConnectionsMax')).toEqual([]);
  const connections = server.instrumentation.connections();
  expect(connections.map((connection) => connection.clientAddress)).toEqual([
    '127.0.0.1',
    '127.0.0.1',
  ]);
});

test.for([1, ['127.0.0.1']])(
  'trustProxy %j reports them',
  async (trustProxy) => {
    await using server = await startMeasured({ trustProxy });
    expect(await figures(server)).toEqual([0, 0]);
    await server.open('/', { 'X-Forwarded-For': '203.0.113.1' });
    await server.open('/', { 'X-Forwarded-For': '203.0.113.1' });
    await server.open('/', { 'X-Forwarded-For': '203.0.113.2' });
    await server.open('/', { Forwarded: 'for="[2001:db8::1]:99"' });
    expect(await figures(server)).toEqual([3, 2]);
  },
);

/** As much of a connection as its client is found by. */
function connectionFrom(remoteAddress: string, flags = OPENED): Connection {
  const connection = {
    request: { socket: { remoteAddress } },
    flags,
    has: (flag: number) => (connection.flags & flag) !== 0,
  };
  return connection as unknown as Connection;
}

test('one public peer is enough to report them, from then on', () => {
  const clients = new Clients(false);
  const [near, far] = ['10.0.0.1', '203.0.113.1'].map((address) => {
    const connection = connectionFrom(address);
    clients.note(connection, address);
    return connection;
  }) as [Connection, Connection];
  expect(clients.read()).toEqual({ clients: 2, busiest: 1 });
  clients.remove(far);
  clients.remove(near);
  expect(clients.read()).toEqual({ clients: 0, busiest: 0 });
  clients.remove(near);
  expect(clients.read()).toEqual({ clients: 0, busiest: 0 });
});

test('peers that are all private are not reported', () => {
  const clients = new Clients(false);
  clients.note(connectionFrom('10.0.0.1'), '10.0.0.1');
  expect(clients.read()).toBeUndefined();
});

test('addresses of sockets are looked up a few at a time, and when they are read', () => {
  const clients = new Clients(false);
  const waiting = Array.from({ length: 1200 }, (_, i) =>
    connectionFrom(`203.0.${Math.floor(i / 256)}.${i % 256}`),
  );
  const list = new ConnectionList();
  for (const connection of waiting) {
    list.add(connection);
    clients.expect(connection);
  }
  expect(waiting[0]?.clientAddress).toBeUndefined();
  expect(clients.read()).toEqual({ clients: 500, busiest: 1 });
  clients.noteWaiting();
  expect(clients.read()).toEqual({ clients: 1200, busiest: 1 });
  clients.noteNow(waiting[0] as Connection);
  expect(clients.read()).toEqual({ clients: 1200, busiest: 1 });
});

test('a connection that was not open at its turn is counted when it opens', () => {
  const clients = new Clients(false);
  const late = connectionFrom('203.0.113.1', 0);
  clients.expect(late);
  clients.noteWaiting();
  expect(clients.read()).toBeUndefined();
  late.flags |= OPENED;
  clients.noteLater(late);
  expect(clients.read()).toEqual({ clients: 1, busiest: 1 });
});

test('a connection that is listed has its address, asked for by nobody before', async () => {
  await using server = await startMeasured({ onClose: undefined as never });
  await server.open();
  const [open] = server.instrumentation.connections();
  expect(open?.clientAddress).toBe('127.0.0.1');
});

test('a connection that the hook has no address for is nobody', async () => {
  await using server = await startMeasured({
    clientAddress: (request) => clientAddress(request) ?? '',
  });
  const nobody = await server.open('/');
  await server.open('/', from('192.0.2.1'));
  expect(await figures(server)).toEqual([1, 1]);
  await finish(nobody);
  await server.closed(1);
  expect(await figures(server)).toEqual([1, 1]);
});

test('a hook that throws costs one line a connection and nothing else', async () => {
  using diagnostics = collectDiagnostics();
  await using server = await startMeasured({
    clientAddress() {
      throw new Error('no address today');
    },
  });
  const exchange = await server.open();
  exchange.response.write('data: 1\n\n');
  await exchange.client.waitFor('data: 1');
  await finish(exchange);
  await server.closed(1);
  expect(await server.sum('openedConnections')).toBe(1);
  expect(await server.sum('sentEvents')).toBe(1);
  expect(await figures(server)).toEqual([0, 0]);
  expect(diagnostics.lines).toEqual([
    'opentelemetry-instrumentation-sse: the clientAddress hook threw: Error: no address today',
  ]);
});

test('what the hook returns is bounded, and anything but text is nobody', async () => {
  const answers: unknown[] = ['x'.repeat(5000), 42, {}, null];
  await using server = await startMeasured({
    clientAddress: () => answers.shift() as string,
  });
  for (let rest = answers.length; rest > 0; rest--) await server.open();
  const addresses = server.instrumentation
    .connections()
    .map((connection) => connection.clientAddress);
  expect(addresses).toEqual(['x'.repeat(200), undefined, undefined, undefined]);
  expect(await figures(server)).toEqual([1, 1]);
});

for (const isMeasured of [false, true]) {
  const kind = isMeasured ? 'one that is measured' : 'a bare Node';
  test(`the address of a socket is gone with it, in ${kind}`, async () => {
    const addresses: (string | undefined)[] = [];
    await using server = await startMeasured(
      { serverMetrics: isMeasured },
      ({ socket }, response) => {
        response.on('close', () => addresses.push(socket.remoteAddress));
        response.writeHead(200, STREAM);
        response.write('data: 1\n\n');
      },
    );
    const client = await server.request();
    await client.waitFor('data: 1');
    if (isMeasured) {
      const [open] = server.instrumentation.connections();
      expect(open?.clientAddress).toBe('127.0.0.1');
    }
    client.socket.destroy();
    await until('it is closed', () => addresses.length === 1);
    expect(addresses).toEqual([undefined]);
  });
}
