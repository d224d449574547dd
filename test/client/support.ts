import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import type { Histogram } from '@opentelemetry/sdk-metrics';
import { SseClientInstrumentation } from '../../src/client/node.ts';
import type { SseClientInstrumentationConfig } from '../../src/client/types.ts';
import { CLIENT_METRICS, type ClientMetricKey } from '../../src/semconv.ts';
import {
  type ClientFigures,
  createReaches,
} from '../support/client-figures.ts';
import { createMetrics, type Metrics } from '../support/metric-reader.ts';
import { startServer, type TestServer } from '../support/sse-server.ts';

/** A real server, and what this process measures as its client. */
export interface MeasuredClient extends TestServer, ClientFigures {
  readonly instrumentation: SseClientInstrumentation;
  readonly metrics: Metrics;
}

/** Measures what this process receives from a server; `await using` ends both. */
export async function startMeasuredClient(
  listener: RequestListener,
  config: SseClientInstrumentationConfig = {},
): Promise<MeasuredClient> {
  const metrics = createMetrics();
  const instrumentation = new SseClientInstrumentation({
    ...config,
    enabled: false,
  });
  instrumentation.setMeterProvider(metrics.provider);
  instrumentation.enable();
  const server = await startServer(listener);
  const nameOf = (key: ClientMetricKey) => CLIENT_METRICS[key].name;
  const sum: MeasuredClient['sum'] = (key, match) =>
    metrics.sum(nameOf(key), match);
  return {
    ...server,
    instrumentation,
    metrics,
    sum,
    count: (key, match) => metrics.count(nameOf(key), match),
    async total(key) {
      const points = (await metrics.collect()).get(nameOf(key)) ?? [];
      return points.reduce(
        (total, { value }) => total + ((value as Histogram).sum ?? 0),
        0,
      );
    },
    reaches: createReaches(sum),
    async [Symbol.asyncDispose]() {
      instrumentation.disable();
      await server[Symbol.asyncDispose]();
      await metrics.provider.shutdown();
    },
  };
}

/** An event of something, as a promise. */
export async function next(target: EventTarget, type: string): Promise<Event> {
  const [event] = await once(target, type);
  return event as Event;
}
