import type { Attributes, Context } from '@opentelemetry/api';
import { ATTR_SSE_STREAM, HTTP_SERVER_DURATIONS } from '../semconv.ts';
import { readRpcMetadata } from './rpc-metadata.ts';

// A stream is open for minutes: in the latency of requests it would be the worst
// of them. Instrumentations record that once the response has closed, in the
// context of the server span: whose request was a stream is known by the span.

const streamSpans = new WeakSet<object>();

/** Remembers that the request of a server span is answered by an event stream. */
export function markStreamSpan(span: object): void {
  streamSpans.add(span);
}

/** What an SDK's view applies to the attributes of a measurement. */
export interface StreamMarker {
  process(attributes: Attributes, context?: Context): Attributes;
}

/** One view for every metric of the latency of requests. */
export function createLatencyViews(): {
  readonly instrumentName: string;
  readonly attributesProcessors: StreamMarker[];
}[] {
  return HTTP_SERVER_DURATIONS.map((instrumentName) => ({
    instrumentName,
    attributesProcessors: [{ process: markStream }],
  }));
}

function markStream(attributes: Attributes, context?: Context): Attributes {
  const span = context && readRpcMetadata(context)?.span;
  return span !== undefined && streamSpans.has(span)
    ? { ...attributes, [ATTR_SSE_STREAM]: true }
    : attributes;
}
