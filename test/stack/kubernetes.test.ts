import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readConfig } from '../../examples/production/src/config.js';
import { pathOf } from './support/files.ts';
import {
  COMPONENTS,
  type Container,
  findManifest,
  type Labels,
  listWorkloads,
  type Manifest,
  readManifests,
  renderManifests,
  type Workload,
} from './support/manifests.ts';

const MANIFESTS = await readManifests();
const WORKLOADS = listWorkloads(MANIFESTS);
const APP = findManifest<Workload>(MANIFESTS, 'Deployment', 'app');

function containerOf({ spec }: Workload): Container {
  return spec.template.spec.containers[0];
}

function readEnv({ env }: Container): Record<string, string | undefined> {
  return Object.fromEntries(env.map(({ name, value }) => [name, value]));
}

function matches(labels: Labels, selector: Labels): boolean {
  return Object.entries(selector).every(
    ([key, value]) => labels[key] === value,
  );
}

interface Selecting extends Manifest {
  readonly spec: {
    readonly maxUnavailable: number;
    readonly selector: {
      readonly matchLabels: Labels;
      readonly matchExpressions?: readonly [
        { readonly key: string; readonly values: readonly string[] },
      ];
    };
  };
}

interface Service extends Manifest {
  readonly spec: {
    readonly selector: Labels;
    readonly ports: readonly {
      readonly name: string;
      readonly port: number;
      readonly targetPort: string;
    }[];
  };
}

const SERVICES = MANIFESTS.filter(
  ({ kind }) => kind === 'Service',
) as Service[];

test('there are an application of three replicas and two Collectors of two tiers', () => {
  const replicas = WORKLOADS.map(({ kind, metadata, spec }) => [
    `${kind} ${metadata.name}`,
    spec.replicas,
  ]);
  expect(Object.fromEntries(replicas)).toEqual({
    'Deployment app': 3,
    'Deployment otel-gateway': 2,
    'StatefulSet otel-agent': 2,
  });
});

test.each(WORKLOADS)(
  '$metadata.name: its pods may do as little as they can',
  (workload) => {
    const { template } = workload.spec;
    expect(template.spec.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: expect.any(Number),
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(template.spec.automountServiceAccountToken).toBe(false);
    expect(template.spec.containers).toHaveLength(1);
    const container = containerOf(workload);
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    const amount = expect.stringMatching(/^\d/);
    for (const part of ['requests', 'limits'] as const) {
      expect(container.resources[part]).toEqual({
        cpu: amount,
        memory: amount,
      });
    }
    expect(container.image).toMatch(/:\d+\.\d+\.\d+$/);
  },
);

test.each(WORKLOADS)(
  '$metadata.name: its selector, its Service and its budget find its pods',
  ({ metadata: { name }, spec: { selector, template } }) => {
    const { labels } = template.metadata;
    expect(matches(labels, selector.matchLabels)).toBe(true);
    const service = SERVICES.find(({ metadata }) => metadata.name === name);
    expect(matches(labels, service?.spec.selector ?? { no: 'service' })).toBe(
      true,
    );
    const budget = findManifest<Selecting>(
      MANIFESTS,
      'PodDisruptionBudget',
      name,
    );
    expect(matches(labels, budget.spec.selector.matchLabels)).toBe(true);
    expect(budget.spec.maxUnavailable).toBe(1);
    // And nobody else's.
    const others = WORKLOADS.filter(({ metadata }) => metadata.name !== name);
    for (const { spec } of others) {
      expect(matches(spec.template.metadata.labels, selector.matchLabels)).toBe(
        false,
      );
    }
  },
);

test.each(WORKLOADS)(
  '$metadata.name: Services and probes name ports that it has',
  (workload) => {
    const container = containerOf(workload);
    const ports = container.ports.map(({ name }) => name);
    const service = SERVICES.find(
      ({ metadata }) => metadata.name === workload.metadata.name,
    );
    for (const { targetPort } of service?.spec.ports ?? []) {
      expect(ports).toContain(targetPort);
    }
    const { startupProbe, readinessProbe, livenessProbe } = container;
    for (const probe of [startupProbe, readinessProbe, livenessProbe]) {
      if (probe !== undefined) expect(ports).toContain(probe.httpGet.port);
    }
  },
);

test('the application listens where Kubernetes asks, and is asked whether it is ready', () => {
  const container = containerOf(APP);
  const port = container.ports.find(({ name }) => name === 'http');
  const { HOST, PORT } = readEnv(container);
  expect([HOST, PORT]).toEqual(['0.0.0.0', String(port?.containerPort)]);
  expect(container.readinessProbe.httpGet.path).toBe('/ready');
  expect(container.livenessProbe.httpGet.path).toBe('/health');
});

test('the application knows every variable, and takes its value', () => {
  const given = Object.entries(readEnv(containerOf(APP))).filter(
    ([name]) => !/^(OTEL_|NODE_OPTIONS$|POD_NAME$)/.test(name),
  );
  const secrets = { AUTH_SECRET: 's'.repeat(32), REDIS_URL: 'redis://redis' };
  const config = readConfig({ ...Object.fromEntries(given), ...secrets });
  expect(Object.keys(config)).toEqual(
    expect.arrayContaining(given.map(([name]) => name)),
  );
});

test('a pod has time to drain, and to send its last figures', () => {
  const { seconds } = containerOf(APP).lifecycle.preStop.sleep;
  const drain = Number(readEnv(containerOf(APP))['DRAIN_SECONDS']);
  const { terminationGracePeriodSeconds } = APP.spec.template.spec;
  expect(drain).toBeGreaterThan(0);
  expect(seconds).toBeGreaterThan(0);
  expect(terminationGracePeriodSeconds).toBeGreaterThanOrEqual(
    seconds + drain + 5,
  );
});

test('where metrics are sent, a Service of that name and port is', () => {
  const urls = WORKLOADS.flatMap((workload) => {
    const env = readEnv(containerOf(workload));
    return [env['OTEL_EXPORTER_OTLP_ENDPOINT'], env['EXPORT_URL']];
  });
  const inside = urls.filter((url) => url?.startsWith('http://otel-'));
  expect(inside).toHaveLength(2);
  for (const url of inside) {
    const { hostname, port } = new URL(url ?? '');
    const service = findManifest<Service>(MANIFESTS, 'Service', hostname);
    const ports = service.spec.ports.map((one) => String(one.port));
    expect(ports).toContain(port);
  }
});

test('a variable that is put into another is defined before it', () => {
  for (const workload of WORKLOADS) {
    const { env } = containerOf(workload);
    env.forEach(({ value = '' }, index) => {
      const before = env.slice(0, index).map(({ name }) => name);
      for (const [, name] of value.matchAll(/\$\((\w+)\)/g)) {
        expect(before).toContain(name);
      }
    });
  }
});

test('each Collector has the files that it reads, and ports where they listen', () => {
  const files = findFiles(MANIFESTS);
  for (const workload of WORKLOADS.filter(
    ({ metadata }) => metadata.name !== 'app',
  )) {
    const { args = [], ports } = containerOf(workload);
    const [volume] = workload.spec.template.spec.volumes ?? [];
    expect(volume?.configMap.name).toBe(files.metadata.name);
    const names = args.map((arg) => arg.replace('--config=/etc/otelcol/', ''));
    expect(Object.keys(files.data ?? {})).toEqual(
      expect.arrayContaining(names),
    );
    const text = files.data?.[names[0] ?? ''] ?? '';
    for (const { containerPort } of ports) {
      expect(text).toMatch(new RegExp(`[:}-]${containerPort}\\b`));
    }
  }
});

function findFiles(manifests: readonly Manifest[]): Manifest {
  const found = manifests.find(({ metadata }) =>
    metadata.name.startsWith('otel-collector-'),
  );
  if (found === undefined) throw new Error('no ConfigMap');
  return found;
}

test('each agent is an instance of its own, with a name that stays', () => {
  const agent = findManifest<Workload>(MANIFESTS, 'StatefulSet', 'otel-agent');
  const id = containerOf(agent).env.find(({ name }) => name === 'COLLECTOR_ID');
  expect(id?.valueFrom).toEqual({ fieldRef: { fieldPath: 'metadata.name' } });
});

test('the Collector is the one of docker-compose.yml', () => {
  const [, image] =
    /^COLLECTOR_IMAGE=(.*)$/m.exec(readFileSync(pathOf('.env'), 'utf8')) ?? [];
  const images = WORKLOADS.map((workload) => containerOf(workload).image);
  expect(images.filter((one) => one === image)).toHaveLength(2);
});

test('the ServiceMonitor finds both Collectors by a port that they have', () => {
  const monitor = findManifest<
    Selecting & { readonly spec: { endpoints: readonly { port: string }[] } }
  >(MANIFESTS, 'ServiceMonitor', 'otel-collectors');
  const [expression] = monitor.spec.selector.matchExpressions ?? [];
  const found = SERVICES.filter(({ metadata: { labels } }) =>
    expression?.values.includes(labels[expression.key] ?? ''),
  );
  expect(found.map(({ metadata }) => metadata.name).sort()).toEqual([
    'otel-agent',
    'otel-gateway',
  ]);
  for (const { spec } of found) {
    const ports = spec.ports.map(({ name }) => name);
    for (const { port } of monitor.spec.endpoints)
      expect(ports).toContain(port);
  }
});

test('every dashboard is there, as it was rendered, where the sidecar looks', () => {
  const dashboards = MANIFESTS.filter(
    ({ metadata }) => metadata.labels?.['grafana_dashboard'] === '1',
  );
  const files = readdirSync(pathOf('grafana/rendered'));
  const found = dashboards.flatMap(({ data = {} }) => Object.keys(data));
  expect(found.sort()).toEqual(files.sort());
  for (const { kind, metadata, data = {} } of dashboards) {
    expect(kind).toBe('ConfigMap');
    expect(metadata.annotations).toEqual({ grafana_folder: 'SSE' });
    for (const [file, text] of Object.entries(data)) {
      expect(text).toBe(
        readFileSync(pathOf(`grafana/rendered/${file}`), 'utf8'),
      );
      // `kubectl apply` keeps a copy of each object in an annotation: 256 KiB.
      expect(Buffer.byteLength(text)).toBeLessThan(200_000);
    }
  }
});

test('nothing secret is in any file', async () => {
  for (const component of COMPONENTS) {
    const manifests = await readManifests(component);
    expect(manifests.map(({ kind }) => kind)).not.toContain('Secret');
    const env = listWorkloads(manifests).flatMap((one) => containerOf(one).env);
    const secret = env.filter(({ name }) =>
      /SECRET|TOKEN|PASSWORD|KEY|REDIS|DATABASE/.test(name),
    );
    expect(secret).toEqual([]);
    const text = await renderManifests(component);
    // A name and a password in a URL.
    expect(text.match(/\w+:\/\/[^\s/]+:[^\s/]+@/g)).toBe(null);
  }
  expect(containerOf(APP).envFrom).toEqual([{ secretRef: { name: 'app' } }]);
});
