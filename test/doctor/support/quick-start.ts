import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { findQuietPorts } from '../../../stack/ports.ts';
import { pathOf } from '../../stack/support/files.ts';
import { until } from '../../support/poll.ts';
import type { Started } from './servers.ts';

/** The quick start's server, measured as its page says. */
export interface QuickStart extends Started {
  readonly metrics: URL;
}

/** Starts `examples/quick-start/server.mjs` by itself. */
export async function startQuickStart(): Promise<QuickStart> {
  const [port, metricsPort] = await findQuietPorts(2);
  const child = spawn(
    process.execPath,
    [
      '--import',
      pathOf('dist/register.js'),
      pathOf('examples/quick-start/server.mjs'),
    ],
    {
      env: {
        PATH: process.env['PATH'],
        PORT: String(port),
        OTEL_EXPORTER_PROMETHEUS_PORT: String(metricsPort),
      },
      stdio: 'ignore',
    },
  );
  const ended = once(child, 'close');
  const url = new URL(`http://127.0.0.1:${port}/events`);
  await until('the quick start', () =>
    fetch(new URL('/health', url)).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return {
    url,
    metrics: new URL(`http://127.0.0.1:${metricsPort}/metrics`),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
