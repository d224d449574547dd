import { context, createContextKey, type Span } from '@opentelemetry/api';

/** Where `@opentelemetry/core` keeps what is known of the request served. */
const RPC_METADATA = createContextKey(
  'OpenTelemetry SDK Context Key RPC_METADATA',
);

/** As instrumentations of servers and frameworks leave it. */
export interface RpcMetadata {
  /** The route that a framework matched. */
  readonly route?: unknown;
  /** The server span, also of a request that is not sampled. */
  readonly span?: Span;
}

/** What OpenTelemetry's own instrumentations know of the request served now. */
export function readRpcMetadata(
  active = context.active(),
): RpcMetadata | undefined {
  return active.getValue(RPC_METADATA) as RpcMetadata | undefined;
}
