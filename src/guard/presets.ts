import type { SseGuardOptions } from './types.ts';

/**
 * Limits to begin with: `createSseGuard({ ...SSE_GUARD_PRESETS.production })`.
 * Measure, then change them.
 *
 * `production`: 10,000 streams, 10 MB waiting for one client, 24 hours, 30
 * minutes without a byte; new ones refused at 90 % of heap or descriptors, and
 * at half a second of event-loop delay.
 * `resources`: only what one stream may use: 10 MB, 24 hours, 30 minutes.
 */
export const SSE_GUARD_PRESETS = {
  resources: {
    maxQueueBytes: 10_000_000,
    maxConnectionSeconds: 86_400,
    maxIdleSeconds: 1800,
  },
  production: {
    maxConnections: 10_000,
    maxQueueBytes: 10_000_000,
    maxConnectionSeconds: 86_400,
    maxIdleSeconds: 1800,
    maxHeapRatio: 0.9,
    maxEventLoopDelaySeconds: 0.5,
    maxFileDescriptorRatio: 0.9,
  },
} as const satisfies Record<string, SseGuardOptions>;
