import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { APPS } from '../../stack/parts.ts';
import {
  type Counters,
  readCounters,
  scrapeCounters,
} from './support/counters.ts';
import { listMetrics, listSeries } from './support/metric-names.ts';
import { query } from './support/prometheus-api.ts';
import {
  JOB,
  SCRAPED_JOB,
  type Scenario,
  startScenario,
} from './support/scenario.ts';
import { type WatchedStream, watchStream } from './support/watched-stream.ts';

const OUTAGES_SECONDS = { collector: 10, prometheus: 30 } as const;
/** What was held back meanwhile may come with the last retry. */
const SETTLED = { timeout: 45_000 };

/** What a server prints: one line of ours, when its metrics find no way. */
const EXPECTED_LINE =
  /^listening on |^opentelemetry-instrumentation-sse: metrics were not sent /;

let scenario: Scenario;
let watched: WatchedStream;
let pids: (number | undefined)[];

/** A minute of clients; meanwhile the Collector, then Prometheus are away. */
beforeAll(async () => {
  scenario = await startScenario(true);
  const { stack, visitors, scrapedVisitors } = scenario;
  pids = APPS.map((app) => stack.part(app).pid());
  watched = await watchStream(`${stack.urlOf('nginx:8080')}/events`);
  await Promise.all([visitors.visit(), scrapedVisitors.visit()]);
  let isOver = false;
  const visiting = (async () => {
    while (!isOver) await visitors.visit();
  })();
  const collector = stack.part('otel-collector');
  await collector.kill();
  await delay(OUTAGES_SECONDS.collector * 1000);
  await collector.start();
  const prometheus = stack.part('prometheus');
  await prometheus.stop();
  await delay(OUTAGES_SECONDS.prometheus * 1000);
  await prometheus.start();
  await visitors.visit();
  isOver = true;
  await visiting;
}, 180_000);

afterAll(async () => {
  watched?.[Symbol.dispose]();
  await scenario?.[Symbol.asyncDispose]();
}, 30_000);

async function readValue(expression: string): Promise<number | undefined> {
  const samples = await query(scenario.prometheusUrl, expression);
  return samples[0]?.value;
}

async function readNames(job: string): Promise<string[]> {
  const samples = await query(
    scenario.prometheusUrl,
    `count by (__name__) ({__name__=~"sse_.+", job="${job}"})`,
  );
  return samples.map(({ labels }) => labels['__name__'] ?? '').sort();
}

test('the application notices nothing of what is away', () => {
  expect(watched.isOpen()).toBe(true);
  // Something comes every 500 ms; the machine is busy.
  expect(watched.longestGap()).toBeLessThan(3);
  const { stack } = scenario;
  expect(APPS.map((app) => stack.part(app).pid())).toEqual(pids);
  const printed = APPS.flatMap((app) => stack.part(app).output().split('\n'));
  expect(printed.filter((line) => !EXPECTED_LINE.test(line))).toEqual([]);
});

test.each([SCRAPED_JOB, JOB])(
  'every metric has its series as job %s',
  async (job) => {
    const names = listMetrics().flatMap(listSeries).sort();
    await expect.poll(() => readNames(job), SETTLED).toEqual(names);
  },
);

test('the totals are what the clients saw', async () => {
  const { truth } = scenario.visitors;
  expect(truth.jobs).toBeGreaterThan(20);
  const ofJobs = `job="${JOB}", http_route="/jobs/:id"`;
  const totals: Record<string, [number, string]> = {
    opened_connections: [truth.jobs, ofJobs],
    closed_connections: [
      truth.jobs,
      `${ofJobs}, sse_connection_close_reason="completed"`,
    ],
    unfinished_closes: [truth.cut, ofJobs],
    resumes: [truth.resumed, `${ofJobs}, sse_resume_result="complete"`],
    replayed_events: [truth.replayedEvents, ofJobs],
    sent_events: [truth.progressEvents, `${ofJobs}, sse_event_type="progress"`],
    sent_comments: [truth.comments, ofJobs],
    content_size_bytes: [truth.bytes, ofJobs],
    failed_connections: [truth.failed, `job="${JOB}", error_type=~"401|500"`],
  };
  for (const [name, [expected, labels]] of Object.entries(totals)) {
    const sum = `sum(sse_server_${name}_total{${labels}})`;
    await expect.poll(() => readValue(sum), SETTLED).toBe(expected);
  }
  const aborted = `sum(sse_server_failed_connections_total{job="${JOB}", error_type="aborted"})`;
  await expect.poll(() => readValue(aborted), SETTLED).toBe(truth.aborted);
});

test('each counter is what the process itself says', async () => {
  const { stack, prometheusUrl } = scenario;
  await stack.part('load').stop();
  watched[Symbol.dispose]();
  const active = `sum(sse_server_active_connections{job="${JOB}"})`;
  await expect.poll(() => readValue(active), SETTLED).toBe(0);
  for (const app of APPS) {
    const counters = await scrapeCounters(
      `${stack.urlOf(`${app}:9464`)}/metrics`,
    );
    expect(counters.size).toBeGreaterThan(300);
    await expect
      .poll(async () => {
        const found = await readCounters(prometheusUrl, app);
        return findDifferences(counters, found);
      }, SETTLED)
      .toEqual([]);
  }
});

function findDifferences(expected: Counters, found: Counters): string[] {
  return [...expected]
    .filter(([series, value]) => found.get(series) !== value)
    .map(([series, value]) => `${series}: ${value}, not ${found.get(series)}`);
}
