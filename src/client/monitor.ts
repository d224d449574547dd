import type { Attributes } from '@opentelemetry/api';
import {
  type ClientHistogramKey,
  type ClientHistograms,
  createClientHistograms,
  observeClient,
} from '../metrics/client-metrics.ts';
import { ClientRegistry } from '../metrics/client-registry.ts';
import type { MeterBinding } from '../metrics/meter-binding.ts';
import type { Connection } from './connection.ts';
import { attempt } from './failure.ts';
import { ServerClocks } from './server-clock.ts';
import type { SseClientInstrumentationConfig } from './types.ts';

/** The most values kept until there is a provider. */
const MAX_EARLY = 100;

/** What the place where clients run adds to a monitor. */
export interface ClientPlace {
  /** Whether there is one process, not page after page of one identity. */
  readonly hasActive: boolean;
  /** Called at the first stream. */
  readonly onFirstStream?: () => void;
}

/** All that is known of the event streams that this process receives. */
export class ClientMonitor {
  readonly registry: ClientRegistry;
  readonly clocks = new ServerClocks();
  readonly connections = new Set<Connection>();
  options: SseClientInstrumentationConfig;
  /** A page that nobody sees may sleep: its times say nothing of the server. */
  isHidden = false;
  #visibleSince = -Infinity;
  readonly #binding: MeterBinding;
  readonly #place: ClientPlace;
  #histograms: ClientHistograms | undefined;
  #early: [ClientHistogramKey, number, Attributes][] = [];
  #leave: (() => void) | undefined;

  constructor(
    options: SseClientInstrumentationConfig,
    binding: MeterBinding,
    place: ClientPlace,
  ) {
    this.options = options;
    this.registry = new ClientRegistry(readEventTypes(options));
    this.#binding = binding;
    this.#place = place;
  }

  /** Adds a connection. A process without one has no instruments of ours. */
  add(connection: Connection): void {
    this.connections.add(connection);
    this.#leave ??= this.#join();
    this.#binding.refresh();
  }

  #join(): () => void {
    const leave = this.#binding.use((meter) => {
      this.#histograms = createClientHistograms(meter);
      if (this.#binding.hasProvider()) {
        for (const value of this.#early.splice(0)) this.record(...value);
      }
      return observeClient(meter, {
        registry: this.registry,
        hasActive: this.#place.hasActive,
        settle: () => attempt(() => this.settle()),
      });
    });
    this.#place.onFirstStream?.();
    return leave;
  }

  /** Records a value; the first ones wait for who wants them. */
  record(key: ClientHistogramKey, value: number, attributes: Attributes): void {
    if (this.#binding.hasProvider()) {
      this.#histograms?.[key].record(value, attributes);
    } else if (this.#early.length < MAX_EARLY) {
      this.#early.push([key, value, attributes]);
    }
  }

  /** Adds the time until now of each connection to its series. */
  settle(): void {
    const now = performance.now();
    for (const connection of this.connections) connection.settle(now);
  }

  /** Says whether somebody can see the page. */
  setHidden(isHidden: boolean): void {
    this.settle();
    if (this.isHidden) this.#visibleSince = performance.now();
    this.isHidden = isHidden;
  }

  /** Whether the page could be seen all the time since then. */
  isVisibleSince(time: number): boolean {
    return !this.isHidden && time >= this.#visibleSince;
  }

  /** Counts what is open as closed by the application, which ends. */
  closeAll(): void {
    for (const connection of this.connections) connection.close('page');
  }

  /** The page is left: what is open is closed, and may come back. */
  leaveAll(): void {
    for (const connection of this.connections) connection.leave();
  }

  /** The page is back: what is still open is open again. */
  comeBackAll(): void {
    for (const connection of this.connections) connection.comeBack();
  }

  /** Lets go of all connections: what happens to them is no longer counted. */
  stop(): void {
    for (const connection of this.connections) connection.forget();
    this.connections.clear();
    this.#leave?.();
    this.#leave = undefined;
  }
}

function readEventTypes({
  eventTypes,
}: SseClientInstrumentationConfig): readonly string[] | undefined {
  // From JavaScript anything may come.
  return Array.isArray(eventTypes) ? eventTypes.map(String) : undefined;
}
