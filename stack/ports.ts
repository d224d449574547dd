import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';

/**
 * Below the range from which systems give clients theirs: else one of the many
 * clients has the port of a part that is away for a moment.
 */
const FIRST = 11_000;
const COUNT = 20_000;
/** Processes that look for ports at the same moment begin far apart. */
const APART = 1009;

let next = process.pid * APART;

/** Finds ports on 127.0.0.1 for programs that cannot say which one they took. */
export async function findQuietPorts(count: number): Promise<number[]> {
  const held: Server[] = [];
  try {
    while (held.length < count) {
      next += 1;
      const server = await listen(FIRST + (next % COUNT));
      if (server !== undefined) held.push(server);
    }
    return held.map((server) => (server.address() as AddressInfo).port);
  } finally {
    await Promise.all(held.map((server) => once(server.close(), 'close')));
  }
}

/** @returns nothing when the port is taken. */
async function listen(port: number): Promise<Server | undefined> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return server;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return undefined;
  }
}
