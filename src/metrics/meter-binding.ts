import {
  createNoopMeter,
  diag,
  type Meter,
  type MeterProvider,
  metrics,
} from '@opentelemetry/api';
import { PACKAGE_NAME, PACKAGE_VERSION } from '../version.ts';

/** Creates instruments on a meter; returns how to take them off again. */
export type MeterUser = (meter: Meter) => () => void;

/**
 * Decides which MeterProvider has our metrics, and moves them when it changes:
 * the one given by `setMeterProvider`, else the one the application registered
 * globally, whenever it does, else a fallback of our own.
 */
export class MeterBinding {
  #given: MeterProvider | undefined;
  #fallback: MeterProvider | undefined;
  #provider: MeterProvider | undefined;
  #onForeign: (() => unknown) | undefined;
  readonly #users = new Map<MeterUser, () => void>();

  /** Lets a part of us use the meter, now and after each move. */
  use(user: MeterUser): () => void {
    this.#users.set(user, this.#attach(user));
    return () => {
      detach(this.#users.get(user));
      this.#users.delete(user);
    };
  }

  /**
   * Binds to the application's provider, whatever is registered globally. The one
   * of the API that does nothing is no provider: instrumentations are given it
   * where the application registers its own later.
   */
  setMeterProvider(provider: MeterProvider): void {
    // By name: ES module and CommonJS have classes of their own.
    const isNoop = provider.constructor.name === 'NoopMeterProvider';
    this.#given = isNoop ? undefined : provider;
    this.refresh();
  }

  /**
   * Sets the provider to use while the application has none.
   *
   * @param onForeign - called once when the application's appears, or at once
   * when it is there already. Until a promise that it returns is settled, the
   * fallback can be read: its last flush must have the last figures.
   */
  setFallback(provider: MeterProvider, onForeign: () => unknown): void {
    this.#fallback = provider;
    this.#onForeign = onForeign;
    this.refresh();
  }

  /** Whether the application has a provider of its own. */
  hasForeign(): boolean {
    return this.#given !== undefined || isRegistered();
  }

  /** Looks whether the application registered a provider. Cheap. */
  refresh(): void {
    const isForeign = this.hasForeign();
    const provider =
      this.#given ?? (isForeign ? metrics.getMeterProvider() : this.#fallback);
    const left = provider === this.#provider ? [] : this.#move(provider);
    const leave = (): void => left.forEach(detach);
    const handedOver = isForeign ? this.#handOver() : undefined;
    if (handedOver instanceof Promise) void handedOver.then(leave, leave);
    else leave();
  }

  /** @returns how to leave where we were. */
  #move(provider: MeterProvider | undefined): (() => void)[] {
    this.#provider = provider;
    const left = [...this.#users.values()];
    for (const user of this.#users.keys()) {
      this.#users.set(user, this.#attach(user));
    }
    return left;
  }

  #handOver(): unknown {
    const onForeign = this.#onForeign;
    if (onForeign === undefined) return undefined;
    this.#onForeign = undefined;
    // It ends now: the application may take its own away again.
    this.#fallback = undefined;
    try {
      return onForeign();
    } catch (error) {
      diag.error(`${PACKAGE_NAME}: the handover failed`, error);
      return undefined;
    }
  }

  #attach(user: MeterUser): () => void {
    try {
      const meter =
        this.#provider?.getMeter(PACKAGE_NAME, PACKAGE_VERSION) ??
        createNoopMeter();
      return user(meter);
    } catch (error) {
      diag.error(`${PACKAGE_NAME}: no metrics on this MeterProvider`, error);
      return () => {};
    }
  }
}

function detach(undo: (() => void) | undefined): void {
  try {
    undo?.();
  } catch (error) {
    diag.error(`${PACKAGE_NAME}: the last MeterProvider failed`, error);
  }
}

/**
 * Where the API keeps what is registered. Its noop provider cannot be compared:
 * the API's ESM and CommonJS copies each have their own.
 */
const GLOBAL_KEY = Symbol.for('opentelemetry.js.api.1');

function isRegistered(): boolean {
  const api = (globalThis as { [GLOBAL_KEY]?: { metrics?: unknown } })[
    GLOBAL_KEY
  ];
  return api?.metrics !== undefined;
}
