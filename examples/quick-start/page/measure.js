// What this page measures of its own streams: the browser's door of the package,
// read once a second for the figures, and sent to a Collector where there is one.
import {
  AggregationTemporality,
  DataPointType,
  MetricReader,
} from '@opentelemetry/sdk-metrics';
import { SseClientInstrumentation } from 'opentelemetry-instrumentation-sse/client';
import { startBrowserMetrics } from '../../production/public/browser-metrics.js';

/** How far the longest gap looks back, in readings. */
const GAP_READINGS = 30;

/**
 * Begins to measure every EventSource that is made from now on.
 *
 * @param {string | undefined} url - of the Collector.
 * @returns {() => Promise<PageFigures>} reads the figures.
 */
export function startMeasuring(url) {
  const reader = new PageReader();
  startBrowserMetrics({
    url,
    serviceName: 'quick-start-page',
    attributes: { 'service.namespace': 'sse' },
    intervalSeconds: 15,
    readers: [reader],
  });
  new SseClientInstrumentation();
  const figures = new PageFigures();
  return async () => {
    const { resourceMetrics } = await reader.collect();
    figures.add(resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics));
    return figures;
  };
}

/** Gives, when asked, what was added since. */
class PageReader extends MetricReader {
  constructor() {
    super({
      aggregationTemporalitySelector: () => AggregationTemporality.DELTA,
    });
  }

  async onForceFlush() {}

  async onShutdown() {}
}

/** @typedef {import('@opentelemetry/sdk-metrics').MetricData} MetricData */

/** Figures since the page was opened. */
export class PageFigures {
  events = 0;
  /** Connections, first and further ones. */
  opened = 0;
  connectedSeconds = 0;
  /** @type {number | undefined} of the last connection. */
  connectSeconds;
  /** @type {number | undefined} of the last events that say when they were sent. */
  delaySeconds;
  /** @type {number[]} the longest of each reading. */
  #gaps = [];

  /** @returns {number | undefined} seconds between two events, of the last 30. */
  get longestGapSeconds() {
    return this.#gaps.length > 0 ? Math.max(...this.#gaps) : undefined;
  }

  /** @param {readonly MetricData[]} metrics - of one reading. */
  add(metrics) {
    const all = new Map(metrics.map((one) => [one.descriptor.name, one]));
    this.events += addUp(all.get('sse.client.received.events'));
    this.opened += addUp(all.get('sse.client.opened_connections'));
    this.connectedSeconds += addUp(all.get('sse.client.connected_time'));
    const open = summarise(all.get('sse.client.connection.open_time'));
    this.connectSeconds = open?.mean ?? this.connectSeconds;
    const delay = summarise(all.get('sse.client.event.delay'));
    this.delaySeconds = delay?.mean ?? this.delaySeconds;
    const gap = summarise(all.get('sse.client.event.interval'));
    this.#gaps.push(gap?.max ?? 0);
    if (this.#gaps.length > GAP_READINGS) this.#gaps.shift();
  }
}

/** @param {MetricData | undefined} metric - a counter. */
function addUp(metric) {
  if (metric?.dataPointType !== DataPointType.SUM) return 0;
  return metric.dataPoints.reduce((sum, { value }) => sum + value, 0);
}

/** @param {MetricData | undefined} metric - a histogram. */
function summarise(metric) {
  if (metric?.dataPointType !== DataPointType.HISTOGRAM) return undefined;
  const values = metric.dataPoints.map(({ value }) => value);
  const count = values.reduce((all, value) => all + value.count, 0);
  if (count === 0) return undefined;
  const sum = values.reduce((all, value) => all + (value.sum ?? 0), 0);
  return {
    mean: sum / count,
    max: Math.max(...values.map(({ max = 0 }) => max)),
  };
}
