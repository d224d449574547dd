import type {
  BatchObservableResult,
  Histogram,
  Meter,
  Observable,
} from '@opentelemetry/api';
import { CLIENT_METRICS, type ClientMetricKey } from '../semconv.ts';
import type { ClientRegistry } from './client-registry.ts';
import type { ClientSeries } from './client-series.ts';
import type { Count } from './counts.ts';
import { createHistogram, createObservable } from './instruments.ts';

/** The histograms that the client room records in, as things happen. */
export type ClientHistograms = {
  readonly [Key in ClientHistogramKey]: Histogram;
};

/** A histogram of {@link CLIENT_METRICS}. */
export type ClientHistogramKey = {
  [Key in ClientMetricKey]: (typeof CLIENT_METRICS)[Key]['kind'] extends 'histogram'
    ? Key
    : never;
}[ClientMetricKey];

/** What is read when metrics are collected. */
export interface ClientReadings {
  readonly registry: ClientRegistry;
  /** Whether `sse.client.active_connections` is reported. */
  readonly hasActive: boolean;
  /** Adds the time until now of each connection to its series. Never throws. */
  settle(): void;
}

/** The client's histograms on one meter. */
export function createClientHistograms(meter: Meter): ClientHistograms {
  const create = (key: ClientHistogramKey) =>
    createHistogram(meter, CLIENT_METRICS[key]);
  return {
    connectionOpenTime: create('connectionOpenTime'),
    connectionDuration: create('connectionDuration'),
    reconnectDelay: create('reconnectDelay'),
    eventInterval: create('eventInterval'),
    eventDelay: create('eventDelay'),
    eventHandlerDuration: create('eventHandlerDuration'),
  };
}

/**
 * Reports everything observable about clients on one meter.
 *
 * @returns its undo.
 */
export function observeClient(
  meter: Meter,
  { registry, hasActive, settle }: ClientReadings,
): () => void {
  const all: Observable[] = [];
  const create = (key: ClientMetricKey): Observable => {
    const observable = createObservable(meter, CLIENT_METRICS[key]);
    all.push(observable);
    return observable;
  };
  const byValue: [Observable, (series: ClientSeries) => readonly Count[]][] = [
    [create('openedConnections'), ({ opened }) => opened],
    [create('closedConnections'), ({ closed }) => closed.all],
    [create('errors'), ({ errors }) => errors.all],
    [create('receivedEvents'), ({ events }) => events.all],
  ];
  const single: [Observable, (series: ClientSeries) => number][] = [
    [create('contentSize'), ({ contentSize }) => contentSize],
    [create('connectedTime'), (series) => series.connectedSeconds],
    [create('disconnectedTime'), (series) => series.disconnectedSeconds],
  ];
  if (hasActive) {
    single.push([create('activeConnections'), ({ active }) => active]);
  }
  const observe = (result: BatchObservableResult): void => {
    settle();
    for (const series of registry.series) {
      for (const [observable, read] of single) {
        result.observe(observable, read(series), series.attributes);
      }
      for (const [observable, read] of byValue) {
        for (const { value, attributes } of read(series)) {
          result.observe(observable, value, attributes);
        }
      }
    }
  };
  meter.addBatchObservableCallback(observe, all);
  return () => meter.removeBatchObservableCallback(observe, all);
}
