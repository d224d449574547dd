import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** Takes what pages of any origin send, as a Collector would. */
export interface OtlpSink extends AsyncDisposable {
  readonly url: string;
  /** All bodies so far. */
  received(): string;
}

/** Starts one on a free port. */
export async function startOtlpSink(): Promise<OtlpSink> {
  let bodies = '';
  const server = createServer(async (request, response) => {
    const body = await text(request);
    if (request.url === '/v1/metrics') bodies += body;
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Access-Control-Allow-Headers', '*');
    response.setHeader('Content-Type', 'application/json').end('{}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received: () => bodies,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}
