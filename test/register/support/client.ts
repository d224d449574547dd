import { once } from 'node:events';
import { connect } from 'node:net';
import { createRawClient, type RawClient } from '../../support/sse-server.ts';
import type { Child } from './child.ts';

/** A client that `await using` disconnects. */
export interface OpenClient extends RawClient, AsyncDisposable {}

/**
 * Opens a stream of a program and waits for its first event.
 *
 * @param client - the address that a proxy would have written down.
 */
export async function openStream(
  child: Child,
  path = '/events',
  client?: string,
): Promise<OpenClient> {
  const [, port] = await child.waitFor(/^listening (\d+)$/m);
  return await requestOn(Number(port), path, 'data: hello', client);
}

/** Sends a request over a connection that stays, and waits for an answer. */
export async function requestOn(
  port: number,
  path: string,
  answer: string,
  forwardedFor?: string,
): Promise<OpenClient> {
  const client = createRawClient(connect(port, '127.0.0.1'));
  await once(client.socket, 'connect');
  const headers = ['Host: 127.0.0.1'];
  if (forwardedFor !== undefined)
    headers.push(`X-Forwarded-For: ${forwardedFor}`);
  client.socket.write(
    `GET ${path} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`,
  );
  await client.waitFor(answer);
  return {
    ...client,
    async [Symbol.asyncDispose]() {
      client.socket.destroy();
      await client.closed;
    },
  };
}
