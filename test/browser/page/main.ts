/** What a page under test has: the browser's door and a real SDK. */
import { fetchEventSource } from '@microsoft/fetch-event-source';
import { metrics as api, type DiagLogger, diag } from '@opentelemetry/api';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { SseClientInstrumentation } from '../../../src/client/browser.ts';
import { createMetrics } from '../../support/metric-reader.ts';

const native = { EventSource: Reflect.get(globalThis, 'EventSource'), fetch };

/** The fetch of the browser, whatever is in front of it. */
const bareFetch = (...args: Parameters<typeof fetch>) =>
  Reflect.apply(native.fetch, globalThis, args);

Object.assign(globalThis, {
  bareFetch,
  EventSourceParserStream,
  fetchEventSource,
  SseClientInstrumentation,
  createMetrics,
  native,
  /** Switches it on; the metrics are in `metrics`. */
  measure(config = {}) {
    const metrics = createMetrics();
    const instrumentation = new SseClientInstrumentation({
      ...config,
      enabled: false,
    });
    instrumentation.setMeterProvider(metrics.provider);
    instrumentation.enable();
    Object.assign(globalThis, { instrumentation, metrics });
  },
  setLogger(logger: DiagLogger) {
    diag.setLogger(logger, { suppressOverrideMessage: true });
  },
  /** Registers a provider as a page does. */
  register() {
    const metrics = createMetrics();
    api.setGlobalMeterProvider(metrics.provider);
    Object.assign(globalThis, { metrics });
  },
});
