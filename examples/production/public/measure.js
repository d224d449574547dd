// Runs before page.js, where there is a Collector to send to: every EventSource that is
// made from now on is measured.
import { SseClientInstrumentation } from 'opentelemetry-instrumentation-sse/client';
import { startBrowserMetrics } from './browser-metrics.js';

startBrowserMetrics({
  url: document.querySelector('meta[name="otlp-url"]')?.content,
  serviceName: 'production-page',
  attributes: { 'service.namespace': 'sse' },
  intervalSeconds: 15,
});
new SseClientInstrumentation({ sentAt: readTime });

/** When a tick was sent: all of its data need not be parsed again for that. */
function readTime({ data }) {
  const [, at] = /^\{"at":"([^"]+)"/.exec(data) ?? [];
  return at === undefined ? undefined : Date.parse(at);
}
