import {
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_ROUTE,
  ATTR_NETWORK_PROTOCOL_VERSION,
  type CloseReason,
} from '../semconv.ts';
import type { SseConnectionSnapshot, SseConnectionSummary } from '../types.ts';
import { secondsBetween } from './clock.ts';
import { BLOCKED, type Connection, RESUMED } from './connection.ts';

/** What a connection was, for those who want to know it of each one. */
export function summarise(
  connection: Connection,
  closeReason: CloseReason,
  errorType: string | undefined,
  durationSeconds: number,
): SseConnectionSummary {
  const { openTenths, firstEventTenths, lifecycle } = connection;
  return {
    ...placeOf(connection),
    protocolVersion: String(
      lifecycle.attributes[ATTR_NETWORK_PROTOCOL_VERSION],
    ),
    closeReason,
    errorType,
    resumed: connection.has(RESUMED),
    durationSeconds,
    openTimeSeconds: openTenths / 10_000,
    timeToFirstEventSeconds:
      firstEventTenths === -1 ? undefined : firstEventTenths / 10_000,
    events: connection.events,
    comments: connection.comments,
    contentBytes: connection.contentBytes,
    wireBytes: connection.wireBytes,
    blockedSeconds: connection.blockedTenths / 10_000,
    clientAddress: connection.clientAddress,
  };
}

/** One open connection as `connections()` lists it. */
export function takeSnapshot(
  connection: Connection,
  nowTenths: number,
): SseConnectionSnapshot {
  const idleMs = nowTenths / 10 - connection.lastWriteAt;
  return {
    ...placeOf(connection),
    clientAddress: connection.clientAddress,
    userAgent: connection.request.headers['user-agent']?.slice(0, 200),
    ageSeconds: secondsBetween(connection.arrivedAt, nowTenths),
    idleSeconds: Math.max(0, idleMs) / 1000,
    queueBytes: connection.response.writableLength,
    events: connection.events,
    isBlocked: connection.has(BLOCKED),
  };
}

function placeOf({ series }: Connection): { route: string; method: string } {
  return {
    route: String(series.attributes[ATTR_HTTP_ROUTE]),
    method: String(series.attributes[ATTR_HTTP_REQUEST_METHOD]),
  };
}
