import { once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  createSecureServer,
  createServer,
  type Http2Server,
  type ServerHttp2Stream,
} from 'node:http2';
import { type AddressInfo, connect as connectTcp, type Socket } from 'node:net';
import { createCertificate } from './certificate.ts';
import { type Measured, measure } from './measured.ts';

/** A real HTTP/2 server and a session of a real client, both measured. */
export interface Http2Pair extends AsyncDisposable {
  readonly server: Http2Server;
  readonly session: ClientHttp2Session;
  /** The client's, in the clear: Node lets nobody touch a session's. */
  readonly socket: Socket | undefined;
  readonly measured: Measured;
  /** Sends a request; resolves with both ends of its stream. */
  request(
    headers?: Record<string, string>,
  ): Promise<{ client: ClientHttp2Stream; stream: ServerHttp2Stream }>;
}

/**
 * Starts both.
 *
 * @param isSecure - over TLS, or in the clear.
 * @param timeoutMs - of the server's sessions; 0: none.
 */
export async function startHttp2(
  isSecure = false,
  timeoutMs = 0,
): Promise<Http2Pair> {
  const measured = measure();
  const server = isSecure
    ? createSecureServer(createCertificate())
    : createServer();
  const waiting: ((stream: ServerHttp2Stream) => void)[] = [];
  server.on('stream', (stream) => {
    stream.on('error', () => {});
    waiting.shift()?.(stream);
  });
  server.on('sessionError', () => {});
  server.setTimeout(timeoutMs);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = isSecure ? undefined : connectTcp(port, '127.0.0.1');
  socket?.on('error', () => {});
  const session = connect(
    `${isSecure ? 'https' : 'http'}://127.0.0.1:${port}`,
    {
      rejectUnauthorized: false,
      ...(socket && { createConnection: () => socket }),
    },
  );
  session.on('error', () => {});
  return {
    server: server as Http2Server,
    session,
    socket,
    measured,
    async request(headers = {}) {
      const arrived = new Promise<ServerHttp2Stream>((resolve) => {
        waiting.push(resolve);
      });
      const client = session.request({
        ':path': '/events',
        accept: 'text/event-stream',
        ...headers,
      });
      client.on('error', () => {});
      return { client, stream: await arrived };
    },
    async [Symbol.asyncDispose]() {
      session.destroy();
      if (server.listening) {
        server.close();
        await once(server, 'close');
      }
      measured[Symbol.dispose]();
    },
  };
}
