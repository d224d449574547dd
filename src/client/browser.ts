/** `opentelemetry-instrumentation-sse/client` in a browser. */
import {
  createNoopMeter,
  type MeterProvider,
  metrics,
  type TracerProvider,
} from '@opentelemetry/api';
import { PACKAGE_NAME, PACKAGE_VERSION } from '../version.ts';
import { hookEventSource } from './event-source.ts';
import { attempt, say } from './failure.ts';
import { hookFetch } from './fetch.ts';
import { createMonitor } from './monitor.ts';
import { watchPage } from './page.ts';
import type { SseClientInstrumentationConfig } from './types.ts';

export type {
  SseClientInstrumentationConfig,
  SseReceivedEvent,
} from './types.ts';

/** How often we look whether the page registered a MeterProvider. */
const LOOK_MS = 1000;
/** Another copy of this package must not count the same connections again. */
const OWNER = Symbol.for(`${PACKAGE_NAME}.client`);
const scope = globalThis as Parameters<typeof hookEventSource>[1] &
  Parameters<typeof watchPage>[1] &
  typeof globalThis & { [OWNER]?: object };

/**
 * Measures the event streams that this page receives, by `EventSource` and by
 * `fetch`. It needs `@opentelemetry/api` alone, and reports to the MeterProvider
 * that the page registers, whenever it does.
 *
 * @example `new SseClientInstrumentation({ urlTemplate: () => '/events' })`
 */
export class SseClientInstrumentation {
  readonly instrumentationName = `${PACKAGE_NAME}/client`;
  readonly instrumentationVersion = PACKAGE_VERSION;
  #config: SseClientInstrumentationConfig;
  #given: MeterProvider | undefined;
  #undo: (() => void)[] = [];

  /** Is switched on at once, unless `enabled` is false. */
  constructor(config: SseClientInstrumentationConfig = {}) {
    this.#config = config;
    if (config.enabled !== false) this.enable();
  }

  /** Begins to measure: what is made from now on. */
  enable(): void {
    if (scope[OWNER]) {
      if (scope[OWNER] !== this) say('another one measures this page', OWNER);
      return;
    }
    scope[OWNER] = this;
    let provider: MeterProvider | undefined;
    let timer: ReturnType<typeof setInterval> | undefined;
    let detach = (): void => {};
    /** A page registers its provider when it likes to. */
    const look = (): void => {
      const now = this.#given ?? metrics.getMeterProvider();
      if (now === provider) return;
      provider = now;
      const meter = now.getMeter(PACKAGE_NAME, PACKAGE_VERSION);
      detach();
      detach = monitor.store.attach(meter);
    };
    const monitor = createMonitor(
      () => this.#config,
      () => {
        look();
        timer ??= setInterval(() => attempt(look), LOOK_MS);
      },
    );
    this.#undo = [
      hookEventSource(monitor, scope),
      hookFetch(monitor, scope),
      watchPage(monitor, scope),
      () => {
        clearInterval(timer);
        for (const connection of monitor.connections) connection.close();
        detach();
        delete scope[OWNER];
      },
    ];
  }

  /** Puts everything back exactly as it was; what was counted is forgotten. */
  disable(): void {
    for (const step of this.#undo.splice(0)) step();
  }

  /**
   * Reports to this provider, now and from now on. Without it: to the one
   * registered globally, whenever it is.
   */
  setMeterProvider(provider: MeterProvider): void {
    // Who has none yet gives the one of the API that does nothing.
    this.#given =
      provider.getMeter(PACKAGE_NAME) === createNoopMeter()
        ? undefined
        : provider;
  }

  /** Accepted and not used: no spans are made. */
  setTracerProvider(_provider: TracerProvider): void {}

  /** Hooks count at once; `eventTypes` from the next `enable()`. */
  setConfig(config: SseClientInstrumentationConfig): void {
    this.#config = config;
  }

  getConfig(): SseClientInstrumentationConfig {
    return this.#config;
  }
}
