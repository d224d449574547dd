import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const CONNECTIONS = 2000;
const PAIRS = 3;
const program = fileURLToPath(new URL('programs/server.mjs', import.meta.url));
const HOOK = ['--import', 'opentelemetry-instrumentation-sse/register'];

test('the heap of an open connection is stated and small', async () => {
  const costs: number[] = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    const bare = await measureHeapPerConnection([]);
    const hooked = await measureHeapPerConnection(HOOK);
    costs.push(hooked - bare);
  }
  costs.sort((a, b) => a - b);
  const median = costs[Math.floor(PAIRS / 2)] as number;
  console.log(
    `heap per open connection: ${Math.round(median)} bytes more than bare Node ` +
      `(${costs.map(Math.round).join(', ')})`,
  );
  expect(median).toBeLessThan(450);
  expect(median).toBeGreaterThan(100);
});

/** Bytes of heap that a connection adds, the process's own use left out. */
async function measureHeapPerConnection(flags: string[]): Promise<number> {
  const server = fork(program, {
    execArgv: ['--expose-gc', ...flags],
    env: { ...process.env, OTEL_METRICS_EXPORTER: 'none' },
  });
  const clients: Socket[] = [];
  try {
    const [port] = (await once(server, 'message')) as [number];
    await open(port, clients, CONNECTIONS / 10);
    const before = await readHeap(server, CONNECTIONS / 10);
    await open(port, clients, CONNECTIONS);
    const after = await readHeap(server, CONNECTIONS);
    return (after - before) / (CONNECTIONS - CONNECTIONS / 10);
  } finally {
    for (const client of clients) client.destroy();
    server.disconnect();
    await once(server, 'exit');
  }
}

async function open(
  port: number,
  clients: Socket[],
  wanted: number,
): Promise<void> {
  while (clients.length < wanted) {
    const client = connect(port, '127.0.0.1');
    clients.push(client);
    client.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    await once(client, 'data');
    client.resume();
  }
}

async function readHeap(server: ChildProcess, open: number): Promise<number> {
  server.send('measure');
  const [reading] = (await once(server, 'message')) as [
    { open: number; heap: number },
  ];
  expect(reading.open).toBe(open);
  return reading.heap;
}
