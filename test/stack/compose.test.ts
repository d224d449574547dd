import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { ADDRESSES } from '../../stack/addresses.ts';
import {
  buildProgram,
  type ProgramName,
  prepareProgram,
} from '../../stack/programs.ts';
import { readComposition } from './support/composition.ts';
import { readDockerfile } from './support/dockerfile.ts';
import { pathOf } from './support/files.ts';

const { services, volumes } = await readComposition();
const ALL = Object.entries(services);
const REPOSITORY = pathOf('.');

/** Images with the version of a program that the native stack builds. */
const BUILT: Readonly<Record<string, ProgramName>> = {
  'otel-collector': 'collector',
  prometheus: 'prometheus',
  alertmanager: 'alertmanager',
};
/** Prometheus 3.16.0 is version 0.316.0 as a module. */
const PROMETHEUS_MODULE = /^0\.(\d)0?(\d+)\.(\d+)$/;

/** Images that the native stack has no program for, or another one. */
const OTHERS: Readonly<Record<string, string>> = {
  nginx:
    'the native stack takes what the system has; nginx.conf uses nothing newer',
  redis: 'the native stack takes what the system has',
  grafana: 'the native stack has none; its panels are tested by their queries',
  'otel-collector-health': 'only asks for the health of the Collector',
};

/** Services whose health another one tells. */
const ASKED_BY: Readonly<Record<string, string>> = {
  'otel-collector': 'otel-collector-health',
};

/** Images of the Dockerfile, by the service that they are built for. */
const TARGETS: Readonly<Record<string, string | undefined>> =
  Object.fromEntries(
    ALL.filter(([, { build }]) => build !== undefined).map(
      ([, { image, build }]) => [image, build?.target],
    ),
  );

test('compose understands the file: everything is there', () => {
  expect(Object.keys(services).sort()).toEqual([
    'alertmanager',
    'app-1',
    'app-2',
    'app-3',
    'catcher',
    'grafana',
    'load',
    'nginx',
    'otel-collector',
    'otel-collector-health',
    'prometheus',
    'redis',
  ]);
  expect(Object.keys(volumes).sort()).toEqual([
    'alertmanager-data',
    'grafana-data',
    'prometheus-data',
  ]);
});

test('every address in a configuration file is one of a service', () => {
  const hosts = new Set(
    ADDRESSES.map((address) => address.split(':')[0] ?? ''),
  );
  expect([...hosts].filter((host) => services[host] === undefined)).toEqual([]);
});

test('ports are open on this machine alone, each once', () => {
  const ports = ALL.flatMap(([, { ports = [] }]) => ports);
  expect(ports.length).toBeGreaterThan(0);
  expect(ports.filter(({ host_ip }) => host_ip !== '127.0.0.1')).toEqual([]);
  const published = ports.map((port) => port.published);
  expect(new Set(published).size).toBe(published.length);
});

test.each(ALL)('%s has a limit of everything, and no rights', (_, service) => {
  expect(Object.keys(service.deploy?.resources.limits ?? {}).sort()).toEqual([
    'cpus',
    'memory',
    'pids',
  ]);
  expect(service).toMatchObject({
    // By number: a name would be looked up in the image. 0 is root.
    user: expect.stringMatching(/^[1-9]\d*:\d+$/),
    read_only: true,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    restart: 'unless-stopped',
    stop_grace_period: expect.stringMatching(/^\d+s$/),
    logging: { options: { 'max-size': '10m', 'max-file': '3' } },
  });
  expect(service.privileged).toBeUndefined();
  expect(service.cap_add).toBeUndefined();
  expect(service.network_mode).toBeUndefined();
});

test.each(ALL)('%s mounts what is in the repository, to read', (_, service) => {
  for (const mount of service.volumes ?? []) {
    if (mount.type === 'volume') {
      expect(Object.keys(volumes)).toContain(mount.source);
    } else {
      expect(mount).toMatchObject({ type: 'bind', read_only: true });
      expect(mount.source.startsWith(REPOSITORY)).toBe(true);
      expect(existsSync(mount.source)).toBe(true);
    }
  }
});

test.each(ALL)(
  'the files that %s is told to read are mounted',
  (_, service) => {
    const mounts = service.volumes ?? [];
    const named = (service.command ?? []).flatMap(
      (flag) => /^--config(?:\.file)?=(.*)$/.exec(flag)?.[1] ?? [],
    );
    for (const file of named) {
      const mount = mounts.find(({ target }) => file.startsWith(`${target}/`));
      const source = file.replace(mount?.target ?? '', mount?.source ?? '');
      expect(existsSync(source), file).toBe(true);
    }
  },
);

test('Grafana finds the dashboards where they are mounted', () => {
  const folder = pathOf('grafana/provisioning/dashboards');
  const [file = ''] = readdirSync(folder);
  const { providers } = parse(readFileSync(`${folder}/${file}`, 'utf8')) as {
    providers: { options: { path: string } }[];
  };
  const targets = services['grafana']?.volumes?.map(({ target }) => target);
  expect(providers.length).toBeGreaterThan(0);
  for (const { options } of providers) expect(targets).toContain(options.path);
});

test.each(ALL)(
  'the health of %s is asked for',
  (name, { image, healthcheck }) => {
    const asker = services[ASKED_BY[name] ?? ''];
    if (asker !== undefined) {
      expect(healthcheck).toEqual({ disable: true });
      expect(asker.healthcheck?.test?.join(' ')).toContain(`//${name}:`);
    } else if (healthcheck === undefined) {
      expect(findInstruction(TARGETS[image], 'HEALTHCHECK')).toContain('CMD [');
    } else {
      expect(healthcheck.disable).toBeUndefined();
      expect(healthcheck.test?.[0]).toBe('CMD');
    }
  },
);

/** An instruction of a stage of the Dockerfile, or of what it is based on. */
function findInstruction(
  target: string | undefined,
  keyword: string,
): string | undefined {
  const stage = readDockerfile('Dockerfile').stages.get(target ?? '');
  if (stage === undefined) return undefined;
  const own = stage.instructions.findLast((one) => one.keyword === keyword);
  return own?.text ?? findInstruction(stage.base, keyword);
}

test('who needs another one waits until it is healthy', () => {
  for (const [name, { depends_on = {} }] of ALL) {
    for (const [other, { condition }] of Object.entries(depends_on)) {
      const isAsked = ASKED_BY[other] !== undefined;
      const expected = isAsked ? 'service_started' : 'service_healthy';
      expect({ name, other, condition }).toMatchObject({ condition: expected });
    }
  }
});

test.each(ALL)('the image of %s has a version', async (name, { image }) => {
  const [, tag = ''] = image.split(':');
  if (TARGETS[image] !== undefined) {
    expect(image).toMatch(/^sse-[a-z]+$/);
    return;
  }
  expect(tag).toMatch(/^v?\d+\.\d+\.\d+(?:-[a-z]+)?$/);
  const program = BUILT[name];
  if (program === undefined) {
    expect(OTHERS[name]).toBeDefined();
  } else {
    const { version } = await prepareProgram(program);
    const module = version.slice(1);
    const isPrometheus = program === 'prometheus';
    const released = isPrometheus
      ? module.replace(PROMETHEUS_MODULE, '$1.$2.$3')
      : module;
    expect(tag.replace('v', '')).toBe(released);
  }
});

test('the images are built from the Node that .env names', () => {
  const env = readFileSync(pathOf('.env'), 'utf8');
  const { defaults } = readDockerfile('Dockerfile');
  expect(env).toContain(`\nNODE_IMAGE=${defaults.get('NODE_IMAGE')}\n`);
  const { stages } = readDockerfile('Dockerfile');
  for (const target of Object.values(TARGETS)) {
    expect(stages.has(target ?? '')).toBe(true);
  }
});

test.each([
  ['prometheus', 'promtool', '9090'],
  ['alertmanager', 'amtool', '9093'],
] as const)(
  'the health check of %s is a command of %s',
  async (name, tool, port) => {
    const [kind, command, ...args] = services[name]?.healthcheck?.test ?? [];
    expect([kind, command]).toEqual(['CMD', tool]);
    // Nobody listens on port 1: it gets as far as asking.
    const asking = args.map((arg) => arg.replace(`:${port}`, ':1'));
    const run = promisify(execFile)(await buildProgram(tool), asking);
    await expect(run).rejects.toThrow(/127\.0\.0\.1:1.*connection refused/);
  },
);

test('there is no secret in it', () => {
  const names = ALL.flatMap(([, { environment = {} }]) =>
    Object.keys(environment),
  );
  const SECRET = /password|passwd|secret|token|credential|api_?key/i;
  expect(names.filter((name) => SECRET.test(name))).toEqual([]);
  const lines =
    readFileSync(pathOf('.env'), 'utf8').match(/^[^#\n].*$/gm) ?? [];
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) {
    expect(line).toMatch(/^[A-Z]+_(?:IMAGE=[\w./-]+:[\w.-]+|PORT=\d+)$/);
  }
});
