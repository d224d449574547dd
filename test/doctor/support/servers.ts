import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createSecureServer, type Http2SecureServer } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net';
import type { Certificate } from '../../support/certificate.ts';

/** A server on a free port of 127.0.0.1. */
export interface Started extends AsyncDisposable {
  readonly url: URL;
}

/** HTTP/1.1 in the clear. */
export function startPlain(listener: RequestListener): Promise<Started> {
  return start(createServer(listener), 'http');
}

/** HTTP/1.1 over TLS. */
export function startTls(
  listener: RequestListener,
  certificate: Certificate,
): Promise<Started> {
  return start(createHttpsServer(certificate, listener), 'https');
}

/** HTTP/2 over TLS. */
export function startHttp2(
  listener: Parameters<Http2SecureServer['on']>[1],
  certificate: Certificate,
): Promise<Started> {
  const server = createSecureServer(certificate);
  server.on('request', listener);
  return start(server, 'https');
}

/** Says what it is told to, whatever is asked. */
export function startRaw(answer: (socket: Socket) => void): Promise<Started> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => answer(socket));
  });
  return start(server, 'http');
}

async function start(
  server: Server | Http2SecureServer,
  scheme: string,
): Promise<Started> {
  const sockets = new Set<Socket>();
  // A secure server's own event is of its encrypted sockets.
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`${scheme}://127.0.0.1:${port}/events`),
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
