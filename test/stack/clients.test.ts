/** What clients measure, from a real browser and from Node, on its way to Prometheus. */

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { REGISTER } from '../../scripts/packed/project.ts';
import { fillRules } from '../../scripts/rules/fill.ts';
import { readValues } from '../../scripts/rules/values.ts';
import { type Chromium, startChromium } from '../browser/support/chromium.ts';
import { until } from '../support/poll.ts';
import { findFreePort } from '../support/ports.ts';
import { startServer, type TestServer } from '../support/sse-server.ts';
import { pathOf } from './support/files.ts';
import {
  listClientMetrics,
  listSeries,
  readRules,
} from './support/metric-names.ts';
import { type Pipeline, startPipeline } from './support/pipeline.ts';
import { isAnswered, type Running, startProcess } from './support/process.ts';
import {
  type Seen,
  startSite,
  untilTicks,
  visit,
} from './support/watching-page.ts';

const TICKS = 6;
/** The Collector gathers for 6 s. */
const SETTLED_MS = 30_000;
/** Rules are evaluated each 15 s, and some need others. */
const EVALUATED_MS = 60_000;

let application: Running;
let site: TestServer;
let pipeline: Pipeline;
let chromium: Chromium;

/** The server of quick-start by flag, a site before it, Collector and Prometheus. */
beforeAll(async () => {
  const url = `http://127.0.0.1:${await findFreePort()}`;
  site = await startSite(() => url);
  pipeline = await startPipeline({ env: { BROWSER_ORIGIN: site.url } });
  application = startProcess(
    process.execPath,
    ['--import', REGISTER, pathOf('examples/quick-start/server.mjs')],
    {
      cwd: pathOf('examples/quick-start'),
      env: {
        PORT: new URL(url).port,
        OTEL_SERVICE_NAME: 'server',
        ...sendTo(pipeline),
      },
    },
  );
  await application.waitUntil('healthy', () => isAnswered(`${url}/health`));
  chromium = await startChromium();
});

afterAll(async () => {
  await chromium?.[Symbol.asyncDispose]();
  await application?.[Symbol.asyncDispose]();
  await site?.[Symbol.asyncDispose]();
  await pipeline?.[Symbol.asyncDispose]();
});

/** Variables of a Node process that sends its metrics. */
function sendTo({ url }: Pipeline): Record<string, string> {
  return {
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_METRIC_EXPORT_INTERVAL: '500',
    OTEL_METRIC_EXPORT_TIMEOUT: '500',
  };
}

function open(service: string, interval: number, url = site.url) {
  return visit(chromium, {
    site: url,
    collector: pipeline.url,
    service,
    interval,
  });
}

/** The sum of a client metric, of a job. */
function sumOf(name: string, job: string, labels = ''): string {
  return `sum(sse_client_${name}{job="${job}"${labels}})`;
}

/** Waits until Prometheus has what the page saw. */
async function expectAsSeen(job: string, seen: Seen): Promise<void> {
  for (const type of ['tick', 'snapshot', 'message'] as const) {
    if (seen[type] === 0) continue;
    const labels = `, sse_event_type="${type}"`;
    const received = sumOf('received_events_total', job, labels);
    await pipeline.untilValue(received, seen[type]);
  }
  const events = seen.tick + seen.snapshot + seen.message;
  const totals: Record<string, number> = {
    content_size_bytes_total: seen.bytes,
    event_handler_duration_seconds_count: events,
    event_interval_seconds_count: events - 1,
    // Only these carry a time stamp.
    event_delay_seconds_count: seen.tick,
    opened_connections_total: 1,
    closed_connections_total: 1,
    connection_open_time_seconds_count: 1,
    connection_duration_seconds_count: 1,
    errors_total: 0,
  };
  for (const [name, expected] of Object.entries(totals)) {
    await pipeline.untilValue(sumOf(name, job), expected);
  }
  const ofPage = ', sse_client_close_reason="page"';
  await pipeline.untilValue(sumOf('closed_connections_total', job, ofPage), 1);
  const connected = sumOf('connected_time_seconds_total', job);
  const seconds = (await pipeline.queryValue(connected)) ?? 0;
  // Between the page's listeners and ours there are a few milliseconds.
  expect(Math.abs(seconds - seen.connectedMs / 1000)).toBeLessThan(0.1);
}

test('what a page saw is in Prometheus, to the byte', async () => {
  const page = await open('exact', 1);
  await untilTicks(page, TICKS);
  const seen = await page.run<Seen>('leave()');
  await expectAsSeen('exact', seen);
  const received = await pipeline.query(
    'sse_client_received_events_total{job="exact", sse_event_type="tick"}',
  );
  expect(received.map(({ labels }) => labels)).toMatchObject([
    {
      // Pages come and go: none is an instance.
      instance: 'otel-collector',
      server_address: '127.0.0.1',
      url_template: '/events',
      sse_client_kind: 'eventsource',
    },
  ]);
  // Of a page that is gone nobody would ever take it back.
  const active = 'sse_client_active_connections{job="exact"}';
  expect(await pipeline.query(active)).toEqual([]);
});

/** What a browser does when the tab is no longer seen. */
const HIDE = `(() => {
  const hidden = { configurable: true, get: () => 'hidden' };
  Object.defineProperty(document, 'visibilityState', hidden);
  document.dispatchEvent(new Event('visibilitychange'));
})()`;

test('a page that is left sends the rest, though its next export were far', async () => {
  const page = await open('left', 3600);
  await untilTicks(page, TICKS);
  expect(await pipeline.query('{job="left"}')).toEqual([]);
  // What is sent when it is hidden is under way when it goes.
  await page.run(`${HIDE}, location.assign('/health')`);
  const readSeen = `location.pathname === '/health' ? localStorage.seen : ''`;
  const seen = await until('the next page', () =>
    page.run<string>(readSeen).catch(() => ''),
  );
  await expectAsSeen('left', JSON.parse(seen) as Seen);
});

test('a tab that is hidden sends, and goes on when it is back', async () => {
  const page = await open('hidden', 3600);
  await untilTicks(page, TICKS);
  const seen = await page.run<number>(`${HIDE}, seen.tick`);
  const ticks = sumOf(
    'received_events_total',
    'hidden',
    ', sse_event_type="tick"',
  );
  await pipeline.untilValue(ticks, seen);
  await page.run('delete document.visibilityState, leave()');
  const again = await page.run<number>('seen.tick');
  await page.navigate(`${site.url}/health`);
  await pipeline.untilValue(ticks, again);
});

test('a page of another origin sends nothing', async () => {
  // The same server by another name is another origin.
  const page = await open(
    'stranger',
    1,
    site.url.replace('127.0.0.1', 'localhost'),
  );
  const refused = await page.run<string>(
    `fetch('${pipeline.url}/v1/metrics', {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}',
    }).then(({ status }) => String(status), String)`,
  );
  expect(refused).toMatch(/^TypeError/);
  await untilTicks(page, TICKS);
  await page.run('leave(), 1');
  // Later than the next page's, which is there.
  const next = await open('next', 1);
  await untilTicks(next, TICKS);
  const { tick } = await next.run<Seen>('leave()');
  const received = sumOf(
    'received_events_total',
    'next',
    ', sse_event_type="tick"',
  );
  await pipeline.untilValue(received, tick);
  expect(await pipeline.query('{job="stranger"}')).toEqual([]);
});

test('what a Node consumer saw is in Prometheus', async () => {
  const perStream = 4;
  await using server = await startServer((request, response) => {
    if (request.url !== '/stream') {
      response.writeHead(500).end();
      return;
    }
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('retry: 50\n\n');
    for (let event = 0; event < perStream; event++) {
      response.write(`event: tick\ndata: {"timestamp":${Date.now()}}\n\n`);
    }
    response.end();
  });
  await using consumer = startProcess(
    process.execPath,
    ['--import', REGISTER, pathOf('test/stack/programs/consumer.mjs')],
    {
      cwd: pathOf('.'),
      env: {
        STREAM_URL: `${server.url}/stream`,
        OTEL_SERVICE_NAME: 'consumer',
        ...sendTo(pipeline),
      },
    },
  );
  await consumer.waitUntil('all seen', async () =>
    consumer.output().includes('fetched'),
  );
  const { fetched } = JSON.parse(consumer.output().split('\n')[0] ?? '') as {
    fetched: { streams: number; events: number; bytes: number };
  };
  const byFetch = ', sse_client_kind="fetch"';
  const totals: Record<string, number> = {
    opened_connections_total: fetched.streams,
    received_events_total: fetched.events,
    content_size_bytes_total: fetched.bytes,
    event_delay_seconds_count: fetched.events,
    active_connections: 0,
    errors_total: 1,
  };
  for (const [name, expected] of Object.entries(totals)) {
    await pipeline.untilValue(sumOf(name, 'consumer', byFetch), expected);
  }
  const completed = `${byFetch}, sse_client_close_reason="completed"`;
  await pipeline.untilValue(
    sumOf('closed_connections_total', 'consumer', completed),
    fetched.streams,
  );
  const bySource = ', sse_client_kind="eventsource"';
  const again = `${bySource}, sse_connection_reconnected="true"`;
  for (const sum of [
    sumOf('opened_connections_total', 'consumer', again),
    sumOf('reconnect_delay_seconds_count', 'consumer', bySource),
  ]) {
    const isEnough = (count?: number) => (count ?? 0) >= 2;
    await until(sum, () => pipeline.queryValue(sum), isEnough, SETTLED_MS);
  }
});

test('every metric of clients has its series', async () => {
  const names = async () => {
    const samples = await pipeline.query(
      'count by (__name__) ({__name__=~"sse_client_.+"})',
    );
    return samples.map(({ labels }) => labels['__name__']).sort();
  };
  const expected = listClientMetrics().flatMap(listSeries).sort();
  await expect.poll(names, { timeout: SETTLED_MS }).toEqual(expected);
});

test('every rule about clients has an answer, of a job and a template', async () => {
  const rules = readRules().filter(
    ({ file }) => file === 'recording-clients.yaml',
  );
  expect(rules.length).toBeGreaterThan(10);
  for (const { name } of rules) {
    const samples = await until(
      name,
      () => pipeline.query(name),
      ({ length }) => length > 0,
      EVALUATED_MS,
    );
    const level = name.split(':')[0] ?? '';
    for (const { labels } of samples) {
      const { __name__, ...others } = labels;
      expect(Object.keys(others).sort().join('_')).toBe(
        level.replace(/^job_url_template_(sse_.+|error_type)$/, (_, last) =>
          [`job`, last, 'url_template'].sort().join('_'),
        ),
      );
    }
  }
});

/** Thresholds that everything is beyond, but for one branch of an alternative. */
const ANY = { value: -1, reason: 'any' };
const NEVER = { value: 1e9, reason: 'never' };
const ZERO = { value: 0, reason: 'any' };

test.each([
  ['interval', { buffering_factor: ZERO, buffering_delay: NEVER }],
  ['delay', { buffering_factor: NEVER, buffering_delay: ANY }],
])(
  'every alert about clients sees what they send (buffering by %s)',
  async (_, buffering) => {
    const template = readFileSync(pathOf('prometheus/alerts/clients.yaml'), {
      encoding: 'utf8',
    });
    const values = new Map(readValues('default'));
    for (const name of [
      'client_event_rate',
      'delay',
      'slow_handler_share',
      'disconnected_share',
      'disconnected_pages',
      'rejected_share',
      'rejected_share_rate',
    ]) {
      values.set(name, ANY);
    }
    for (const [name, value] of Object.entries(buffering)) {
      values.set(name, value);
    }
    const { groups } = parse(fillRules(template, values)) as {
      groups: { rules: { alert: string; expr: string }[] }[];
    };
    const alerts = groups.flatMap(({ rules }) => rules);
    expect(alerts.length).toBe(5);
    for (const { alert, expr } of alerts) {
      const [sample] = await until(
        alert,
        () => pipeline.query(expr),
        ({ length }) => length > 0,
        EVALUATED_MS,
      );
      expect(sample?.labels, alert).toMatchObject({
        job: expect.any(String),
        url_template: expect.stringMatching(/^\//),
      });
    }
  },
);
