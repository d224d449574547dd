import {
  type Attributes,
  context,
  isSpanContextValid,
  SpanKind,
  trace,
} from '@opentelemetry/api';
import {
  ATTR_ERROR_TYPE,
  ATTR_SSE_CONNECTION_CLOSE_REASON,
  ATTR_SSE_CONNECTION_COMMENTS,
  ATTR_SSE_CONNECTION_CONTENT_SIZE,
  ATTR_SSE_CONNECTION_EVENTS,
  ATTR_SSE_CONNECTION_QUEUE_SIZE,
  ATTR_SSE_CONNECTION_RESUMED,
  ATTR_SSE_CONNECTION_TIME_TO_FIRST_EVENT,
  ATTR_SSE_CONNECTION_WIRE_SIZE,
  type CloseReason,
  SPAN_EVENT_BLOCKED,
  SPAN_EVENT_CLOSE,
  SPAN_EVENT_FIRST_EVENT,
  SPAN_EVENT_OPEN,
} from '../semconv.ts';
import { type Connection, OPAQUE, RESUMED } from './connection.ts';
import { guarded } from './failure.ts';
import { type MeasuredResponse, SERVER_SPAN, type ServerSpan } from './keys.ts';
import { readRpcMetadata } from './rpc-metadata.ts';
import { markStreamSpan } from './stream-spans.ts';

// By the API alone: without an SDK that traces there is no span, and no cost.

/** SDKs keep 128 events a span: a slow client must not use them up. */
const MAX_BLOCKED_EVENTS = 10;

/**
 * Keeps the server span that is active when a response becomes an event stream.
 *
 * @param hasEvents - whether it gets span events too.
 */
export const keepServerSpan: (
  response: MeasuredResponse,
  hasEvents: boolean,
) => void = guarded((response, hasEvents) => {
  const active = context.active();
  const served = readRpcMetadata(active)?.span;
  // Not sampled it has a metric still.
  if (served !== undefined) markStreamSpan(served);
  const span = served ?? trace.getSpan(active);
  if (!span?.isRecording() || !isSpanContextValid(span.spanContext())) return;
  // The span of a handler or a middleware is over before the stream is.
  const { kind = SpanKind.SERVER } = span as { kind?: SpanKind };
  if (kind !== SpanKind.SERVER) return;
  const blockedEvents = hasEvents ? MAX_BLOCKED_EVENTS : -1;
  response[SERVER_SPAN] = { span, blockedEvents };
});

export const noteSpanOpen = guarded(({ response }: Connection) => {
  addEvent(response[SERVER_SPAN], SPAN_EVENT_OPEN);
});

export const noteSpanFirstEvent = guarded(({ response }: Connection) => {
  addEvent(response[SERVER_SPAN], SPAN_EVENT_FIRST_EVENT);
});

export const noteSpanBlocked = guarded(({ response }: Connection) => {
  const kept = response[SERVER_SPAN];
  if (kept === undefined || kept.blockedEvents <= 0) return;
  kept.blockedEvents--;
  addEvent(kept, SPAN_EVENT_BLOCKED, {
    [ATTR_SSE_CONNECTION_QUEUE_SIZE]: response.writableLength,
  });
});

/** Says on the server span what the stream was; the span ends after. */
export const noteSpanClose: (
  connection: Connection,
  reason: CloseReason,
  errorType: string | undefined,
) => void = guarded((connection, reason, errorType) => {
  const { response } = connection;
  const kept = response[SERVER_SPAN];
  if (kept === undefined) return;
  response[SERVER_SPAN] = undefined;
  if (!kept.span.isRecording()) return;
  kept.span.setAttributes({
    [ATTR_SSE_CONNECTION_CLOSE_REASON]: reason,
    ...(errorType !== undefined && { [ATTR_ERROR_TYPE]: errorType }),
    [ATTR_SSE_CONNECTION_RESUMED]: connection.has(RESUMED),
    ...eventAttributes(connection),
    [ATTR_SSE_CONNECTION_CONTENT_SIZE]: connection.contentBytes,
    [ATTR_SSE_CONNECTION_WIRE_SIZE]: connection.wireBytes,
  });
  addEvent(kept, SPAN_EVENT_CLOSE, {
    [ATTR_SSE_CONNECTION_CLOSE_REASON]: reason,
  });
});

/** Nothing where nothing is known: 0 events would be a finding. */
function eventAttributes(connection: Connection): Attributes {
  if (connection.has(OPAQUE)) return {};
  const { events, comments, firstEventTenths } = connection;
  return {
    [ATTR_SSE_CONNECTION_EVENTS]: events,
    [ATTR_SSE_CONNECTION_COMMENTS]: comments,
    ...(firstEventTenths !== -1 && {
      [ATTR_SSE_CONNECTION_TIME_TO_FIRST_EVENT]: firstEventTenths / 10_000,
    }),
  };
}

function addEvent(
  kept: ServerSpan | undefined,
  name: string,
  attributes?: Attributes,
): void {
  if (kept === undefined || kept.blockedEvents === -1) return;
  if (kept.span.isRecording()) kept.span.addEvent(name, attributes);
}
