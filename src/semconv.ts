/**
 * Every name this package emits: metrics, attributes, closed sets of values.
 * Instruments, docs/metrics.md and the README are made from this file; no
 * other file spells a name. Renaming one is a breaking change.
 *
 * Names follow the stable `signalr.*`, `kestrel.*` and `http.*` conventions of
 * OpenTelemetry, which has none for Server-Sent Events.
 */

/** What an instrument is; `observable*` ones are read at collection. */
export type MetricKind =
  | 'histogram'
  | 'observableCounter'
  | 'observableGauge'
  | 'observableUpDownCounter';

/** One metric: what the instrument, its documentation and a panel need. */
export interface MetricDefinition {
  /** OpenTelemetry name, with dots. */
  readonly name: string;
  readonly kind: MetricKind;
  /** UCUM unit: `s`, `By`, or an annotation such as `{connection}`. */
  readonly unit: string;
  readonly description: string;
  /** How the figures of several instances are combined. */
  readonly across: 'sum' | 'max' | 'max of quantiles' | 'never';
  /** Attributes beside the base attributes of its group. */
  readonly attributes?: readonly string[];
  /** Boundaries of a histogram's buckets, in the unit. */
  readonly boundaries?: readonly number[];
  /** Records one value in N; see {@link MetricDefinition.kind} `histogram`. */
  readonly sampled?: true;
  /** Lacks `http.route` and `http.request.method`. */
  readonly global?: true;
}

/** An attribute or an event of a span. */
export interface SpanDefinition {
  readonly name: string;
  readonly description: string;
}

// Attributes

/** Route template of the request, never a raw path. */
export const ATTR_HTTP_ROUTE = 'http.route';
/** Known HTTP method, else `_OTHER`. */
export const ATTR_HTTP_REQUEST_METHOD = 'http.request.method';
/** `1.0`, `1.1` or `2`. */
export const ATTR_NETWORK_PROTOCOL_VERSION = 'network.protocol.version';
/** Error code or class name, status code as text, or `_OTHER`. */
export const ATTR_ERROR_TYPE = 'error.type';
/** Whether the request carried `Last-Event-ID`. */
export const ATTR_SSE_CONNECTION_RESUMED = 'sse.connection.resumed';
/** Why a connection ended: one of {@link CLOSE_REASONS}. */
export const ATTR_SSE_CONNECTION_CLOSE_REASON = 'sse.connection.close_reason';
/** Type of the event as browsers dispatch it; `message` when it names none. */
export const ATTR_SSE_EVENT_TYPE = 'sse.event.type';
/** Why the application dropped events: one of {@link DROP_REASONS}. */
export const ATTR_SSE_DROP_REASON = 'sse.drop.reason';
/** How a resume went: one of {@link RESUME_RESULTS}. */
export const ATTR_SSE_RESUME_RESULT = 'sse.resume.result';
/** What is wrong with a stream: one of {@link PROTOCOL_ERROR_TYPES}. */
export const ATTR_SSE_PROTOCOL_ERROR_TYPE = 'sse.protocol_error.type';
/** Why the guard refused a stream: one of {@link REJECTION_REASONS}. */
export const ATTR_SSE_REJECTION_REASON = 'sse.rejection.reason';
/** `user` or `system`. */
export const ATTR_SSE_PROCESS_CPU_MODE = 'sse.process.cpu.mode';
/** `active` or `idle`. */
export const ATTR_SSE_PROCESS_EVENT_LOOP_STATE = 'sse.process.event_loop.state';

/** Host name of the server that a client is connected to. */
export const ATTR_SERVER_ADDRESS = 'server.address';
/** Path of the request as a template: what `http.route` is to a server. */
export const ATTR_URL_TEMPLATE = 'url.template';
/** What made the request: one of {@link CLIENT_KINDS}. */
export const ATTR_SSE_CLIENT_KIND = 'sse.client.kind';
/** Whether a client had been connected before. */
export const ATTR_SSE_CONNECTION_RECONNECTED = 'sse.connection.reconnected';
/** Why a client's connection ended: one of {@link CLIENT_CLOSE_REASONS}. */
export const ATTR_SSE_CLIENT_CLOSE_REASON = 'sse.client.close_reason';

/** Whether the request is answered by an event stream: on others' metrics. */
export const ATTR_SSE_STREAM = 'sse.stream';

// Attributes of spans alone: their values have no bounds.

/** Events of one connection. */
export const ATTR_SSE_CONNECTION_EVENTS = 'sse.connection.events';
/** Comment lines of one connection: heartbeats. */
export const ATTR_SSE_CONNECTION_COMMENTS = 'sse.connection.comments';
/** Bytes of event stream as the application wrote them. */
export const ATTR_SSE_CONNECTION_CONTENT_SIZE = 'sse.connection.content.size';
/** Bytes of the response on the wire before TLS; HTTP/2: DATA bytes. */
export const ATTR_SSE_CONNECTION_WIRE_SIZE = 'sse.connection.wire.size';
/** Seconds from the request's arrival to the first event. */
export const ATTR_SSE_CONNECTION_TIME_TO_FIRST_EVENT =
  'sse.connection.time_to_first_event';
/** Bytes waiting in memory for the client. */
export const ATTR_SSE_CONNECTION_QUEUE_SIZE = 'sse.connection.queue.size';

/** Stands for every value beyond a limit, and for what has no name. */
export const OTHER = '_OTHER';

/** `error.type` of a failed connection that ended before its headers. */
export const ERROR_TYPE_ABORTED = 'aborted';

/** `sse.event.type` of an event that names none. */
export const EVENT_TYPE_MESSAGE = 'message';

/** Values of `sse.connection.close_reason`; the first cause wins. */
export const CLOSE_REASONS = [
  'completed',
  'client_disconnect',
  'server_close',
  'error',
  'expired',
  'timeout',
  'evicted',
  'shutdown',
] as const;
/** A value of `sse.connection.close_reason`. */
export type CloseReason = (typeof CLOSE_REASONS)[number];

/** Values of `sse.drop.reason`. */
export const DROP_REASONS = ['buffer_full', 'client_gone', OTHER] as const;
/** A value of `sse.drop.reason`. */
export type DropReason = (typeof DROP_REASONS)[number];

/** Values of `sse.resume.result`. */
export const RESUME_RESULTS = ['complete', 'partial', 'none'] as const;
/** A value of `sse.resume.result`. */
export type ResumeResult = (typeof RESUME_RESULTS)[number];

/** Values of `sse.protocol_error.type`. */
export const PROTOCOL_ERROR_TYPES = [
  'unknown_field',
  'null_in_id',
  'invalid_retry',
  'event_without_data',
  'unfinished_event',
  'invalid_utf8',
  'cacheable',
  'content_length',
  'status',
] as const;
/** A value of `sse.protocol_error.type`. */
export type ProtocolErrorType = (typeof PROTOCOL_ERROR_TYPES)[number];

/** Values of `sse.rejection.reason`; `_OTHER` is a predicate of the user's. */
export const REJECTION_REASONS = [
  'connections',
  'route_connections',
  'client_connections',
  'heap',
  'event_loop',
  'file_descriptors',
  'draining',
  OTHER,
] as const;
/** A value of `sse.rejection.reason`. */
export type RejectionReason = (typeof REJECTION_REASONS)[number];

/** Values of `sse.process.cpu.mode`. */
export const CPU_MODES = ['user', 'system'] as const;

/** Values of `sse.process.event_loop.state`. */
export const EVENT_LOOP_STATES = ['active', 'idle'] as const;

/** Values of `sse.client.kind`. */
export const CLIENT_KINDS = ['eventsource', 'fetch'] as const;
/** A value of `sse.client.kind`. */
export type ClientKind = (typeof CLIENT_KINDS)[number];

/** Values of `sse.client.close_reason`. */
export const CLIENT_CLOSE_REASONS = [
  'page',
  'completed',
  'lost',
  'error',
] as const;
/** A value of `sse.client.close_reason`. */
export type ClientCloseReason = (typeof CLIENT_CLOSE_REASONS)[number];

/** Values of `error.type` on `sse.client.errors`. */
export const CLIENT_ERROR_TYPES = [
  'connect_failed',
  'connection_lost',
  'rejected',
  'http_status',
  'content_type',
  OTHER,
] as const;
/** A value of `error.type` on `sse.client.errors`. */
export type ClientErrorType = (typeof CLIENT_ERROR_TYPES)[number];

/** The methods kept as they are; every other one is `_OTHER`. */
export const KNOWN_METHODS: ReadonlySet<string> = new Set([
  'CONNECT',
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
  'QUERY',
  'TRACE',
]);

/** Set on the active server span when its stream closes. */
export const SPAN_ATTRIBUTES: readonly SpanDefinition[] = [
  {
    name: ATTR_SSE_CONNECTION_CLOSE_REASON,
    description: 'Why it ended, as in the metrics.',
  },
  {
    name: ATTR_ERROR_TYPE,
    description: 'As in the metrics; only with the close reason `error`.',
  },
  {
    name: ATTR_SSE_CONNECTION_RESUMED,
    description: 'Whether the request carried `Last-Event-ID`.',
  },
  { name: ATTR_SSE_CONNECTION_EVENTS, description: 'Events written.' },
  { name: ATTR_SSE_CONNECTION_COMMENTS, description: 'Comment lines written.' },
  {
    name: ATTR_SSE_CONNECTION_TIME_TO_FIRST_EVENT,
    description: 'Seconds from request to first event, when there was one.',
  },
  {
    name: ATTR_SSE_CONNECTION_CONTENT_SIZE,
    description: 'Bytes as the application wrote them.',
  },
  { name: ATTR_SSE_CONNECTION_WIRE_SIZE, description: 'Bytes on the wire.' },
];

/** The headers of the stream are sent. */
export const SPAN_EVENT_OPEN = 'sse.open';
/** Its first event was written. */
export const SPAN_EVENT_FIRST_EVENT = 'sse.first_event';
/** `write()` returned false. */
export const SPAN_EVENT_BLOCKED = 'sse.blocked';
/** It closed. */
export const SPAN_EVENT_CLOSE = 'sse.close';

/** Added to the active server span when `spanEvents` is on. */
export const SPAN_EVENTS: readonly SpanDefinition[] = [
  { name: SPAN_EVENT_OPEN, description: 'The headers of the stream are sent.' },
  { name: SPAN_EVENT_FIRST_EVENT, description: 'Its first event was written.' },
  {
    name: SPAN_EVENT_BLOCKED,
    description: `The client does not keep up; with \`${ATTR_SSE_CONNECTION_QUEUE_SIZE}\`. At most 10.`,
  },
  {
    name: SPAN_EVENT_CLOSE,
    description: `It closed; with \`${ATTR_SSE_CONNECTION_CLOSE_REASON}\`.`,
  },
];

/** Others' metrics that `sseViews()` gives a series of their own for streams. */
export const HTTP_SERVER_DURATIONS = [
  'http.server.request.duration',
  // Before OpenTelemetry's HTTP conventions were stable.
  'http.server.duration',
] as const;

// Server metrics. Rules rely on the boundaries 1, 5 and 10 s: changing one of
// those is a breaking change.

const QUICK = [0.005, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const LIFETIME = [1, 5, 10, 30, 60, 300, 900, 3600, 14400, 86400];
const INTERVAL = [
  0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 14, 20, 28, 43, 65, 300,
];

/** Metrics of the connections a Node server holds: `sse.server.*`. */
export const SERVER_METRICS = {
  activeConnections: {
    name: 'sse.server.active_connections',
    kind: 'observableUpDownCounter',
    unit: '{connection}',
    description: 'Event streams open now.',
    across: 'sum',
    attributes: [ATTR_NETWORK_PROTOCOL_VERSION],
  },
  waitingConnections: {
    name: 'sse.server.waiting_connections',
    kind: 'observableUpDownCounter',
    unit: '{connection}',
    description: 'Event streams open on which no event was sent yet.',
    across: 'sum',
  },
  openedConnections: {
    name: 'sse.server.opened_connections',
    kind: 'observableCounter',
    unit: '{connection}',
    description: 'Event streams opened. Its rate is the (re)connect rate.',
    across: 'sum',
    attributes: [ATTR_NETWORK_PROTOCOL_VERSION, ATTR_SSE_CONNECTION_RESUMED],
  },
  closedConnections: {
    name: 'sse.server.closed_connections',
    kind: 'observableCounter',
    unit: '{connection}',
    description: 'Event streams closed, by cause. Opened - closed = active.',
    across: 'sum',
    attributes: [
      ATTR_NETWORK_PROTOCOL_VERSION,
      ATTR_SSE_CONNECTION_CLOSE_REASON,
      ATTR_ERROR_TYPE,
    ],
  },
  failedConnections: {
    name: 'sse.server.failed_connections',
    kind: 'observableCounter',
    unit: '{connection}',
    description:
      'Requests for an event stream answered with status >= 400, or ended before headers.',
    across: 'sum',
    attributes: [ATTR_ERROR_TYPE],
  },
  connectionDuration: {
    name: 'sse.server.connection.duration',
    kind: 'histogram',
    unit: 's',
    description: 'Request arrival to close of the response.',
    across: 'sum',
    boundaries: LIFETIME,
  },
  connectionOpenTime: {
    name: 'sse.server.connection.open_time',
    kind: 'histogram',
    unit: 's',
    description: 'Request arrival to response headers sent.',
    across: 'sum',
    boundaries: QUICK,
  },
  timeToFirstEvent: {
    name: 'sse.server.time_to_first_event',
    kind: 'histogram',
    unit: 's',
    description:
      'Request arrival to the first complete event handed to the response.',
    across: 'sum',
    boundaries: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
  eventlessCloses: {
    name: 'sse.server.eventless_closes',
    kind: 'observableCounter',
    unit: '{connection}',
    description: 'Event streams closed without a single event.',
    across: 'sum',
    attributes: [ATTR_SSE_CONNECTION_CLOSE_REASON],
  },
  unfinishedCloses: {
    name: 'sse.server.unfinished_closes',
    kind: 'observableCounter',
    unit: '{connection}',
    description:
      'Event streams closed as completed without one of the final events of their route.',
    across: 'sum',
  },
  eventInterval: {
    name: 'sse.server.event.interval',
    kind: 'histogram',
    unit: 's',
    description: 'Time between two events of one connection.',
    across: 'max of quantiles',
    sampled: true,
    boundaries: INTERVAL,
  },
  sentEvents: {
    name: 'sse.server.sent.events',
    kind: 'observableCounter',
    unit: '{event}',
    description: 'Events written that a browser would dispatch.',
    across: 'sum',
    attributes: [ATTR_SSE_EVENT_TYPE],
  },
  droppedEvents: {
    name: 'sse.server.dropped_events',
    kind: 'observableCounter',
    unit: '{event}',
    description: 'Events the application says it dropped (reportDropped).',
    across: 'sum',
    attributes: [ATTR_SSE_DROP_REASON],
  },
  replayedEvents: {
    name: 'sse.server.replayed_events',
    kind: 'observableCounter',
    unit: '{event}',
    description: 'Events the application says it replayed (reportReplay).',
    across: 'sum',
  },
  resumes: {
    name: 'sse.server.resumes',
    kind: 'observableCounter',
    unit: '{connection}',
    description: 'Resumed connections by how the replay went (reportReplay).',
    across: 'sum',
    attributes: [ATTR_SSE_RESUME_RESULT],
  },
  sentComments: {
    name: 'sse.server.sent.comments',
    kind: 'observableCounter',
    unit: '{comment}',
    description: 'Comment lines written: heartbeats.',
    across: 'sum',
  },
  writes: {
    name: 'sse.server.writes',
    kind: 'observableCounter',
    unit: '{write}',
    description: 'Calls of write() or end() with data.',
    across: 'sum',
  },
  lateWrites: {
    name: 'sse.server.late.writes',
    kind: 'observableCounter',
    unit: '{write}',
    description:
      'Writes to a response already closed: the application keeps dead connections.',
    across: 'sum',
  },
  contentSize: {
    name: 'sse.server.content.size',
    kind: 'observableCounter',
    unit: 'By',
    description: 'Bytes of event stream as the application wrote them.',
    across: 'sum',
  },
  wireSize: {
    name: 'sse.server.wire.size',
    kind: 'observableCounter',
    unit: 'By',
    description:
      'Bytes of the response on the wire before TLS; HTTP/2: DATA bytes.',
    across: 'sum',
  },
  eventSize: {
    name: 'sse.server.event.size',
    kind: 'histogram',
    unit: 'By',
    description: 'Bytes of one event, first byte to the blank line.',
    across: 'max of quantiles',
    sampled: true,
    boundaries: [64, 128, 256, 512, 1024, 4096, 10240, 65536, 262144],
  },
  writeDuration: {
    name: 'sse.server.write.duration',
    kind: 'histogram',
    unit: 's',
    description: 'write() to accepted by the kernel.',
    across: 'max of quantiles',
    sampled: true,
    boundaries: [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.2, 0.5, 1, 5],
  },
  queueSize: {
    name: 'sse.server.queue.size',
    kind: 'observableUpDownCounter',
    unit: 'By',
    description: 'Bytes waiting in memory for clients.',
    across: 'sum',
  },
  connectionQueueMax: {
    name: 'sse.server.connection.queue.max',
    kind: 'observableGauge',
    unit: 'By',
    description:
      'Longest queue of one connection in the last 30 to 60 s, looked at when write() returns false.',
    across: 'max',
  },
  blockedConnections: {
    name: 'sse.server.blocked_connections',
    kind: 'observableUpDownCounter',
    unit: '{connection}',
    description: 'Event streams blocked now: slow consumers.',
    across: 'sum',
  },
  blockedDuration: {
    name: 'sse.server.blocked.duration',
    kind: 'histogram',
    unit: 's',
    description: 'write() returned false until drain or close.',
    across: 'sum',
    boundaries: [0.01, 0.1, 0.5, 1, 5, 15, 30, 60],
  },
  blockedWrites: {
    name: 'sse.server.blocked.writes',
    kind: 'observableCounter',
    unit: '{write}',
    description: 'Writes made while blocked: backpressure ignored.',
    across: 'sum',
  },
  connectionAgeMax: {
    name: 'sse.server.connection.age.max',
    kind: 'observableGauge',
    unit: 's',
    description: 'Age of the oldest open event stream.',
    across: 'max',
  },
  connectionIdleTimeMax: {
    name: 'sse.server.connection.idle_time.max',
    kind: 'observableGauge',
    unit: 's',
    description: 'Longest time since any byte was written to an open stream.',
    across: 'max',
  },
  stalledConnections: {
    name: 'sse.server.stalled_connections',
    kind: 'observableUpDownCounter',
    unit: '{connection}',
    description:
      'Open event streams without any byte for longer than stallAfterSeconds: the server is silent. Blocked ones do not count.',
    across: 'sum',
  },
  clients: {
    name: 'sse.server.clients',
    kind: 'observableUpDownCounter',
    unit: '{client}',
    description: 'Different client addresses connected now.',
    across: 'never',
    global: true,
  },
  clientConnectionsMax: {
    name: 'sse.server.client.connections.max',
    kind: 'observableGauge',
    unit: '{connection}',
    description: 'Connections of the busiest client address.',
    across: 'max',
    global: true,
  },
  protocolErrors: {
    name: 'sse.server.protocol_errors',
    kind: 'observableCounter',
    unit: '{error}',
    description: 'What browsers or proxies would not accept in a stream.',
    across: 'sum',
    attributes: [ATTR_SSE_PROTOCOL_ERROR_TYPE],
  },
} as const satisfies Record<string, MetricDefinition>;

/** Metrics of the guard; reported where one is on. */
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

/** Metrics of this process: `sse.process.*`. They carry no base attributes. */
export const PROCESS_METRICS = {
  uptime: {
    name: 'sse.process.uptime',
    kind: 'observableGauge',
    unit: 's',
    description: 'Time since the process started. Always on.',
    across: 'max',
  },
  cpuTime: {
    name: 'sse.process.cpu.time',
    kind: 'observableCounter',
    unit: 's',
    description: 'CPU time of the process.',
    across: 'sum',
    attributes: [ATTR_SSE_PROCESS_CPU_MODE],
  },
  memoryRss: {
    name: 'sse.process.memory.rss',
    kind: 'observableUpDownCounter',
    unit: 'By',
    description: 'Resident memory of the process.',
    across: 'sum',
  },
  heapUsed: {
    name: 'sse.process.heap.used',
    kind: 'observableGauge',
    unit: 'By',
    description: 'V8 heap in use.',
    across: 'max',
  },
  heapTotal: {
    name: 'sse.process.heap.total',
    kind: 'observableGauge',
    unit: 'By',
    description: 'V8 heap allocated.',
    across: 'max',
  },
  heapLimit: {
    name: 'sse.process.heap.limit',
    kind: 'observableGauge',
    unit: 'By',
    description:
      'Heap that the process dies of: of the old generation, where it is set.',
    across: 'max',
  },
  external: {
    name: 'sse.process.external',
    kind: 'observableGauge',
    unit: 'By',
    description: 'Memory of C++ objects bound to JavaScript objects.',
    across: 'max',
  },
  arrayBuffers: {
    name: 'sse.process.array_buffers',
    kind: 'observableGauge',
    unit: 'By',
    description: 'Memory of ArrayBuffers and Buffers.',
    across: 'max',
  },
  fileDescriptorCount: {
    name: 'sse.process.file_descriptor.count',
    kind: 'observableUpDownCounter',
    unit: '{file_descriptor}',
    description: 'Open file descriptors (Linux, macOS).',
    across: 'sum',
  },
  fileDescriptorLimit: {
    name: 'sse.process.file_descriptor.limit',
    kind: 'observableGauge',
    unit: '{file_descriptor}',
    description: 'Soft limit of open file descriptors.',
    across: 'max',
  },
  eventLoopTime: {
    name: 'sse.process.event_loop.time',
    kind: 'observableCounter',
    unit: 's',
    description: 'Time of the event loop; busy = rate(active) / rate(all).',
    across: 'sum',
    attributes: [ATTR_SSE_PROCESS_EVENT_LOOP_STATE],
  },
  eventLoopDelayP99: {
    name: 'sse.process.event_loop.delay.p99',
    kind: 'observableGauge',
    unit: 's',
    description: '99th percentile of the event loop delay, last 30 to 60 s.',
    across: 'max',
  },
  eventLoopDelayMax: {
    name: 'sse.process.event_loop.delay.max',
    kind: 'observableGauge',
    unit: 's',
    description: 'Maximum of the event loop delay, last 30 to 60 s.',
    across: 'max',
  },
} as const satisfies Record<string, MetricDefinition>;

/** Before the names of all instruments of clients. */
export const CLIENT_PREFIX = 'sse.client.';

/** A counter of clients: its unit, its one attribute, the values known of that. */
export type ClientCounter = readonly [
  unit: string,
  attribute?: string,
  values?: readonly (string | boolean)[],
];

/** Counters of clients by name, in the short form that a page takes along. */
export const CLIENT_COUNTERS = {
  opened_connections: [
    '{connection}',
    ATTR_SSE_CONNECTION_RECONNECTED,
    [false, true],
  ],
  closed_connections: [
    '{connection}',
    ATTR_SSE_CLIENT_CLOSE_REASON,
    CLIENT_CLOSE_REASONS,
  ],
  errors: ['{error}', ATTR_ERROR_TYPE, CLIENT_ERROR_TYPES],
  'received.events': ['{event}', ATTR_SSE_EVENT_TYPE],
  'content.size': ['By'],
  connected_time: ['s'],
  disconnected_time: ['s'],
} as const satisfies Record<string, ClientCounter>;

/** Boundaries of the histograms of clients by name; all are in seconds. */
export const CLIENT_HISTOGRAMS = {
  'connection.open_time': [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  'connection.duration': LIFETIME,
  'reconnect.delay': [0.5, 1, 2, 3, 5, 10, 15, 30, 60, 300],
  'event.interval': INTERVAL,
  'event.delay': [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  'event.handler.duration': [
    0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
  ],
} as const satisfies Record<string, readonly number[]>;

/** What is open now: of Node alone, since page after page would show 1. */
export const CLIENT_ACTIVE = 'active_connections';

/** A name in {@link CLIENT_COUNTERS}, or the one of Node. */
export type ClientCounterName =
  | keyof typeof CLIENT_COUNTERS
  | typeof CLIENT_ACTIVE;

/** A name in {@link CLIENT_HISTOGRAMS}. */
export type ClientHistogramName = keyof typeof CLIENT_HISTOGRAMS;

/**
 * Metrics of browsers and of clients in Node: `sse.client.*`. They carry
 * `server.address`, `url.template` and `sse.client.kind`.
 */
export const CLIENT_METRICS = /* @__PURE__ */ describeClient();

/** A key of {@link CLIENT_METRICS}. */
export type ClientMetricKey = keyof typeof CLIENT_METRICS;

/** A key of {@link SERVER_METRICS}. */
export type ServerMetricKey = keyof typeof SERVER_METRICS;

/**
 * The metric's OpenTelemetry name with the unit at its end, so that exporters
 * which add no unit and those which do arrive at one Prometheus name.
 *
 * @returns `sse.server.wire.size.bytes` for `sse.server.wire.size` in `By`;
 * the name itself when the unit is an annotation.
 */
export function nameWithUnit(metric: MetricDefinition): string {
  if (metric.unit === 's') return `${metric.name}.seconds`;
  if (metric.unit === 'By') return `${metric.name}.bytes`;
  return metric.name;
}

/**
 * The name of the metric's series in Prometheus, the same by scrape and by OTLP.
 *
 * @returns `sse_server_wire_size_bytes_total`; a histogram's without `_bucket`.
 */
export function prometheusName(metric: MetricDefinition): string {
  const name = nameWithUnit(metric).replaceAll('.', '_');
  return metric.kind === 'observableCounter' ? `${name}_total` : name;
}

/** What a page takes along, and what people read. */
function describeClient() {
  const counter = (name: keyof typeof CLIENT_COUNTERS, description: string) => {
    const [unit, attribute]: ClientCounter = CLIENT_COUNTERS[name];
    return {
      name: CLIENT_PREFIX + name,
      kind: 'observableCounter',
      unit,
      description,
      across: 'sum',
      ...(attribute === undefined ? {} : { attributes: [attribute] }),
    } as const;
  };
  const histogram = (name: ClientHistogramName, description: string) =>
    ({
      name: CLIENT_PREFIX + name,
      kind: 'histogram',
      unit: 's',
      description,
      across: 'sum',
      boundaries: CLIENT_HISTOGRAMS[name],
    }) as const;
  return {
    activeConnections: {
      name: CLIENT_PREFIX + CLIENT_ACTIVE,
      kind: 'observableUpDownCounter',
      unit: '{connection}',
      description: 'Event streams open now; clients in Node only.',
      across: 'sum',
    },
    openedConnections: counter('opened_connections', 'Event streams opened.'),
    closedConnections: counter(
      'closed_connections',
      'Event streams closed, by cause.',
    ),
    connectionOpenTime: histogram(
      'connection.open_time',
      'Construction or reconnect to open.',
    ),
    connectionDuration: histogram(
      'connection.duration',
      'How long each connection was open.',
    ),
    errors: counter('errors', 'What went wrong with a connection.'),
    reconnectDelay: histogram(
      'reconnect.delay',
      'Connection lost to open again.',
    ),
    receivedEvents: counter('received.events', 'Events received.'),
    contentSize: counter(
      'content.size',
      'Bytes of event stream, or of its data, received.',
    ),
    eventInterval: histogram(
      'event.interval',
      'Time between two events of one connection.',
    ),
    eventDelay: histogram('event.delay', 'Sent by the server to received.'),
    eventHandlerDuration: histogram(
      'event.handler.duration',
      "Time inside the page's listeners.",
    ),
    connectedTime: counter('connected_time', 'Time connected.'),
    disconnectedTime: counter(
      'disconnected_time',
      'Time disconnected, while visible and not closed by the page.',
    ),
  } as const satisfies Record<string, MetricDefinition>;
}

/** A gauge of the doctor's exporter, named as Prometheus has it. */
export interface ProbeMetricDefinition {
  readonly name: string;
  readonly kind: 'gauge';
  readonly description: string;
  /** Labels beside `target` and `module`. */
  readonly labels?: readonly string[];
}

/** Parts of an opening, one after the other: values of the label `phase`. */
export const PROBE_PHASES = [
  'resolve',
  'connect',
  'tls',
  'headers',
  'first_byte',
  'first_event',
] as const;

/** Gauges of the doctor's exporter, all with the labels `target` and `module`. */
export const PROBE_METRICS = {
  success: {
    name: 'sse_probe_success',
    kind: 'gauge',
    description:
      '1 when the stream opened, events came, and nothing was found that fails it.',
  },
  duration: {
    name: 'sse_probe_duration_seconds',
    kind: 'gauge',
    description:
      'How long each part of the opening took; together they are the wait for the first event.',
    labels: ['phase'],
  },
  eventInterval: {
    name: 'sse_probe_event_interval_seconds',
    kind: 'gauge',
    description: 'Between two events, the median.',
  },
  heartbeat: {
    name: 'sse_probe_heartbeat_seconds',
    kind: 'gauge',
    description: 'Between two comments, the median.',
  },
  bufferingRatio: {
    name: 'sse_probe_buffering_ratio',
    kind: 'gauge',
    description: 'Share of events that something on the way held back.',
  },
  resumeOk: {
    name: 'sse_probe_resume_ok',
    kind: 'gauge',
    description:
      '1 when the stream went on after a `Last-Event-ID` without loss or repetition.',
  },
  httpVersion: {
    name: 'sse_probe_http_version',
    kind: 'gauge',
    description: 'HTTP version of the answer: 1, 1.1 or 2.',
  },
  certificateExpiry: {
    name: 'sse_probe_certificate_expiry_timestamp_seconds',
    kind: 'gauge',
    description: 'When the certificate ends, in seconds since 1970.',
  },
  findings: {
    name: 'sse_probe_findings',
    kind: 'gauge',
    description: 'How many findings of each severity the doctor has.',
    labels: ['severity'],
  },
} as const satisfies Record<string, ProbeMetricDefinition>;
