import { createHash } from 'node:crypto';
import { EventSource } from 'eventsource';
import { expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import { startQuickStart } from './support/quick-start.ts';

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

test('the quick start moves every figure, and Ctrl-C ends it', async () => {
  await using quickStart = await startQuickStart();
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
  await using quickStart = await startQuickStart(['--no-load']);
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
  await using quickStart = await startQuickStart(['--no-load']);
  const first = await readIds(`${quickStart.url}/events`, 4);
  const again = await readIds(`${quickStart.url}/events`, 8, first[0]);
  expect(again.slice(0, 3)).toEqual(first.slice(1));
  // A new EventSource has no header: it says so in the query.
  const query = `/events?lastEventId=${first[0]}`;
  const asked = await readIds(quickStart.url + query, 3);
  expect(asked).toEqual(first.slice(1));
  expect(again.map(numberOf)).toEqual(
    again.map((_, index) => numberOf(first[0]) + 1 + index),
  );
});

test('the quick start answers for its health and not for unknown paths', async () => {
  await using quickStart = await startQuickStart(['--no-load']);
  const answer = async (path: string, init?: RequestInit) =>
    (await fetch(quickStart.url + path, init)).status;
  expect(await answer('/health')).toBe(200);
  expect(await answer('/page/server.mjs')).toBe(404);
  expect(await answer('/nothing')).toBe(404);
  expect(await answer('/packages/@opentelemetry/api/package.json')).toBe(404);
  expect(await answer('/packages/../server.mjs')).toBe(404);
  expect(await answer('/events', { method: 'POST' })).toBe(405);
});

test('every module that the import map of the page names is served', async () => {
  await using quickStart = await startQuickStart(['--no-load']);
  const response = await fetch(quickStart.url);
  const html = await response.text();
  const text = /<script type="importmap">(.*?)<\/script>/.exec(html)?.[1] ?? '';
  const { imports, scopes } = JSON.parse(text) as {
    imports: Record<string, string>;
    scopes: Record<string, Record<string, string>>;
  };
  const paths = [imports, ...Object.values(scopes)].flatMap(Object.values);
  expect(imports['opentelemetry-instrumentation-sse/client']).toMatch(
    /\/browser\.js$/,
  );
  expect(paths.length).toBeGreaterThan(8);
  for (const path of paths) {
    const { status, headers } = await fetch(new URL(path, quickStart.url));
    expect([path, status]).toEqual([path, 200]);
    expect(headers.get('content-type')).toMatch(/^text\/javascript/);
  }
  const hash = createHash('sha256').update(text).digest('base64');
  expect(response.headers.get('content-security-policy')).toContain(
    `script-src 'self' 'sha256-${hash}'`,
  );
});

test('the quick start passes over a port that is taken, and says so', async () => {
  await using first = await startQuickStart(['--no-load']);
  const { port } = new URL(first.url);
  const { metricsUrl } = await first.status();
  await until('the first serves its metrics', () =>
    fetch(String(metricsUrl)).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  await using second = await startQuickStart(['--no-load'], { PORT: port });
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
  await using quickStart = await startQuickStart();
  await until('first row', () => findRows(quickStart.output()).length > 0);
  quickStart.process.kill('SIGKILL');
  await quickStart.waitUntilGone();
  await expect(fetch(quickStart.url)).rejects.toThrow();
});

test('the quick start says what is wrong with its arguments', async () => {
  await expect(startQuickStart(['--fast'])).rejects.toThrow("'--fast'");
  await expect(startQuickStart([], { PORT: 'http' })).rejects.toThrow(
    'PORT is "http"',
  );
});

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
