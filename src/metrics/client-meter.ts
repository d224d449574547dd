import { createNoopMeter, type Meter } from '@opentelemetry/api';
import { CLIENT_ACTIVE, CLIENT_METRICS } from '../semconv.ts';
import type { ClientStore } from './client-store.ts';

const DESCRIPTIONS: ReadonlyMap<string, string> = new Map(
  Object.values(CLIENT_METRICS).map(({ name, description }) => [
    name,
    description,
  ]),
);

/**
 * Reports a store to a meter as Node does, with what a page has no room for: the
 * descriptions, and the connections open now.
 *
 * @returns its undo.
 */
export function attachDescribed(store: ClientStore, meter: Meter): () => void {
  if (meter === createNoopMeter()) return store.attach(meter);
  const describe = (name: string) => ({
    description: DESCRIPTIONS.get(name) ?? '',
  });
  const { name, unit, description } = CLIENT_METRICS.activeConnections;
  return store.attach(
    {
      createHistogram: (full, options) =>
        meter.createHistogram(full, { ...options, ...describe(full) }),
      createObservableCounter: (full, options) =>
        meter.createObservableCounter(full, { ...options, ...describe(full) }),
      addBatchObservableCallback: (callback, list) =>
        meter.addBatchObservableCallback(callback, list),
      removeBatchObservableCallback: (callback, list) =>
        meter.removeBatchObservableCallback(callback, list),
    },
    {
      [CLIENT_ACTIVE]: meter.createObservableUpDownCounter(name, {
        unit,
        description,
      }),
    },
  );
}
