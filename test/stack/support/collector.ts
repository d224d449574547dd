import { buildProgram } from '../../../stack/programs.ts';
import { findFreePort } from '../../support/ports.ts';
import { isAnswered, startProcess } from './process.ts';

/** A Collector with a shipped configuration. */
export interface Collector extends AsyncDisposable {
  /** Where applications send to: `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly url: string;
}

/** What is changed in the configuration, for the tests only. */
export interface CollectorOptions {
  /** Where the metrics go. */
  readonly prometheusUrl: string;
  /** Further configurations, merged in this order. */
  readonly overrides?: readonly string[];
  /** Further variables. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the real Collector on free ports; `await using` ends it. */
export async function startCollector(
  configs: readonly string[],
  { prometheusUrl, overrides = [], env = {} }: CollectorOptions,
): Promise<Collector> {
  const [port, healthPort] = [await findFreePort(), await findFreePort()];
  const merged = [
    ...configs,
    `yaml:receivers::otlp::protocols::http::endpoint: 127.0.0.1:${port}`,
    `yaml:extensions::health_check::endpoint: 127.0.0.1:${healthPort}`,
    'yaml:service::extensions: [health_check]',
    // Its own metrics would take a fixed port.
    'yaml:service::telemetry::metrics::level: none',
    ...overrides,
  ];
  const args = merged.flatMap((config) => ['--config', config]);
  const running = startProcess(await buildProgram('collector'), args, {
    env: { PROMETHEUS_URL: prometheusUrl, ...env },
  });
  const health = `http://127.0.0.1:${healthPort}/`;
  await running.waitUntil('healthy', () => isAnswered(health));
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}
