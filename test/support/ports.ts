import { once } from 'node:events';
import { createServer } from 'node:http';

/** Below the ports that systems give to clients: those come and go. */
const MAX_PORT = 32_768;
let next = 10_240 + Math.floor(Math.random() * 20_000);

/**
 * A port that was free a moment ago, and is not handed out again: for programs
 * that cannot say theirs.
 */
export async function findFreePort(): Promise<number> {
  while (next < MAX_PORT) {
    const port = next++;
    const taken = await takePort(port).catch(() => undefined);
    await taken?.[Symbol.asyncDispose]();
    if (taken !== undefined) return port;
  }
  throw new Error('no port is free');
}

/** Takes a port of 127.0.0.1, until it is disposed of. */
export async function takePort(port: number): Promise<AsyncDisposable> {
  const server = createServer((_request, response) => response.end());
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
