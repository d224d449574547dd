import type { Attributes } from '@opentelemetry/api';
import type { ClientMetricKey } from '../../src/semconv.ts';
import { until } from './poll.ts';

/** What a client measured, in this process or in a page. */
export interface ClientFigures {
  /** Sum of the points of a metric whose attributes include `match`. */
  sum(key: ClientMetricKey, match?: Attributes): Promise<number>;
  /** How many values a histogram recorded. */
  count(key: ClientMetricKey, match?: Attributes): Promise<number>;
  /** The sum of the values that a histogram recorded. */
  total(key: ClientMetricKey): Promise<number>;
  /** Waits until a metric has a value. */
  reaches(
    key: ClientMetricKey,
    value: number,
    match?: Attributes,
  ): Promise<void>;
}

/** @returns how to wait for a sum. */
export function createReaches(
  sum: ClientFigures['sum'],
): ClientFigures['reaches'] {
  return async (key, value, match = {}) => {
    await until(
      `${key} ${JSON.stringify(match)}`,
      () => sum(key, match),
      (now) => now === value,
    );
  };
}
