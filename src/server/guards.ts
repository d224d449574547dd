import { REJECTION_REASONS, type RejectionReason } from '../semconv.ts';

/** On `globalThis`: the guards that are on, of whichever copy of the package. */
const GUARDS = Symbol.for('opentelemetry-instrumentation-sse.guards');

interface AnnouncedGuard {
  readonly maxConnections: number | undefined;
  readonly reasons: readonly RejectionReason[];
}

/** What the guards of this process may do, together. */
export interface GuardsReading {
  /** How many connections they let in; `undefined`: no limit. */
  readonly limit: number | undefined;
  /** What they may refuse for: what nobody limits is never counted. */
  readonly reasons: readonly RejectionReason[];
}

/** @returns `undefined` where there is no guard. */
export function readGuards(): GuardsReading | undefined {
  const holder = globalThis as { [GUARDS]?: ReadonlySet<AnnouncedGuard> };
  const guards = [...(holder[GUARDS] ?? [])];
  if (guards.length === 0) return undefined;
  const limits = guards.flatMap(({ maxConnections }) => maxConnections ?? []);
  return {
    limit:
      limits.length > 0 ? limits.reduce((sum, one) => sum + one) : undefined,
    reasons: REJECTION_REASONS.filter((reason) =>
      guards.some((guard) => guard.reasons.includes(reason)),
    ),
  };
}
