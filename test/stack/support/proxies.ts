import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findNginx } from '../../../stack/system-programs.ts';
import type { Certificate } from '../../support/certificate.ts';
import { findFreePort } from '../../support/ports.ts';
import { startProcess } from './process.ts';

/** A proxy before a server. */
export interface Proxied extends AsyncDisposable {
  /** The server itself. */
  readonly direct: URL;
  /** The same through the proxy. */
  readonly url: URL;
}

/** What a proxy is told; a program that has no setting for a port gets one. */
type Configure = (place: {
  readonly port: number;
  readonly server: string;
  readonly folder: string;
}) => {
  readonly command: string;
  readonly args: string[];
  readonly config: string;
};

async function startProxy(
  target: RequestListener | URL,
  scheme: string,
  configure: Configure,
): Promise<Proxied> {
  const server =
    typeof target === 'function' ? await listen(target) : undefined;
  const direct = server?.url ?? (target as URL);
  const folder = mkdtempSync(join(tmpdir(), 'proxy-'));
  const port = await findFreePort();
  const { command, args, config } = configure({
    port,
    server: direct.host,
    folder,
  });
  writeFileSync(join(folder, 'config'), config);
  const program = startProcess(command, args, {
    cwd: folder,
    // Only root has the last one on its PATH everywhere.
    env: { PATH: `${process.env['PATH']}:/usr/sbin` },
  });
  const url = new URL(`${scheme}://127.0.0.1:${port}/events`);
  await program.waitUntil('listening', async () => canConnect(port));
  return {
    direct,
    url,
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await server?.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

async function listen(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}/events`),
    async stop() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

/**
 * nginx with such lines in its `location`, and else nothing but what it must have.
 *
 * @param certificate - for HTTP/2.
 */
export function startNginx(
  target: RequestListener | URL,
  lines: string,
  certificate?: Certificate,
): Promise<Proxied> {
  const scheme = certificate === undefined ? 'http' : 'https';
  return startProxy(target, scheme, ({ port, server, folder }) => {
    if (certificate) {
      writeFileSync(join(folder, 'key'), certificate.key);
      writeFileSync(join(folder, 'cert'), certificate.cert);
    }
    const tls = certificate
      ? ` ssl http2; ssl_certificate ${folder}/cert; ssl_certificate_key ${folder}/key`
      : '';
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      .map((name) => `${name}_temp_path ${folder}/${name};`)
      .join('\n');
    return {
      // One process: workers would outlive a master that is killed.
      command: findNginx(),
      args: ['-p', folder, '-e', 'stderr', '-c', join(folder, 'config')],
      config: `daemon off; master_process off; pid ${folder}/pid; events {}
http {
  ${temporary}
  access_log off;
  server {
    listen 127.0.0.1:${port}${tls};
    location / { proxy_pass http://${server}; ${lines} }
  }
}
`,
    };
  });
}

/** HAProxy with such a time-out of the server, and the packaged one of clients. */
export function startHaproxy(
  target: RequestListener,
  serverTimeout: string,
): Promise<Proxied> {
  return startProxy(target, 'http', ({ port, server, folder }) => ({
    command: 'haproxy',
    args: ['-db', '-f', join(folder, 'config')],
    config: `defaults
  mode http
  timeout connect 5s
  timeout client 50s
  timeout server ${serverTimeout}
listen streams
  bind 127.0.0.1:${port}
  server one ${server}
`,
  }));
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
