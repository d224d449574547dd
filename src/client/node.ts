/** `opentelemetry-instrumentation-sse/client` in Node. */
import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import { PACKAGE_NAME, PACKAGE_VERSION } from '../version.ts';
import {
  configureClientMonitoring,
  getClientMonitoring,
  startClientMonitoring,
  stopClientMonitoring,
} from './client-monitoring.ts';
import type { SseClientInstrumentationConfig } from './types.ts';
import { createUndiciStreams } from './undici-streams.ts';

export type {
  SseClientInstrumentationConfig,
  SseReceivedEvent,
} from './types.ts';

/**
 * Measures the event streams that this process receives: by `fetch` and
 * everything else on undici, by the package `eventsource` from version 3, and by
 * Node's own `EventSource`. It never throws into the application.
 *
 * @example `new SseClientInstrumentation({ urlTemplate: () => '/events' })`
 */
export class SseClientInstrumentation {
  readonly instrumentationName = `${PACKAGE_NAME}/client`;
  readonly instrumentationVersion = PACKAGE_VERSION;
  #config: SseClientInstrumentationConfig;
  #provider: MeterProvider | undefined;

  /** Is switched on at once, unless `enabled` is false. */
  constructor(config: SseClientInstrumentationConfig = {}) {
    this.#config = { ...config };
    if (config.enabled !== false) this.enable();
  }

  /** Begins to measure: what is made from now on. */
  enable(): void {
    const monitoring = startClientMonitoring(this, this.#config, {
      bring: () => createUndiciStreams,
    });
    if (this.#provider !== undefined) {
      monitoring?.binding.setMeterProvider(this.#provider);
    }
  }

  /** Puts everything back exactly as it was; what was counted is forgotten. */
  disable(): void {
    stopClientMonitoring(this);
  }

  /**
   * Reports to this provider, now and from now on. Without it: to the one
   * registered globally, whenever it is.
   */
  setMeterProvider(provider: MeterProvider): void {
    this.#provider = provider;
    getClientMonitoring()?.binding.setMeterProvider(provider);
  }

  /** Accepted and not used: no spans are made. */
  setTracerProvider(_provider: TracerProvider): void {}

  /** Hooks count at once; `eventTypes` from the next `enable()`. */
  setConfig(config: SseClientInstrumentationConfig): void {
    this.#config = { ...config };
    configureClientMonitoring(this, config);
  }

  getConfig(): SseClientInstrumentationConfig {
    return { ...this.#config };
  }
}
