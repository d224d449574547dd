import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildProgram } from '../../../stack/programs.ts';
import { pathOf } from './files.ts';
import { findFreePort } from './ports.ts';
import { isAnswered, startProcess } from './process.ts';

/** A series of an answer. */
interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

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
}

/**
 * Starts the real Prometheus on a free port; `await using` ends it. Scrapes and
 * evaluates every 250 ms: a rate needs two samples.
 */
export async function startPrometheusServer({
  scrape = {},
  rules = [],
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
  ]);
  await running.waitUntil('ready', () => isAnswered(`${url}/-/ready`));
  const query = (expression: string) => ask(url, expression);
  return {
    url,
    query,
    async queryValue(expression) {
      const [sample, ...others] = await query(expression);
      if (others.length > 0) throw new Error(`${expression}: several series`);
      return sample?.value;
    },
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function ask(url: string, query: string): Promise<Sample[]> {
  const response = await fetch(`${url}/api/v1/query`, {
    method: 'POST',
    body: new URLSearchParams({ query }),
  });
  const answer = (await response.json()) as {
    error?: string;
    data?: {
      result: { metric: Record<string, string>; value: [number, string] }[];
    };
  };
  if (answer.data === undefined) throw new Error(`${query}: ${answer.error}`);
  return answer.data.result.map(({ metric, value }) => ({
    labels: metric,
    value: Number(value[1]),
  }));
}
