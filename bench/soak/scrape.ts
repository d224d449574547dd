import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type MetricDefinition,
  OTHER,
  PROCESS_METRICS,
  prometheusName,
  SERVER_METRICS,
} from '../../src/semconv.ts';
import type { Sample } from './record.ts';

const INTERVAL_MS = 1000;
const DEADLINE_MS = 10_000;

/** Scrapes once, on a connection of its own. @throws after 10 s without an answer. */
export async function scrape(port: number): Promise<Sample> {
  const start = performance.now();
  const request = get({
    host: '127.0.0.1',
    port,
    path: '/metrics',
    agent: false,
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const body = await text(response);
  return readSample(body, performance.now() - start);
}

/** Scrapes once a second while something is done. */
export async function scrapeDuring(
  port: number,
  onSample: (sample: Sample) => void,
  work: () => Promise<void>,
): Promise<void> {
  const working = new AbortController();
  const { signal } = working;
  const scraping = (async () => {
    while (!signal.aborted) {
      onSample(await scrape(port));
      await delay(INTERVAL_MS, undefined, { signal }).catch(() => {});
    }
  })();
  const done = work().finally(() => working.abort());
  await Promise.all([done, scraping]);
}

/** @param took - in milliseconds. */
export function readSample(body: string, took: number): Sample {
  const lines = body.split('\n').filter((line) => /^\w/.test(line));
  const select = (metric: MetricDefinition, label = '') =>
    lines.filter(
      (line) =>
        line.startsWith(`${prometheusName(metric)}{`) && line.includes(label),
    );
  const { openedConnections, closedConnections, failedConnections } =
    SERVER_METRICS;
  const errors = new Set([
    ...select(closedConnections, '"error"'),
    ...select(failedConnections),
    ...lines.filter((line) => line.includes(`"${OTHER}"`)),
  ]);
  return {
    opened: addUp(select(openedConnections)),
    closed: addUp(select(closedConnections)),
    completed: addUp(select(closedConnections, '"completed"')),
    active: addUp(select(SERVER_METRICS.activeConnections)),
    errors: addUp([...errors]),
    series: lines.length,
    descriptors: addUp(select(PROCESS_METRICS.fileDescriptorCount)),
    delay: addUp(select(PROCESS_METRICS.eventLoopDelayP99)),
    heap: addUp(select(PROCESS_METRICS.heapUsed)),
    took,
  };
}

function addUp(lines: readonly string[]): number {
  return lines.reduce(
    (sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)),
    0,
  );
}
