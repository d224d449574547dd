import { Guard } from './guard/guard.ts';
import type { Surroundings } from './guard/surroundings.ts';
import type { SseGuard, SseGuardOptions } from './guard/types.ts';
import {
  countFileDescriptors,
  readFileDescriptorLimit,
} from './process/file-descriptors.ts';
import { readHeapLimit } from './process/heap-limit.ts';
import { hasListener } from './process/signals.ts';
import { cleanPath } from './protocol/clean-path.ts';
import { createFindAddress } from './server/client-address.ts';

export type {
  FastifyLike,
  GuardFastifyPlugin,
  GuardMiddleware,
  Next,
} from './guard/framework-types.ts';
export { SSE_GUARD_PRESETS } from './guard/presets.ts';
export type {
  DrainOptions,
  DrainResult,
  GuardedRequest,
  GuardedResponse,
  PressureLimit,
  SseGuard,
  SseGuardOptions,
  SseGuardReading,
  SsePressure,
  SseRefusal,
  StreamMatch,
} from './guard/types.ts';
export type { RejectionReason } from './semconv.ts';

const surroundings: Surroundings = {
  cleanPath,
  countFileDescriptors,
  createFindAddress,
  hasListener,
  readFileDescriptorLimit,
  readHeapLimit,
};

/**
 * Makes a guard: limits for event streams, and a way to end them in order. It
 * needs neither the instrumentation nor OpenTelemetry, and does nothing until a
 * request is brought to it: by `middleware`, `fastify`, `admit`, or
 * `guardServers`.
 *
 * @param options - every limit is off unless it is given. A bad value costs one
 * line, and that limit is off.
 * @example `const guard = createSseGuard({ maxConnections: 10_000 });`
 */
export function createSseGuard(options: SseGuardOptions = {}): SseGuard {
  return new Guard(options, surroundings);
}
