import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildProgram } from '../../../stack/programs.ts';
import { findFreePort } from '../../support/ports.ts';
import { pathOf } from './files.ts';
import { isAnswered, startProcess } from './process.ts';
import { query, type Sample } from './prometheus-api.ts';

/** A Prometheus server that also takes OTLP. */
export interface PrometheusServer extends AsyncDisposable {
  readonly url: string;
  /** What an instant query is answered. */
  query(expression: string): Promise<Sample[]>;
  /** The value of a query that is answered with one series, or none. */
  queryValue(expression: string): Promise<number | undefined>;
}

/** What it scrapes and computes. */
export interface PrometheusServerOptions {
  /** Ports of endpoints on this machine, by job. */
  readonly scrape?: Readonly<Record<string, number>>;
  /** Rule files, relative to the repository. */
  readonly rules?: readonly string[];
  /** Further flags. */
  readonly flags?: readonly string[];
}

/**
 * Starts the real Prometheus on a free port; `await using` ends it. Scrapes and
 * evaluates every 250 ms: a rate needs two samples.
 */
export async function startPrometheusServer({
  scrape = {},
  rules = [],
  flags = [],
}: PrometheusServerOptions = {}): Promise<PrometheusServer> {
  const folder = mkdtempSync(join(tmpdir(), 'sse-prometheus-'));
  const config = join(folder, 'prometheus.json');
  writeFileSync(
    config,
    // JSON is YAML.
    JSON.stringify({
      global: { scrape_interval: '250ms', evaluation_interval: '250ms' },
      otlp: { translation_strategy: 'UnderscoreEscapingWithSuffixes' },
      storage: { tsdb: { out_of_order_time_window: '30m' } },
      rule_files: rules.map(pathOf),
      scrape_configs: Object.entries(scrape).map(([job, port]) => ({
        job_name: job,
        scrape_timeout: '250ms',
        static_configs: [{ targets: [`127.0.0.1:${port}`] }],
      })),
    }),
  );
  const url = `http://127.0.0.1:${await findFreePort()}`;
  const running = startProcess(await buildProgram('prometheus'), [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=${new URL(url).host}`,
    '--web.enable-otlp-receiver',
    // Else nothing is scraped in the first five seconds.
    '--scrape.discovery-reload-interval=50ms',
    ...flags,
  ]);
  await running.waitUntil('ready', () => isAnswered(`${url}/-/ready`));
  return {
    url,
    query: (expression) => query(url, expression),
    async queryValue(expression) {
      const [sample, ...others] = await query(url, expression);
      if (others.length > 0) throw new Error(`${expression}: several series`);
      return sample?.value;
    },
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
