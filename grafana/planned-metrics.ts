/**
 * Metrics of clients, which nothing emits yet. Each goes to
 * `src/semconv.ts` together with the code that emits it; a test fails when one
 * is in both.
 */
import {
  ATTR_ERROR_TYPE,
  ATTR_SSE_EVENT_TYPE,
  type MetricDefinition,
  SERVER_METRICS,
} from '../src/semconv.ts';

/** Whether a client had been connected before. */
export const ATTR_SSE_CONNECTION_RECONNECTED = 'sse.connection.reconnected';
/** `page`, `completed`, `lost` or `error`. */
export const ATTR_SSE_CLIENT_CLOSE_REASON = 'sse.client.close_reason';
/** Path of the request as a template: what `http.route` is to a server. */
export const ATTR_URL_TEMPLATE = 'url.template';

/** Metrics of browsers and of clients in Node: `sse.client.*`. */
export const CLIENT_METRICS = {
  activeConnections: {
    name: 'sse.client.active_connections',
    kind: 'observableUpDownCounter',
    unit: '{connection}',
    description: 'Event streams open now; clients in Node only.',
    across: 'sum',
  },
  openedConnections: {
    name: 'sse.client.opened_connections',
    kind: 'observableCounter',
    unit: '{connection}',
    description: 'Event streams opened.',
    across: 'sum',
    attributes: [ATTR_SSE_CONNECTION_RECONNECTED],
  },
  closedConnections: {
    name: 'sse.client.closed_connections',
    kind: 'observableCounter',
    unit: '{connection}',
    description: 'Event streams closed, by cause.',
    across: 'sum',
    attributes: [ATTR_SSE_CLIENT_CLOSE_REASON],
  },
  connectionOpenTime: {
    name: 'sse.client.connection.open_time',
    kind: 'histogram',
    unit: 's',
    description: 'Construction or reconnect to open.',
    across: 'sum',
    boundaries: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
  connectionDuration: {
    name: 'sse.client.connection.duration',
    kind: 'histogram',
    unit: 's',
    description: 'How long each connection was open.',
    across: 'sum',
    boundaries: SERVER_METRICS.connectionDuration.boundaries,
  },
  errors: {
    name: 'sse.client.errors',
    kind: 'observableCounter',
    unit: '{error}',
    description: 'What went wrong with a connection.',
    across: 'sum',
    attributes: [ATTR_ERROR_TYPE],
  },
  reconnectDelay: {
    name: 'sse.client.reconnect.delay',
    kind: 'histogram',
    unit: 's',
    description: 'Connection lost to open again.',
    across: 'sum',
    boundaries: [0.5, 1, 2, 3, 5, 10, 15, 30, 60, 300],
  },
  receivedEvents: {
    name: 'sse.client.received.events',
    kind: 'observableCounter',
    unit: '{event}',
    description: 'Events received.',
    across: 'sum',
    attributes: [ATTR_SSE_EVENT_TYPE],
  },
  contentSize: {
    name: 'sse.client.content.size',
    kind: 'observableCounter',
    unit: 'By',
    description: 'Bytes of event stream, or of its data, received.',
    across: 'sum',
  },
  eventInterval: {
    name: 'sse.client.event.interval',
    kind: 'histogram',
    unit: 's',
    description: 'Time between two events of one connection.',
    across: 'sum',
    boundaries: SERVER_METRICS.eventInterval.boundaries,
  },
  eventDelay: {
    name: 'sse.client.event.delay',
    kind: 'histogram',
    unit: 's',
    description: 'Sent by the server to received.',
    across: 'sum',
    boundaries: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  },
  eventHandlerDuration: {
    name: 'sse.client.event.handler.duration',
    kind: 'histogram',
    unit: 's',
    description: "Time inside the page's listeners.",
    across: 'sum',
    boundaries: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
  },
  connectedTime: {
    name: 'sse.client.connected_time',
    kind: 'observableCounter',
    unit: 's',
    description: 'Time connected.',
    across: 'sum',
  },
  disconnectedTime: {
    name: 'sse.client.disconnected_time',
    kind: 'observableCounter',
    unit: 's',
    description: 'Time disconnected, while visible and not closed by the page.',
    across: 'sum',
  },
} as const satisfies Record<string, MetricDefinition>;
