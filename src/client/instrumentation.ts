import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import { PACKAGE_NAME, PACKAGE_VERSION } from '../version.ts';
import {
  type ClientDoor,
  configureClientMonitoring,
  getClientMonitoring,
  startClientMonitoring,
  stopClientMonitoring,
} from './client-monitoring.ts';
import type { SseClientInstrumentationConfig } from './types.ts';

/**
 * Measures the event streams that are received here. An OpenTelemetry
 * instrumentation by its shape; what it hooks is for each door to say.
 */
export abstract class ClientInstrumentation {
  readonly instrumentationName = `${PACKAGE_NAME}/client`;
  readonly instrumentationVersion = PACKAGE_VERSION;
  readonly #door: ClientDoor;
  #config: SseClientInstrumentationConfig;
  #provider: MeterProvider | undefined;

  constructor(config: SseClientInstrumentationConfig, door: ClientDoor) {
    this.#door = door;
    this.#config = { ...config };
    if (config.enabled !== false) this.enable();
  }

  /** Begins to measure: what is made from now on. */
  enable(): void {
    const monitoring = startClientMonitoring(this, this.#config, this.#door);
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
