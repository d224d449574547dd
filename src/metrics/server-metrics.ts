import type {
  BatchObservableResult,
  Histogram,
  Meter,
  Observable,
} from '@opentelemetry/api';
import {
  GUARD_METRICS,
  type RejectionReason,
  SERVER_METRICS,
  type ServerMetricKey,
} from '../semconv.ts';
import { createHistogram, createObservable } from './instruments.ts';
import type { ServerRegistry } from './server-registry.ts';
import type { Count, ServerSeries } from './server-series.ts';

/** The histograms that the server room records in, as they happen. */
export type ServerHistograms = {
  readonly [Key in HistogramKey]: Histogram;
};

type HistogramKey = {
  [Key in ServerMetricKey]: (typeof SERVER_METRICS)[Key]['kind'] extends 'histogram'
    ? Key
    : never;
}[ServerMetricKey];

/** What is read when metrics are collected. */
export interface ServerReadings {
  readonly registry: ServerRegistry;
  /** Brings the figures of open connections up to date. Never throws. */
  readOpenConnections(): void;
  /** Client addresses, once they are worth reporting. */
  readClients(): { clients: number; busiest: number } | undefined;
  /** What guards allow and may refuse for; `undefined`: there is none. */
  readGuards():
    | { limit: number | undefined; reasons: readonly RejectionReason[] }
    | undefined;
  /** Milliseconds of the monotonic clock. */
  now(): number;
}

/** Metrics with one value a series. */
const SINGLE: readonly [
  ServerMetricKey,
  (series: ServerSeries, now: number) => number | undefined,
][] = [
  ['waitingConnections', (series) => series.waiting],
  ['unfinishedCloses', (series) => series.unfinished],
  ['replayedEvents', (series) => series.replayed],
  ['sentComments', (series) => series.comments],
  ['writes', (series) => series.writes],
  ['lateWrites', (series) => series.lateWrites],
  ['contentSize', (series) => series.contentSize],
  ['wireSize', (series) => series.wireSize],
  ['queueSize', (series) => series.queueSize],
  ['connectionQueueMax', (series, now) => series.queueMax.read(now)],
  ['blockedConnections', (series) => series.blocked],
  ['blockedWrites', (series) => series.blockedWrites],
  ['connectionAgeMax', (series) => series.ageMax],
  ['connectionIdleTimeMax', (series) => series.idleMax],
  ['stalledConnections', (series) => series.stalled],
];

/** Metrics with a value for each member of a set, a series. */
const BY_VALUE: readonly [
  ServerMetricKey,
  (series: ServerSeries) => readonly Count[],
][] = [
  ['eventlessCloses', (series) => series.eventless.all],
  ['sentEvents', (series) => series.events.all],
  ['droppedEvents', (series) => series.dropped.all],
  ['resumes', (series) => series.resumes.all],
  ['protocolErrors', (series) => series.protocolErrors.all],
];

/** The server's histograms on one meter. */
export function createServerHistograms(meter: Meter): ServerHistograms {
  const create = (key: HistogramKey) =>
    createHistogram(meter, SERVER_METRICS[key]);
  return {
    connectionDuration: create('connectionDuration'),
    connectionOpenTime: create('connectionOpenTime'),
    timeToFirstEvent: create('timeToFirstEvent'),
    eventInterval: create('eventInterval'),
    eventSize: create('eventSize'),
    writeDuration: create('writeDuration'),
    blockedDuration: create('blockedDuration'),
  };
}

/**
 * Reports everything observable about the server on one meter.
 *
 * @returns its undo.
 */
export function observeServer(
  meter: Meter,
  readings: ServerReadings,
): () => void {
  const observables = new Map<ServerMetricKey, Observable>();
  for (const key of Object.keys(SERVER_METRICS) as ServerMetricKey[]) {
    const definition = SERVER_METRICS[key];
    if (definition.kind === 'histogram') continue;
    observables.set(key, createObservable(meter, definition));
  }
  const limit = createObservable(meter, GUARD_METRICS.connectionLimit);
  const rejected = createObservable(meter, GUARD_METRICS.rejectedConnections);
  const observeGuards = (result: BatchObservableResult): void => {
    const guards = readings.readGuards();
    if (guards !== undefined) readings.registry.noteReasons(guards.reasons);
    if (guards?.limit !== undefined) result.observe(limit, guards.limit);
    for (const counts of readings.registry.rejected) {
      for (const { value, attributes } of counts.all) {
        result.observe(rejected, value, attributes);
      }
    }
  };
  const of = (key: ServerMetricKey) => observables.get(key) as Observable;
  const observe = (result: BatchObservableResult): void => {
    readings.readOpenConnections();
    observeLifecycles(result, of, readings.registry);
    observeGuards(result);
    const now = readings.now();
    for (const series of readings.registry.series) {
      for (const [key, read] of SINGLE) {
        const value = read(series, now);
        if (value === undefined) continue;
        result.observe(of(key), value, series.attributes);
      }
      for (const [key, read] of BY_VALUE) {
        for (const { value, attributes } of read(series)) {
          result.observe(of(key), value, attributes);
        }
      }
    }
    const clients = readings.readClients();
    if (clients === undefined) return;
    result.observe(of('clients'), clients.clients);
    result.observe(of('clientConnectionsMax'), clients.busiest);
  };
  const all = [...observables.values(), limit, rejected];
  meter.addBatchObservableCallback(observe, all);
  return () => meter.removeBatchObservableCallback(observe, all);
}

function observeLifecycles(
  result: BatchObservableResult,
  of: (key: ServerMetricKey) => Observable,
  registry: ServerRegistry,
): void {
  const active = of('activeConnections');
  const opened = of('openedConnections');
  const closed = of('closedConnections');
  for (const lifecycle of registry.lifecycles) {
    result.observe(active, lifecycle.active, lifecycle.attributes);
    for (const { value, attributes } of lifecycle.opened) {
      result.observe(opened, value, attributes);
    }
    for (const counts of [lifecycle.closed, lifecycle.errors]) {
      for (const { value, attributes } of counts.all) {
        result.observe(closed, value, attributes);
      }
    }
  }
  const failed = of('failedConnections');
  for (const counts of registry.failed) {
    for (const { value, attributes } of counts.all) {
      result.observe(failed, value, attributes);
    }
  }
}
