import { once } from 'node:events';
import {
  createServer,
  type RequestListener,
  type Server,
  type ServerOptions,
} from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** A real server on a free port of 127.0.0.1. */
export interface TestServer extends AsyncDisposable {
  readonly server: Server;
  readonly port: number;
  readonly url: string;
  /** Sends a request over a socket of its own. */
  request(path?: string, headers?: Record<string, string>): Promise<RawClient>;
}

/** A client that is a bare socket: it can be half-open, slow or rude. */
export interface RawClient {
  readonly socket: Socket;
  /** Everything received, one character a byte. */
  received(): string;
  /** Resolves once `text` was received. */
  waitFor(text: string): Promise<void>;
  /** Resolves once the socket is closed. */
  closed: Promise<unknown>;
}

/** Starts a server; `await using` stops it with all its connections. */
export async function startServer(
  listener: RequestListener,
  options: ServerOptions = {},
): Promise<TestServer> {
  const server = createServer(options, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    server,
    port,
    url: `http://127.0.0.1:${port}`,
    request: (path, headers) => request(port, path, headers),
    async [Symbol.asyncDispose]() {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function request(
  port: number,
  path = '/events',
  headers: Record<string, string> = { Accept: 'text/event-stream' },
): Promise<RawClient> {
  const client = createRawClient(connect(port, '127.0.0.1'));
  await once(client.socket, 'connect');
  const lines = Object.entries({ Host: '127.0.0.1', ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  client.socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
  return client;
}

/** Watches a socket. */
export function createRawClient(socket: Socket): RawClient {
  let text = '';
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.setEncoding('latin1');
  socket.on('error', () => {});
  socket.on('data', (chunk: string) => {
    text += chunk;
  });
  return {
    socket,
    closed,
    received: () => text,
    async waitFor(wanted) {
      while (!text.includes(wanted)) {
        if (socket.destroyed) throw new Error(`closed after: ${text}`);
        await Promise.race([once(socket, 'data'), closed]);
      }
    },
  };
}
