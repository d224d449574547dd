import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import {
  configureMonitoring,
  getMonitoring,
  startMonitoring,
  stopMonitoring,
} from './monitoring.ts';
import type {
  SseConnectionSnapshot,
  SseInstrumentationConfig,
} from './types.ts';
import { PACKAGE_NAME, PACKAGE_VERSION } from './version.ts';

/** The most connections that `connections()` lists. */
const MAX_LISTED = 1000;

/**
 * Measures the event streams that this process serves. An OpenTelemetry
 * instrumentation: give it to `NodeSDK` or `registerInstrumentations`, or use it
 * alone. It never throws into the application.
 *
 * @example `new NodeSDK({ instrumentations: [new SseInstrumentation()] })`
 */
export class SseInstrumentation {
  readonly instrumentationName = PACKAGE_NAME;
  readonly instrumentationVersion = PACKAGE_VERSION;
  #config: SseInstrumentationConfig;
  #provider: MeterProvider | undefined;

  /** Is switched on at once, unless `enabled` is false. */
  constructor(config: SseInstrumentationConfig = {}) {
    this.#config = { ...config };
    if (config.enabled !== false) this.enable();
  }

  /** Begins to measure. Servers made before are covered. */
  enable(): void {
    startMonitoring(this, this.#config, this.#provider);
  }

  /** Puts Node back exactly as it was; what was counted is forgotten. */
  disable(): void {
    stopMonitoring(this);
  }

  /**
   * Reports to this provider, now and from now on. Without it: to the one
   * registered globally, whenever it is.
   */
  setMeterProvider(provider: MeterProvider): void {
    this.#provider = provider;
    getMonitoring()?.binding.setMeterProvider(provider);
  }

  /** Accepted and not used: no spans are made. */
  setTracerProvider(_provider: TracerProvider): void {}

  /**
   * Hooks and thresholds count at once; limits of series, and which parts are
   * on, from the next `enable()`.
   */
  setConfig(config: SseInstrumentationConfig): void {
    this.#config = { ...config };
    configureMonitoring(this, config);
  }

  getConfig(): SseInstrumentationConfig {
    return { ...this.#config };
  }

  /**
   * The open connections, oldest first: which streams, whose, now? Never
   * exported with any metric.
   *
   * @param limit - at most so many, and at most 1,000.
   */
  connections(limit: number = MAX_LISTED): SseConnectionSnapshot[] {
    return getMonitoring()?.list(Math.min(limit || 0, MAX_LISTED)) ?? [];
  }
}
