/** How each part of the stack is started natively. */
import { join } from 'node:path';

import { REGISTER, ROOT } from '../scripts/packed/project.ts';
import type { Address, Places } from './addresses.ts';
import type { PartOptions } from './part.ts';
import { buildProgram } from './programs.ts';
import { findNginx, findRedis } from './system-programs.ts';

const QUICK_START = join(ROOT, 'examples', 'quick-start');
/** Where examples/production is installed, in the folder of the surroundings. */
export const PRODUCTION = 'production';

/** The names of the application's servers. */
export const APPS = ['app-1', 'app-2', 'app-3'] as const;

/** What is the same for every part. */
export interface Surroundings {
  readonly places: Places;
  /** Has the copied configuration files; takes what the parts write. */
  readonly folder: string;
}

/** The application: what runs on `app-1` and so on. */
export interface AppOptions {
  /** `service.name`. @defaultValue `'production'` */
  readonly service?: string;
  /**
   * A server that listens on HOST and PORT, answers `/health` and ends at SIGTERM.
   *
   * @defaultValue the server of examples/production, installed, with a Redis
   */
  readonly program?: string;
  /** Where the flag's package is found. @defaultValue of another program: here */
  readonly cwd?: string;
  /** Added to its variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds between two exports. @defaultValue 15000 */
  readonly exportIntervalMs?: number;
}

/** @returns the place of an address. */
export function placeOf(places: Places, address: Address): string {
  return places.get(address) as string;
}

/** The Collector, built if need be. */
export async function describeCollector({
  places,
  folder,
}: Surroundings): Promise<PartOptions> {
  const metrics = placeOf(places, 'otel-collector:8888').split(':');
  const [host = '', port = ''] = metrics;
  return {
    name: 'otel-collector',
    command: await buildProgram('collector'),
    args: ['--config', join(folder, 'otel-collector', 'config.yaml')],
    // Where it takes no address, but host and port.
    env: { COLLECTOR_METRICS_HOST: host, COLLECTOR_METRICS_PORT: port },
    health: `http://${placeOf(places, 'otel-collector:13133')}/`,
  };
}

/** Prometheus, built if need be. @param flags - added to its own. */
export async function describePrometheus(
  { places, folder }: Surroundings,
  flags: readonly string[] = [],
): Promise<PartOptions> {
  const place = placeOf(places, 'prometheus:9090');
  return {
    name: 'prometheus',
    command: await buildProgram('prometheus'),
    args: [
      `--config.file=${join(folder, 'prometheus', 'prometheus.yaml')}`,
      `--storage.tsdb.path=${join(folder, 'prometheus-data')}`,
      `--web.listen-address=${place}`,
      // Where links in notifications lead.
      `--web.external-url=http://${place}`,
      ...PROMETHEUS_FLAGS,
      ...flags,
    ],
    health: `http://${place}/-/ready`,
  };
}

/** What docker-compose.yml gives Prometheus too. */
const PROMETHEUS_FLAGS: readonly string[] = [
  '--web.enable-otlp-receiver',
  '--enable-feature=created-timestamp-zero-ingestion',
];

/** Alertmanager, built if need be. */
export async function describeAlertmanager({
  places,
  folder,
}: Surroundings): Promise<PartOptions> {
  const place = placeOf(places, 'alertmanager:9093');
  return {
    name: 'alertmanager',
    command: await buildProgram('alertmanager'),
    args: [
      `--config.file=${join(folder, 'alertmanager', 'alertmanager.yaml')}`,
      `--storage.path=${join(folder, 'alertmanager-data')}`,
      `--web.listen-address=${place}`,
      `--web.external-url=http://${place}`,
      // One is no cluster: no port for others.
      '--cluster.listen-address=',
    ],
    health: `http://${place}/-/ready`,
  };
}

/** Takes the notifications. */
export function describeCatcher({ places }: Surroundings): PartOptions {
  const [host = '', port = ''] = placeOf(places, 'catcher:8025').split(':');
  const mail = placeOf(places, 'catcher:1025').split(':')[1] ?? '';
  return {
    name: 'catcher',
    command: process.execPath,
    args: [join(ROOT, 'stack', 'catcher', 'server.mjs')],
    env: { HOST: host, PORT: port, SMTP_PORT: mail },
    health: `http://${host}:${port}/health`,
  };
}

/** nginx of the system, before the application's servers. */
export function describeNginx({ places, folder }: Surroundings): PartOptions {
  return {
    name: 'nginx',
    command: findNginx(),
    args: [
      ...['-p', folder, '-e', 'stderr'],
      ...['-c', join(folder, 'deploy', 'nginx', 'nginx.conf')],
      ...['-g', 'daemon off;'],
    ],
    health: `http://${placeOf(places, 'nginx:8080')}/health`,
  };
}

/** Where the application's events are: Redis of the system. */
export function describeRedis({ places, folder }: Surroundings): PartOptions {
  const [host = '', port = ''] = placeOf(places, 'redis:6379').split(':');
  return {
    name: 'redis',
    command: findRedis(),
    args: [
      ...['--bind', host, '--port', port, '--dir', folder],
      ...REDIS_FLAGS,
    ],
  };
}

/** What docker-compose.yml gives Redis too. */
const REDIS_FLAGS = ['--save', '', '--maxmemory', '64mb'];

/** One server of the application, with the hook by flag only. */
export function describeApp(
  name: (typeof APPS)[number],
  { places, folder }: Surroundings,
  {
    service = 'production',
    program,
    cwd = program === undefined ? join(folder, PRODUCTION) : QUICK_START,
    env = {},
    exportIntervalMs = 15_000,
  }: AppOptions,
): PartOptions {
  const [host = '', port = ''] = placeOf(places, `${name}:8080`).split(':');
  const metrics = placeOf(places, `${name}:9464`);
  return {
    name,
    command: process.execPath,
    args: ['--import', REGISTER, program ?? join(cwd, 'server.js')],
    cwd,
    env: {
      HOST: host,
      PORT: port,
      AUTH: 'none',
      REDIS_URL: `redis://${placeOf(places, 'redis:6379')}`,
      DEMO_EVENTS_PER_SECOND: '3',
      DEMO_EVENT_BYTES: '20000',
      DRAIN_SECONDS: '5',
      REFUSAL: 'status',
      TRUST_PROXY: '2',
      // The second one is to look at: nothing scrapes it.
      OTEL_METRICS_EXPORTER: 'otlp,prometheus',
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://${placeOf(places, 'otel-collector:4318')}`,
      OTEL_EXPORTER_PROMETHEUS_HOST: host,
      OTEL_EXPORTER_PROMETHEUS_PORT: metrics.split(':')[1] ?? '',
      OTEL_METRIC_EXPORT_INTERVAL: String(exportIntervalMs),
      OTEL_METRIC_EXPORT_TIMEOUT: String(exportIntervalMs),
      OTEL_SERVICE_NAME: service,
      OTEL_RESOURCE_ATTRIBUTES: `service.namespace=sse,service.instance.id=${name}`,
      // nginx, and the load, whose clients say in X-Forwarded-For who they are.
      OTEL_SSE_TRUST_PROXY: '2',
      OTEL_SSE_FINAL_EVENTS: '/events=bye',
      BROWSER_OTLP_URL: `http://${placeOf(places, 'otel-collector:4318')}`,
      ...env,
    },
    health: `http://${host}:${port}/health`,
  };
}

/** The clients of quick-start, against nginx. */
export function describeLoad({ places }: Surroundings): PartOptions {
  return {
    name: 'load',
    command: process.execPath,
    args: [join(QUICK_START, 'load', 'main.mjs')],
    env: { TARGET: `http://${placeOf(places, 'nginx:8080')}` },
  };
}
