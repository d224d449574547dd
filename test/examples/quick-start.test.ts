import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { EventSource } from 'eventsource';
import { expect, test } from 'vitest';
import { until } from '../support/poll.ts';

const START = fileURLToPath(
  new URL('../../examples/quick-start/start.mjs', import.meta.url),
);

/**
 * Where it looks for free ports. 0 would not do: between finding a port and
 * taking it in another process, a client of another test may be given it. From
 * below 32768 nobody is; the process id keeps two runs apart.
 */
const PORTS = {
  PORT: String(20_000 + (process.pid % 5000)),
  OTEL_EXPORTER_PROMETHEUS_PORT: String(26_000 + (process.pid % 5000)),
};

/** The figures of `/status` that `npm start` must bring above 0. */
const FIGURES = [
  'active',
  'clients',
  'openedPerSecond',
  'closedPerSecond',
  'eventsPerSecond',
  'bytesPerSecond',
  'firstEventP95Seconds',
  'queueBytes',
  'blocked',
  'heapBytes',
];

type Figures = Readonly<Record<string, number | undefined>>;

interface Status {
  readonly problem?: string;
  readonly metricsUrl: string;
  readonly now?: Figures;
  readonly history: readonly Figures[];
}

/** `npm start`, on free ports, in a process group of its own like a terminal's. */
interface QuickStart extends AsyncDisposable {
  readonly process: ChildProcess;
  readonly url: string;
  output(): string;
  status(): Promise<Status>;
  /** What Ctrl-C does: every process of the group gets the signal. */
  pressCtrlC(): void;
  /** Resolves once it and every process that it started are gone. */
  waitUntilGone(): Promise<unknown>;
}

async function start(
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<QuickStart> {
  const child = spawn(process.execPath, [START, ...args], {
    detached: true,
    env: {
      ...process.env,
      ...PORTS,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  let isGone = false;
  // Its children have these pipes too: they close with the last process.
  child.once('close', () => {
    isGone = true;
  });
  const waitUntilGone = () => until('every process gone', () => isGone);
  await until(
    'addresses',
    () => text,
    () => child.exitCode !== null || text.includes('Ctrl-C'),
  );
  const url = /^Page {5}(http:\S+)\/$/m.exec(text)?.[1];
  if (url === undefined) {
    await waitUntilGone();
    throw new Error(text);
  }
  return {
    process: child,
    url,
    output: () => text,
    status: async () => (await (await fetch(`${url}/status`)).json()) as Status,
    pressCtrlC: () => signalGroup(child, 'SIGINT'),
    waitUntilGone,
    async [Symbol.asyncDispose]() {
      // Whatever a failed test left.
      signalGroup(child, 'SIGKILL');
      await waitUntilGone();
    },
  };
}

test('the quick start moves every figure, and Ctrl-C ends it', async () => {
  await using quickStart = await start();
  const { url } = quickStart;
  const rows = () => findRows(quickStart.output());
  const [row = ''] = await until('first row', rows, ({ length }) => length > 0);
  // Time, active, opens, closes, events, bytes, p95, queue, heap.
  const [, active, events, bytes] =
    /^\S+ +(\d+) +\S+ +\S+ +(\S+) +(\S+) [kM]?B /.exec(row) ?? [];
  for (const figure of [active, events, bytes]) {
    expect(Number(figure), row).toBeGreaterThan(0);
  }
  for (const line of quickStart.output().split('\n')) {
    expect(line.length).toBeLessThan(80);
  }

  const page = await (await fetch(url)).text();
  const paths = [...page.matchAll(/(?:href|src)="(\/page\/[^"]+)"/g)];
  expect(paths.length).toBeGreaterThan(2);
  for (const [, path] of paths) {
    expect((await fetch(url + path)).status).toBe(200);
  }
  const polls = await Promise.all(
    Array.from({ length: 20 }, async () =>
      (await fetch(`${url}/status`)).text(),
    ),
  );
  // One scrape a second, however many ask.
  expect(new Set(polls).size).toBeLessThan(3);

  const { history } = await until(
    'figures above 0',
    quickStart.status,
    ({ history }) =>
      FIGURES.every((key) =>
        history.some((figures) => (figures[key] ?? 0) > 0),
      ),
    // A kernel takes some 4 MB for a slow reader before the server notices.
    100_000,
  );
  for (const key of [...FIGURES, 'heapGrowthBytesPerSecond']) {
    const values = new Set(history.map((figures) => figures[key]));
    expect(values.size, key).toBeGreaterThan(1);
  }
  // The load's clients say who they are; the server's peer is one proxy.
  expect(history.at(-1)?.['clients']).toBeGreaterThan(20);
  expect(new Set(rows()).size).toBeGreaterThan(5);

  const pressedAt = performance.now();
  quickStart.pressCtrlC();
  await quickStart.waitUntilGone();
  expect(quickStart.process.exitCode).toBe(0);
  expect(performance.now() - pressedAt).toBeLessThan(2000);
  await expect(fetch(url)).rejects.toThrow();
}, 120_000);

test('without load, the quick start measures the streams that I open', async () => {
  await using quickStart = await start(['--no-load']);
  const { url } = quickStart;
  const activeIs = (active: number) =>
    until(
      `${active} active`,
      quickStart.status,
      ({ now }) => now?.['active'] === active,
    );
  const { now } = await activeIs(0);
  expect(now?.['eventsPerSecond']).toBe(0);

  const source = new EventSource(`${url}/events`);
  const types = new Set<string>();
  for (const type of ['tick', 'snapshot', 'message']) {
    source.addEventListener(type, () => types.add(type));
  }
  await activeIs(1);
  await until('every type', () => types.size === 3);
  source.close();
  // For two seconds, so that four ticks had the time to go nowhere.
  const { metricsUrl } = await until(
    'none active',
    quickStart.status,
    ({ history }) => history.slice(-3).every(({ active }) => active === 0),
  );
  const metrics = await (await fetch(metricsUrl)).text();
  expect(metrics).toMatch(/^sse_server_late_writes_total\{.*\} 0$/m);

  quickStart.process.kill('SIGINT');
  await quickStart.waitUntilGone();
  expect(quickStart.process.exitCode).toBe(0);
});

test('the quick start replays what came after Last-Event-ID', async () => {
  await using quickStart = await start(['--no-load']);
  const first = await readIds(`${quickStart.url}/events`, 4);
  const again = await readIds(`${quickStart.url}/events`, 8, first[0]);
  expect(again.slice(0, 3)).toEqual(first.slice(1));
  expect(again.map(numberOf)).toEqual(
    again.map((_, index) => numberOf(first[0]) + 1 + index),
  );
});

test('the quick start answers for its health and not for unknown paths', async () => {
  await using quickStart = await start(['--no-load']);
  const answer = async (path: string, init?: RequestInit) =>
    (await fetch(quickStart.url + path, init)).status;
  expect(await answer('/health')).toBe(200);
  expect(await answer('/page/server.mjs')).toBe(404);
  expect(await answer('/nothing')).toBe(404);
  expect(await answer('/events', { method: 'POST' })).toBe(405);
});

test('the quick start passes over a port that is taken, and says so', async () => {
  await using first = await start(['--no-load']);
  const { port } = new URL(first.url);
  const { metricsUrl } = await first.status();
  await until('the first serves its metrics', () =>
    fetch(String(metricsUrl)).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  await using second = await start(['--no-load'], { PORT: port });
  expect(second.output()).toContain(`Port ${port} is taken: using `);
  expect(second.url).not.toBe(first.url);
  expect((await fetch(`${second.url}/health`)).status).toBe(200);
  // Of two metrics ports likewise: each shows its own.
  const metricsUrls = await Promise.all(
    [first, second].map(async ({ status }) => (await status()).metricsUrl),
  );
  expect(new Set(metricsUrls).size).toBe(2);
});

test('the quick start leaves no process behind when it is killed', async () => {
  await using quickStart = await start();
  await until('first row', () => findRows(quickStart.output()).length > 0);
  quickStart.process.kill('SIGKILL');
  await quickStart.waitUntilGone();
  await expect(fetch(quickStart.url)).rejects.toThrow();
});

test('the quick start says what is wrong with its arguments', async () => {
  await expect(start(['--fast'])).rejects.toThrow("'--fast'");
  await expect(start([], { PORT: 'http' })).rejects.toThrow('PORT is "http"');
});

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function findRows(output: string): string[] {
  return output.split('\n').filter((line) => /^\d\d:\d\d:\d\d /.test(line));
}

/** Opens a stream and reads ids until there are so many. */
async function readIds(
  url: string,
  count: number,
  lastEventId?: string,
): Promise<string[]> {
  const headers: Record<string, string> =
    lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId };
  const response = await fetch(url, { headers });
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString('latin1');
    const ids = [...text.matchAll(/^id: (.*)\n/gm)].map(([, id]) => id ?? '');
    if (ids.length >= count) return ids.slice(0, count);
  }
  throw new Error(`ended after: ${text.slice(0, 200)}`);
}

/** Ids end in a running number. */
function numberOf(id = ''): number {
  return Number(id.split('-').at(-1));
}
