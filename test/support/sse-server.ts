import { once } from 'node:events';
import {
  createServer,
  type RequestListener,
  type Server,
  type ServerOptions,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { createCertificate } from './certificate.ts';

/** A real server on a free port of 127.0.0.1. */
export interface TestServer extends AsyncDisposable {
  readonly server: Server;
  readonly port: number;
  readonly url: string;
  /** Opens a connection and sends nothing. */
  connect(): Promise<RawClient>;
  /** Sends a request over a socket of its own. */
  request(path?: string, headers?: Record<string, string>): Promise<RawClient>;
}

/** A client that is a bare socket: it can be half-open, slow or rude. */
export interface RawClient {
  readonly socket: Socket;
  /** What carries the socket: itself, unless it speaks TLS. */
  readonly transport: Socket;
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
  return listen(createServer(options, listener), 'http', async (port) => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return createRawClient(socket);
  });
}

/** Starts a server that speaks TLS. */
export async function startSecureServer(
  listener: RequestListener,
  options: ServerOptions = {},
): Promise<TestServer> {
  const certificate = createCertificate();
  const server = createSecureServer({ ...options, ...certificate }, listener);
  return listen(server, 'https', async (port) => {
    const transport = connect(port, '127.0.0.1');
    const socket = connectSecurely({
      socket: transport,
      host: '127.0.0.1',
      ca: certificate.cert,
    });
    await once(socket, 'secureConnect');
    return createRawClient(socket, transport);
  });
}

async function listen(
  server: Server,
  scheme: 'http' | 'https',
  open: (port: number) => Promise<RawClient>,
): Promise<TestServer> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    server,
    port,
    url: `${scheme}://127.0.0.1:${port}`,
    connect: () => open(port),
    async request(path, headers) {
      const client = await open(port);
      client.socket.write(formatRequest(path, headers));
      return client;
    },
    async [Symbol.asyncDispose]() {
      const isListening = server.listening;
      if (isListening) server.close();
      server.closeAllConnections();
      if (isListening) await once(server, 'close');
    },
  };
}

/** A request without a body, as it goes over the wire. */
export function formatRequest(
  path = '/events',
  headers: Record<string, string> = { Accept: 'text/event-stream' },
  method = 'GET',
): string {
  const lines = Object.entries({ Host: '127.0.0.1', ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** Watches a socket. */
export function createRawClient(
  socket: Socket,
  transport: Socket = socket,
): RawClient {
  let text = '';
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.setEncoding('latin1');
  socket.on('error', () => {});
  transport.on('error', () => {});
  socket.on('data', (chunk: string) => {
    text += chunk;
  });
  return {
    socket,
    transport,
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
