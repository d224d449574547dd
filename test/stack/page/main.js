// A page that is measured, and counts by itself what it sees.
import { SseClientInstrumentation } from 'opentelemetry-instrumentation-sse/client';
import { startBrowserMetrics } from '../../../examples/production/public/browser-metrics.js';

const query = new URLSearchParams(location.search);
startBrowserMetrics({
  url: query.get('collector') ?? undefined,
  serviceName: query.get('service') ?? 'page',
  intervalSeconds: Number(query.get('interval')),
});
new SseClientInstrumentation();

/** By its own listeners; `bytes` are those of the events' data. */
const seen = { tick: 0, snapshot: 0, message: 0, bytes: 0, connectedMs: 0 };
const slowMs = Number(query.get('slow'));
let openedAt = 0;

const source = new EventSource('/events');
source.addEventListener('open', () => {
  openedAt = performance.now();
});
for (const type of ['tick', 'snapshot', 'message']) {
  source.addEventListener(type, ({ data }) => {
    seen[type] += 1;
    seen.bytes += new TextEncoder().encode(data).length;
    const until = performance.now() + slowMs;
    while (performance.now() < until);
  });
}

/** Ends it. @returns what it saw. */
function leave() {
  source.close();
  seen.connectedMs ||= performance.now() - openedAt;
  return seen;
}

// The last that it does; the next page of the same origin can read it.
addEventListener('pagehide', () => {
  seen.connectedMs ||= performance.now() - openedAt;
  localStorage.setItem('seen', JSON.stringify(seen));
});
Object.assign(globalThis, { seen, leave });
