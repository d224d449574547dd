import type { IncomingMessage } from 'node:http';
import { OTHER, type RejectionReason } from '../semconv.ts';
import type { Ledger } from './ledger.ts';
import type { Limits } from './options.ts';
import type { Pressure } from './pressure.ts';

/** Why a request is refused, and by which figure. */
export interface Refused {
  readonly reason: RejectionReason;
  readonly value?: number;
  readonly max?: number;
}

/** A request for an event stream. */
interface Candidate {
  readonly request: IncomingMessage;
  readonly route: string;
  readonly client: string | undefined;
}

/** The first limit that stands against one more stream; `undefined`: none. */
export function findReason(
  limits: Limits,
  pressure: Pressure,
  ledger: Ledger,
  { request, route, client }: Candidate,
): Refused | undefined {
  if (limits.refuses(request)) return { reason: OTHER };
  const passed = pressure.findPassed();
  if (passed !== undefined) return passed;
  const { maxConnections, maxPerRoute, maxPerClient } = limits;
  const counts: [RejectionReason, number, number][] = [
    ['connections', ledger.held.size, maxConnections],
    ['route_connections', ledger.ofRoute(route), maxPerRoute(route)],
  ];
  if (client !== undefined) {
    const ofClient = ledger.ofClient(client);
    counts.push(['client_connections', ofClient, maxPerClient]);
  }
  for (const [reason, value, max] of counts) {
    if (value >= max) return { reason, value, max };
  }
  return undefined;
}
