import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { pathOf } from './support/files.ts';
import {
  type Component,
  findManifest,
  type Labels,
  type Manifest,
  readManifests,
  type Workload,
} from './support/manifests.ts';
import { readRules } from './support/metric-names.ts';
import { findMetricNames } from './support/prometheus-api.ts';
import { startPrometheusServer } from './support/prometheus-server.ts';

interface Autoscaler extends Manifest {
  readonly spec: {
    readonly scaleTargetRef: { readonly kind: string; readonly name: string };
    readonly minReplicas: number;
    readonly metrics: readonly {
      readonly external: {
        readonly metric: { readonly name: string };
        readonly target: { readonly averageValue: string };
      };
    }[];
  };
}

interface ScaledObject extends Manifest {
  readonly spec: {
    readonly scaleTargetRef: { readonly name: string };
    readonly minReplicaCount: number;
    readonly triggers: readonly {
      readonly metadata: { readonly query: string; readonly threshold: string };
    }[];
  };
}

interface AdapterValues {
  readonly rules: {
    readonly external: readonly {
      readonly seriesQuery: string;
      readonly metricsQuery: string;
      readonly name: { readonly as: string };
    }[];
  };
}

interface PodMonitor extends Manifest {
  readonly spec: {
    readonly selector: { readonly matchLabels: Labels };
    readonly podMetricsEndpoints: readonly {
      readonly port: string;
      readonly relabelings: readonly {
        readonly targetLabel: string;
        readonly replacement?: string;
      }[];
    }[];
  };
}

async function readApp(...components: Component[]) {
  const manifests = await readManifests(...components);
  const app = findManifest<Workload>(manifests, 'Deployment', 'app');
  const [container] = app.spec.template.spec.containers;
  const env = Object.fromEntries(
    container.env.map(({ name, value = '' }) => [name, value]),
  );
  return { manifests, app, container, env };
}

/** `job` of what the application sends. */
function jobOf(env: Readonly<Record<string, string>>): string {
  const [, namespace] =
    /service\.namespace=([^,]+)/.exec(env['OTEL_RESOURCE_ATTRIBUTES'] ?? '') ??
    [];
  return `${namespace}/${env['OTEL_SERVICE_NAME']}`;
}

/** That a query asks for the job, by a series that a recording rule makes. */
async function expectRecorded(query: string, job: string): Promise<void> {
  await using prometheus = await startPrometheusServer();
  const recorded = readRules().filter(({ isAlert }) => !isAlert);
  const names = await findMetricNames(prometheus.url, query);
  expect(names).toHaveLength(1);
  expect(recorded.map(({ name }) => name)).toEqual(
    expect.arrayContaining(names),
  );
  expect(query).toContain(`{job="${job}"}`);
}

/** That those left can bear the streams of one that is gone. */
function expectRoom(
  perReplica: number,
  replicas: number,
  limit: string | undefined,
): void {
  expect(perReplica).toBeGreaterThan(0);
  expect((perReplica * replicas) / (replicas - 1)).toBeLessThanOrEqual(
    Number(limit),
  );
}

test('the autoscaler asks for a metric that the adapter makes of a recording rule', async () => {
  const { manifests, app, env } = await readApp('hpa');
  const { spec } = findManifest<Autoscaler>(
    manifests,
    'HorizontalPodAutoscaler',
    'app',
  );
  const values = parse(
    readFileSync(
      pathOf('deploy/kubernetes/hpa/prometheus-adapter-values.yaml'),
      'utf8',
    ),
  ) as AdapterValues;
  const [metric, ...others] = spec.metrics;
  expect(others).toEqual([]);
  const name = metric?.external.metric.name;
  const rule = values.rules.external.find((one) => one.name.as === name);
  const series = rule?.seriesQuery ?? '';
  await expectRecorded(series, jobOf(env));
  const asked = rule?.metricsQuery.replace(
    '<<.Series>>',
    series.split('{')[0] ?? '',
  );
  await expectRecorded(asked ?? '', jobOf(env));
  expect(spec.scaleTargetRef).toMatchObject({
    kind: 'Deployment',
    name: 'app',
  });
  expectRoom(
    Number(metric?.external.target.averageValue),
    spec.minReplicas,
    env['MAX_CONNECTIONS'],
  );
  expect(app.spec.replicas).toBeUndefined();
});

test('KEDA asks Prometheus for a recording rule', async () => {
  const { manifests, app, env } = await readApp('keda');
  const { spec } = findManifest<ScaledObject>(manifests, 'ScaledObject', 'app');
  const [trigger, ...others] = spec.triggers;
  expect(others).toEqual([]);
  await expectRecorded(trigger?.metadata.query ?? '', jobOf(env));
  expect(spec.scaleTargetRef.name).toBe('app');
  expectRoom(
    Number(trigger?.metadata.threshold),
    spec.minReplicaCount,
    env['MAX_CONNECTIONS'],
  );
  expect(app.spec.replicas).toBeUndefined();
});

test('scraped pods have the port, the job and no exporter beside it', async () => {
  const { manifests, app, container, env } = await readApp('scrape');
  const { spec } = findManifest<PodMonitor>(manifests, 'PodMonitor', 'app');
  const { labels } = app.spec.template.metadata;
  expect(labels).toMatchObject(spec.selector.matchLabels);
  const [endpoint, ...others] = spec.podMetricsEndpoints;
  expect(others).toEqual([]);
  const port = container.ports.find(({ name }) => name === endpoint?.port);
  expect(env).toMatchObject({
    OTEL_METRICS_EXPORTER: 'prometheus',
    OTEL_EXPORTER_PROMETHEUS_HOST: '0.0.0.0',
    OTEL_EXPORTER_PROMETHEUS_PORT: String(port?.containerPort),
  });
  const job = endpoint?.relabelings.find((one) => one.targetLabel === 'job');
  expect(job?.replacement).toBe(jobOf(env));
});

test.each([
  'mimir',
  'remote-write',
  'thanos-receive',
  'victoria-metrics',
] as const)(
  'with storage/%s the gateway reads that file and knows where to write',
  async (name) => {
    const manifests = await readManifests(`storage/${name}`);
    const gateway = findManifest<Workload>(
      manifests,
      'Deployment',
      'otel-gateway',
    );
    const [{ args, env }] = gateway.spec.template.spec.containers;
    expect(args).toEqual([
      '--config=/etc/otelcol/gateway.yaml',
      `--config=/etc/otelcol/${name}.yaml`,
    ]);
    const file = readFileSync(pathOf(`otel-collector/${name}.yaml`), 'utf8');
    const read = [...file.matchAll(/\$\{env:(\w+)/g)].map(([, one]) => one);
    const given = env.map((one) => one.name);
    expect(given).toEqual(expect.arrayContaining(read));
    const url = env.filter((one) => one.name === 'EXPORT_URL');
    expect(url.map(({ value }) => new URL(value ?? '').pathname)).toEqual([
      new URL(/EXPORT_URL:-([^}]+)/.exec(file)?.[1] ?? '').pathname,
    ]);
  },
);
