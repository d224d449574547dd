import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../support/poll.ts';
import { findFreePort } from '../../support/ports.ts';

/** A real nginx before a server; `await using` ends it. */
export interface Nginx extends AsyncDisposable {
  /** As nginx is set up of itself: what it proxies is buffered. */
  readonly buffered: string;
  /** With `proxy_buffering off`. */
  readonly unbuffered: string;
}

/** Starts it before a server on a port of 127.0.0.1. */
export async function startNginx(upstream: number): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), 'nginx-'));
  const port = await findFreePort();
  const path = join(folder, 'nginx.conf');
  await writeFile(path, configure(folder, port, upstream));
  const child = spawn('/usr/sbin/nginx', ['-c', path, '-e', 'stderr'], {
    stdio: 'ignore',
  });
  const closed = once(child, 'close');
  const url = `http://127.0.0.1:${port}`;
  await until('nginx listens', () =>
    fetch(`${url}/`, { method: 'HEAD' }).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return {
    buffered: `${url}/buffered`,
    unbuffered: `${url}/unbuffered`,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await closed;
      await rm(folder, { recursive: true });
    },
  };
}

function configure(folder: string, port: number, upstream: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  return `
daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  ${temporary.join('\n  ')}
  server {
    listen 127.0.0.1:${port};
    location / { return 200; }
    location /buffered { proxy_pass http://127.0.0.1:${upstream}; }
    location /unbuffered {
      proxy_pass http://127.0.0.1:${upstream};
      proxy_buffering off;
    }
  }
}
`;
}
