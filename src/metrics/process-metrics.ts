import type {
  BatchObservableResult,
  Meter,
  Observable,
} from '@opentelemetry/api';
import {
  ATTR_SSE_PROCESS_CPU_MODE,
  ATTR_SSE_PROCESS_EVENT_LOOP_STATE,
  PROCESS_METRICS,
} from '../semconv.ts';
import { createObservable } from './instruments.ts';

/**
 * Figures of this process: seconds, bytes and counts as PROCESS_METRICS names
 * them. `undefined` is not reported.
 */
export interface ProcessReading {
  readonly uptime: number;
  readonly cpuUser: number;
  readonly cpuSystem: number;
  readonly memoryRss: number | undefined;
  readonly heapUsed: number;
  readonly heapTotal: number;
  readonly heapLimit: number;
  readonly external: number;
  readonly arrayBuffers: number | undefined;
  readonly fileDescriptorCount: number | undefined;
  readonly fileDescriptorLimit: number | undefined;
  readonly eventLoopActive: number;
  readonly eventLoopIdle: number;
  readonly eventLoopDelayP99: number;
  readonly eventLoopDelayMax: number;
}

type ProcessMetricKey = keyof typeof PROCESS_METRICS;

/** Metrics with two values, told apart by an attribute. */
const PAIRS = {
  cpuTime: [
    ATTR_SSE_PROCESS_CPU_MODE,
    ['user', 'cpuUser'],
    ['system', 'cpuSystem'],
  ],
  eventLoopTime: [
    ATTR_SSE_PROCESS_EVENT_LOOP_STATE,
    ['active', 'eventLoopActive'],
    ['idle', 'eventLoopIdle'],
  ],
} as const;

/**
 * Reports the figures of this process on one meter.
 *
 * @param read - the figures now; those it leaves out are not reported.
 * @returns its undo.
 */
export function observeProcess(
  meter: Meter,
  read: () => Partial<ProcessReading>,
): () => void {
  const keys = Object.keys(PROCESS_METRICS) as ProcessMetricKey[];
  const observables = keys.map((key): [ProcessMetricKey, Observable] => [
    key,
    createObservable(meter, PROCESS_METRICS[key]),
  ]);
  const observe = (result: BatchObservableResult): void => {
    const reading = read();
    for (const [key, observable] of observables) {
      if (key === 'cpuTime' || key === 'eventLoopTime') {
        const [attribute, ...values] = PAIRS[key];
        for (const [name, field] of values) {
          const value = reading[field];
          if (value === undefined) continue;
          result.observe(observable, value, { [attribute]: name });
        }
        continue;
      }
      const value = reading[key];
      if (value !== undefined) result.observe(observable, value);
    }
  };
  const all = observables.map(([, observable]) => observable);
  meter.addBatchObservableCallback(observe, all);
  return () => meter.removeBatchObservableCallback(observe, all);
}
