import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { log } from './log.ts';

/** Milliseconds until a port that was taken is tried again. */
const RETRY_MS = 5000;

/** The server of `/metrics`. It keeps no process alive. */
export interface Endpoint {
  /** Whether a port is the one that we have, or are about to take. */
  isAt(port: number): boolean;
  close(): void;
}

/**
 * Serves metrics at `/metrics`. A port that is taken costs one line; it is tried
 * again, since the process before us may be on its way out.
 *
 * @param answer - writes the metrics.
 */
export function startEndpoint(
  host: string,
  port: number,
  answer: RequestListener,
): Endpoint {
  const server = createServer((request, response) => {
    const [path] = (request.url ?? '').split('?');
    if (path === '/metrics') answer(request, response);
    else response.writeHead(404).end('Not found: metrics are at /metrics\n');
  });
  ours.add(server);
  server.unref();
  // A scraper that keeps its connection must not keep the process.
  server.on('connection', (socket) => socket.unref());
  let retry: NodeJS.Timeout | undefined;
  let isClosed = false;
  // `exclusive`: in a cluster the workers would share the port, and a scrape
  // would meet any one of them.
  const listen = () => server.listen({ host, port, exclusive: true });
  server.on('listening', () => {
    // Closed while the host was looked up.
    if (isClosed) {
      server.close();
      return;
    }
    const { port: actual } = server.address() as AddressInfo;
    log.info(`metrics are at http://${showHost(host)}:${actual}/metrics`);
  });
  server.on('error', (error: NodeJS.ErrnoException) => {
    if (retry === undefined) log.error(explain(error, host, port));
    retry = setTimeout(listen, RETRY_MS);
    retry.unref();
  });
  listen();
  return {
    isAt: (wanted) =>
      !isClosed &&
      wanted !== 0 &&
      wanted ===
        (server.listening ? (server.address() as AddressInfo).port : port),
    close() {
      isClosed = true;
      clearTimeout(retry);
      ours.delete(server);
      server.close();
      server.closeAllConnections();
    },
  };
}

const ours = new WeakSet<object>();

/** Whether a server is the one of `/metrics`. */
export function isEndpoint(server: object): server is Server {
  return ours.has(server);
}

function explain(
  { code, message }: NodeJS.ErrnoException,
  host: string,
  port: number,
): string {
  const at = `${showHost(host)}:${port}`;
  const again = `Trying again every ${RETRY_MS / 1000} s`;
  if (code !== 'EADDRINUSE') {
    return (
      `metrics cannot be at ${at}: ${message}. Set ` +
      'OTEL_EXPORTER_PROMETHEUS_HOST and OTEL_EXPORTER_PROMETHEUS_PORT to an ' +
      `address of this machine and a free port. ${again}`
    );
  }
  return (
    `metrics cannot be at ${at}, the port is taken. Set ` +
    'OTEL_EXPORTER_PROMETHEUS_PORT to a free one, for each process or worker ' +
    `its own, or OTEL_METRICS_EXPORTER=otlp. ${again}`
  );
}

function showHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
