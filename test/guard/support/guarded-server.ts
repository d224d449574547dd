import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  createSseGuard,
  type SseGuard,
  type SseGuardOptions,
} from '../../../src/guard.ts';
import { STREAM } from '../../support/measured-server.ts';
import {
  type RawClient,
  startServer,
  type TestServer,
} from '../../support/sse-server.ts';

/** A real server behind a guard. */
export interface GuardedServer extends TestServer {
  readonly guard: SseGuard;
  /** Responses of streams that were let in, oldest first. */
  readonly streams: ServerResponse[];
  /** Opens a stream; resolves once its headers were received. */
  open(path?: string, headers?: Record<string, string>): Promise<RawClient>;
}

/** Answers with an event stream that the test writes to. */
function openStream(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, STREAM);
  response.flushHeaders();
}

/** Starts a server that asks a guard first; `await using` ends both. */
export async function startGuarded(
  options: SseGuardOptions,
  handle: (
    request: IncomingMessage,
    response: ServerResponse,
  ) => void = openStream,
): Promise<GuardedServer> {
  const guard = createSseGuard(options);
  const streams: ServerResponse[] = [];
  const server = await startServer((request, response) => {
    if (!guard.admit(request, response)) return;
    streams.push(response);
    handle(request, response);
  });
  return {
    ...server,
    guard,
    streams,
    async open(path, headers) {
      const client = await server.request(path, headers);
      await client.waitFor('\r\n\r\n');
      return client;
    },
    async [Symbol.asyncDispose]() {
      guard.stop();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Status line and body of what a client received. */
export function statusOf(client: RawClient): number {
  return Number(/^HTTP\/1\.1 (\d+)/.exec(client.received())?.[1]);
}
