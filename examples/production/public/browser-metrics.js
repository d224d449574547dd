// What a page needs to send its metrics: copy it. With a bundler, or as here by an
// import map. The Collector's side is otel-collector/config.yaml.
import { metrics } from '@opentelemetry/api';
import {
  AggregationTemporalityPreference,
  OTLPMetricExporter,
} from '@opentelemetry/exporter-metrics-otlp-http';
import {
  defaultResource,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import {
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';

/**
 * @typedef {object} BrowserMetricsOptions
 * @property {string | undefined} [url] - of the Collector, without
 * `/v1/metrics`; nothing is sent without it.
 * @property {string} serviceName - of the page: the job in Prometheus.
 * @property {Record<string, string>} [attributes] - further ones of its
 * resource, such as `service.namespace`. Never one that tells pages or people
 * apart: each visit would be a new set of series.
 * @property {number} [intervalSeconds] - between two exports; 30.
 * @property {import('@opentelemetry/sdk-metrics').IMetricReader[]} [readers] -
 * who else reads the metrics.
 */

/**
 * Registers a MeterProvider that sends what was added since the last export, and
 * what is left when the page is hidden or goes.
 *
 * @param {BrowserMetricsOptions} options
 * @returns {() => Promise<void>} sends the rest and ends it.
 */
export function startBrowserMetrics({
  url = '',
  serviceName,
  attributes = {},
  intervalSeconds = 30,
  readers = [],
}) {
  const sender = url === '' ? undefined : createSender(url, intervalSeconds);
  const resource = { ...attributes, 'service.name': serviceName };
  const provider = new MeterProvider({
    // The default one says that it is a browser, by which the Collector knows it.
    resource: defaultResource().merge(resourceFromAttributes(resource)),
    readers: sender ? [...readers, sender.reader] : readers,
  });
  metrics.setGlobalMeterProvider(provider);

  // A hidden page may never be seen again, and in which order the two come is the
  // browser's. Not `unload`: with it no page is kept for the way back.
  const send = () => void sender?.send().catch(() => {});
  const sendWhenHidden = () => {
    if (document.visibilityState === 'hidden') send();
  };
  document.addEventListener('visibilitychange', sendWhenHidden);
  window.addEventListener('pagehide', send);
  return async () => {
    document.removeEventListener('visibilitychange', sendWhenHidden);
    window.removeEventListener('pagehide', send);
    metrics.disable();
    await provider.shutdown();
  };
}

/**
 * @param {string} url
 * @param {number} intervalSeconds
 */
function createSender(url, intervalSeconds) {
  const exporter = new OTLPMetricExporter({
    url: `${url.replace(/\/$/, '')}/v1/metrics`,
    // A page has no total that anyone could go on with: the next one begins at 0.
    temporalityPreference: AggregationTemporalityPreference.DELTA,
  });
  const exportIntervalMillis = intervalSeconds * 1000;
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis,
    exportTimeoutMillis: Math.min(10_000, exportIntervalMillis),
  });
  return {
    reader,
    /**
     * Not `forceFlush()`, which waits for an export that is under way: the page
     * would be gone. The request outlives the page (`keepalive`), up to 60 kB.
     */
    async send() {
      const { resourceMetrics } = await reader.collect();
      exporter.export(resourceMetrics, () => {});
    },
  };
}
