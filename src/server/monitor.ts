import { createNoopMeter } from '@opentelemetry/api';
import type { MeterBinding } from '../metrics/meter-binding.ts';
import { Sampler } from '../metrics/sampler.ts';
import {
  createServerHistograms,
  observeServer,
  type ServerHistograms,
} from '../metrics/server-metrics.ts';
import { ServerRegistry } from '../metrics/server-registry.ts';
import { forgetChunk } from '../protocol/scanner.ts';
import { Clients } from './clients.ts';
import { CoarseClock } from './clock.ts';
import type { Connection } from './connection.ts';
import { ConnectionList } from './connection-list.ts';
import type { ServerOptions } from './options.ts';
import { readGuards, readOpenConnections } from './reading.ts';
import { forgetText } from './writing.ts';

/** What the server room knows: its series, its open connections, its samplers. */
export class ServerMonitor {
  readonly registry: ServerRegistry;
  /** Recognised and not closed; most are open. */
  readonly connections = new ConnectionList();
  readonly clients: Clients;
  readonly clock: CoarseClock;
  readonly intervalSampler: Sampler;
  readonly sizeSampler: Sampler;
  readonly writeSampler: Sampler;
  histograms: ServerHistograms = createServerHistograms(createNoopMeter());
  options: ServerOptions;
  readonly binding: MeterBinding;
  readonly #leave: () => void;

  constructor(options: ServerOptions, binding: MeterBinding) {
    this.options = options;
    this.binding = binding;
    this.registry = new ServerRegistry(options);
    this.clients = new Clients(options.findAddress !== undefined);
    this.intervalSampler = new Sampler(options.samplesPerSecond);
    this.sizeSampler = new Sampler(options.samplesPerSecond);
    this.writeSampler = new Sampler(options.samplesPerSecond);
    this.clock = new CoarseClock(() => this.#startSecond());
    this.#leave = binding.use((meter) => {
      this.histograms = createServerHistograms(meter);
      return observeServer(meter, {
        registry: this.registry,
        readOpenConnections: () => readOpenConnections(this),
        readClients: () => this.clients.read(),
        readGuards,
        now: () => performance.now(),
      });
    });
  }

  add(connection: Connection): void {
    this.connections.add(connection);
    this.clients.expect(connection);
    this.clock.start();
  }

  remove(connection: Connection): void {
    this.clients.forget(connection);
    this.connections.remove(connection);
    if (this.connections.size > 0) return;
    this.clock.stop();
    forgetChunk();
    forgetText();
  }

  /** Stops reporting. */
  stop(): void {
    this.clock.stop();
    this.#leave();
  }

  #startSecond(): void {
    this.clients.noteWaiting();
    forgetChunk();
    forgetText();
    this.intervalSampler.startSecond();
    this.sizeSampler.startSecond();
    this.writeSampler.startSecond();
    this.binding.refresh();
  }
}
