import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { REGISTER } from '../../../scripts/packed/project.ts';
import { findQuietPorts } from '../../../stack/ports.ts';
import { type Stack, startStack } from '../../../stack/stack.ts';
import { pathOf } from './files.ts';
import { createVisitors, type Visitors } from './visitors.ts';

/** `service.namespace` and `service.name`, as Prometheus joins them. */
export const JOB = 'sse/scenario';
/** The job of the server that is scraped, and of no other. */
export const SCRAPED_JOB = 'scraped';

const PROGRAM = pathOf('test/stack/programs/scenario.mjs');
const OPTIONS = {
  OTEL_SSE_STALL_AFTER_SECONDS: '2',
  OTEL_SSE_FINAL_EVENTS: '/jobs/:id=done;/events=bye',
  OTEL_SSE_TRUST_PROXY: '2',
  OTEL_SSE_GUARD_MAX_CONNECTIONS: '1000',
  OTEL_SSE_GUARD_MAX_CONNECTIONS_PER_ROUTE: '/full=0',
  OTEL_SSE_GUARD_RETRY_SECONDS: '1',
};

/** The stack with the application of `programs/scenario.mjs`. */
export interface Scenario extends AsyncDisposable {
  readonly stack: Stack;
  readonly prometheusUrl: string;
  /** Clients of the three servers, through nginx. */
  readonly visitors: Visitors;
  /** Clients of a fourth server, whose metrics are scraped. */
  readonly scrapedVisitors: Visitors;
}

/**
 * Starts all of it; exports, scrapes and rules once a second.
 *
 * @param origin - whose pages may send.
 */
export async function startScenario(
  hasLoad: boolean,
  origin = 'http://127.0.0.1',
): Promise<Scenario> {
  const [port = 0, metricsPort = 0] = await findQuietPorts(2);
  const deaths: Error[] = [];
  const stack = await startStack({
    app: {
      service: 'scenario',
      program: PROGRAM,
      env: OPTIONS,
      exportIntervalMs: 1000,
    },
    hasLoad,
    configure(folder) {
      hurry(join(folder, 'prometheus'), metricsPort);
      admit(join(folder, 'otel-collector', 'config.yaml'), origin);
    },
    onDeath: (error) => deaths.push(error),
  });
  const url = `http://127.0.0.1:${port}`;
  await stack.add({
    name: SCRAPED_JOB,
    command: process.execPath,
    args: ['--import', REGISTER, PROGRAM],
    cwd: pathOf('.'),
    env: {
      ...OPTIONS,
      PORT: String(port),
      OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
      OTEL_EXPORTER_PROMETHEUS_PORT: String(metricsPort),
    },
    health: `${url}/health`,
  });
  return {
    stack,
    prometheusUrl: stack.urlOf('prometheus:9090'),
    visitors: createVisitors(stack.urlOf('nginx:8080')),
    scrapedVisitors: createVisitors(url),
    async [Symbol.asyncDispose]() {
      await stack[Symbol.asyncDispose]();
      if (deaths[0] !== undefined) throw deaths[0];
    },
  };
}

/** What BROWSER_ORIGIN does. */
function admit(path: string, origin: string): void {
  const text = readFileSync(path, 'utf8');
  const admitted = text.replace(/\$\{env:BROWSER_ORIGIN:-[^}]*\}/, origin);
  writeFileSync(path, admitted);
}

interface PrometheusConfig {
  global: Record<string, string>;
  scrape_configs: Record<string, unknown>[];
}

/** Makes Prometheus scrape and evaluate once a second, and scrape one more job. */
function hurry(folder: string, port: number): void {
  const path = join(folder, 'prometheus.yaml');
  const config = parse(readFileSync(path, 'utf8')) as PrometheusConfig;
  for (const key of [
    'scrape_interval',
    'scrape_timeout',
    'evaluation_interval',
  ]) {
    config.global[key] = '1s';
  }
  config.scrape_configs.push({
    job_name: SCRAPED_JOB,
    static_configs: [{ targets: [`127.0.0.1:${port}`] }],
  });
  for (const scrape of config.scrape_configs) {
    delete scrape['scrape_interval'];
    delete scrape['scrape_timeout'];
  }
  writeFileSync(path, stringify(config));
  for (const file of readdirSync(join(folder, 'rules'))) {
    hurryRules(join(folder, 'rules', file));
  }
}

function hurryRules(path: string): void {
  const rules = parse(readFileSync(path, 'utf8')) as {
    groups: Record<string, unknown>[];
  };
  for (const group of rules.groups) delete group['interval'];
  writeFileSync(path, stringify(rules));
}
