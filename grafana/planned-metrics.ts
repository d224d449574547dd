/**
 * Metrics of the guard, which nothing emits yet. Each goes to
 * `src/semconv.ts` together with the code that emits it; a test fails when one
 * is in both.
 */
import type { MetricDefinition } from '../src/semconv.ts';

/** Why the guard refused a connection. */
export const ATTR_SSE_REJECTION_REASON = 'sse.rejection.reason';

/** Metrics of the guard. */
export const GUARD_METRICS = {
  rejectedConnections: {
    name: 'sse.server.rejected_connections',
    kind: 'observableCounter',
    unit: '{connection}',
    description: 'Event streams refused by the guard.',
    across: 'sum',
    attributes: [ATTR_SSE_REJECTION_REASON],
  },
  connectionLimit: {
    name: 'sse.server.connection.limit',
    kind: 'observableGauge',
    unit: '{connection}',
    description: 'How many connections the guard admits.',
    across: 'sum',
    global: true,
  },
} as const satisfies Record<string, MetricDefinition>;
