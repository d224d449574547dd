import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A request that came by. */
interface Passed {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

/** What stands before a server: it notes each request and sends it on. */
export interface HttpDoor extends AsyncDisposable {
  readonly url: string;
  readonly passed: readonly Passed[];
}

const CONTENT = ['content-type', 'content-encoding'] as const;

/**
 * @param findTarget - where the request of a path goes to.
 */
export async function startHttpDoor(
  findTarget: (path: string) => string,
): Promise<HttpDoor> {
  const passed: Passed[] = [];
  const server = createServer(async (request, response) => {
    const { url: path = '', headers } = request;
    passed.push({ path, headers });
    const kept = Object.entries(headers).filter(
      ([name]) =>
        CONTENT.some((one) => one === name) || name.startsWith('x-prometheus'),
    );
    const answer = await fetch(findTarget(path), {
      method: 'POST',
      headers: Object.fromEntries(kept) as Record<string, string>,
      body: await buffer(request),
    });
    response.writeHead(answer.status).end(await answer.text());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}
