import { PACKAGE_NAME } from '../../../src/version.ts';
import { pathOf } from './files.ts';
import { startProcess } from './process.ts';

/** An application with short requests and streams. */
export interface HttpApp extends AsyncDisposable {
  readonly url: string;
}

/** Where its metrics go, and how. */
export interface HttpAppOptions {
  readonly service: string;
  /** Whether its MeterProvider has `sseViews()`. */
  readonly hasViews: boolean;
  /** The port to be scraped on, or the URL to send to. */
  readonly exportTo: number | string;
  /** Further variables. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the application with the package on; `await using` ends it. */
export async function startHttpApp({
  service,
  hasViews,
  exportTo,
  env = {},
}: HttpAppOptions): Promise<HttpApp> {
  const args = ['--import', `${PACKAGE_NAME}/register`];
  const program = pathOf('test/stack/programs/http-app.cjs');
  const running = startProcess(process.execPath, [...args, program], {
    cwd: pathOf('.'),
    env: {
      OTEL_SERVICE_NAME: service,
      OTEL_TRACES_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      WITH_VIEWS: String(hasViews),
      ...(typeof exportTo === 'number'
        ? {
            OTEL_METRICS_EXPORTER: 'prometheus',
            OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
            OTEL_EXPORTER_PROMETHEUS_PORT: String(exportTo),
          }
        : {
            OTEL_METRICS_EXPORTER: 'otlp',
            OTEL_EXPORTER_OTLP_ENDPOINT: exportTo,
            OTEL_METRIC_EXPORT_INTERVAL: '250',
            OTEL_METRIC_EXPORT_TIMEOUT: '250',
          }),
      ...env,
    },
  });
  const findPort = () => /listening on (\d+)/.exec(running.output())?.[1];
  await running.waitUntil('listening', async () => findPort() !== undefined);
  return {
    url: `http://127.0.0.1:${findPort()}`,
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}

/** What {@link sendTraffic} sends. */
export const TRAFFIC = { shortRequests: 20, streams: 3 } as const;

/**
 * 20 short requests, and 3 streams of 3 s beside them.
 *
 * @returns what the 99th percentile of the short ones is below, in seconds: 0.1,
 * unless the machine was so busy that one of them took longer.
 */
export async function sendTraffic({ url }: HttpApp): Promise<number> {
  let slowest = 0;
  const streams = Array.from({ length: TRAFFIC.streams }, () =>
    get(`${url}/users/1/events?milliseconds=3000`),
  );
  for (let sent = 0; sent < TRAFFIC.shortRequests; sent++) {
    const start = performance.now();
    await get(`${url}/users/${sent}`);
    slowest = Math.max(slowest, (performance.now() - start) / 1000);
  }
  await Promise.all(streams);
  // A quantile may be as high as its bucket: the next boundary is 2.5 times more.
  return Math.max(0.1, slowest * 2.5);
}

/** Requests a page to its end. */
export async function get(url: string): Promise<number> {
  const response = await fetch(url);
  await response.arrayBuffer();
  return response.status;
}
