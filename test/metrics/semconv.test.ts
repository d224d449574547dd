import { expect, test } from 'vitest';
import {
  CLIENT_CLOSE_REASONS,
  CLIENT_ERROR_TYPES,
  CLIENT_METRICS,
  CLOSE_REASONS,
  GUARD_METRICS,
  type MetricDefinition,
  nameWithUnit,
  PROBE_METRICS,
  PROCESS_METRICS,
  PROTOCOL_ERROR_TYPES,
  type ProbeMetricDefinition,
  prometheusName,
  REJECTION_REASONS,
  SERVER_METRICS,
} from '../../src/semconv.ts';

const SERVER: MetricDefinition[] = Object.values(SERVER_METRICS);
const GUARD: MetricDefinition[] = Object.values(GUARD_METRICS);
const PROCESS: MetricDefinition[] = Object.values(PROCESS_METRICS);
const CLIENT: MetricDefinition[] = Object.values(CLIENT_METRICS);
const ALL = [...SERVER, ...GUARD, ...PROCESS, ...CLIENT];

// Names, kinds and units are a contract with dashboards and rules: they are
// spelt again here, so that none changes unnoticed.

test('the server metrics have their names, kinds, units and series names', () => {
  expect(SERVER.map(lineOf)).toEqual([
    'sse.server.active_connections|updown|{connection}|sse_server_active_connections|sum',
    'sse.server.waiting_connections|updown|{connection}|sse_server_waiting_connections|sum',
    'sse.server.opened_connections|counter|{connection}|sse_server_opened_connections_total|sum',
    'sse.server.closed_connections|counter|{connection}|sse_server_closed_connections_total|sum',
    'sse.server.failed_connections|counter|{connection}|sse_server_failed_connections_total|sum',
    'sse.server.connection.duration|histogram|s|sse_server_connection_duration_seconds|sum',
    'sse.server.connection.open_time|histogram|s|sse_server_connection_open_time_seconds|sum',
    'sse.server.time_to_first_event|histogram|s|sse_server_time_to_first_event_seconds|sum',
    'sse.server.eventless_closes|counter|{connection}|sse_server_eventless_closes_total|sum',
    'sse.server.unfinished_closes|counter|{connection}|sse_server_unfinished_closes_total|sum',
    'sse.server.event.interval|histogram sampled|s|sse_server_event_interval_seconds|max of quantiles',
    'sse.server.sent.events|counter|{event}|sse_server_sent_events_total|sum',
    'sse.server.dropped_events|counter|{event}|sse_server_dropped_events_total|sum',
    'sse.server.replayed_events|counter|{event}|sse_server_replayed_events_total|sum',
    'sse.server.resumes|counter|{connection}|sse_server_resumes_total|sum',
    'sse.server.sent.comments|counter|{comment}|sse_server_sent_comments_total|sum',
    'sse.server.writes|counter|{write}|sse_server_writes_total|sum',
    'sse.server.late.writes|counter|{write}|sse_server_late_writes_total|sum',
    'sse.server.content.size|counter|By|sse_server_content_size_bytes_total|sum',
    'sse.server.wire.size|counter|By|sse_server_wire_size_bytes_total|sum',
    'sse.server.event.size|histogram sampled|By|sse_server_event_size_bytes|max of quantiles',
    'sse.server.write.duration|histogram sampled|s|sse_server_write_duration_seconds|max of quantiles',
    'sse.server.queue.size|updown|By|sse_server_queue_size_bytes|sum',
    'sse.server.connection.queue.max|gauge|By|sse_server_connection_queue_max_bytes|max',
    'sse.server.blocked_connections|updown|{connection}|sse_server_blocked_connections|sum',
    'sse.server.blocked.duration|histogram|s|sse_server_blocked_duration_seconds|sum',
    'sse.server.blocked.writes|counter|{write}|sse_server_blocked_writes_total|sum',
    'sse.server.connection.age.max|gauge|s|sse_server_connection_age_max_seconds|max',
    'sse.server.connection.idle_time.max|gauge|s|sse_server_connection_idle_time_max_seconds|max',
    'sse.server.stalled_connections|updown|{connection}|sse_server_stalled_connections|sum',
    'sse.server.clients|updown|{client}|sse_server_clients|never',
    'sse.server.client.connections.max|gauge|{connection}|sse_server_client_connections_max|max',
    'sse.server.protocol_errors|counter|{error}|sse_server_protocol_errors_total|sum',
  ]);
});

test("the guard's metrics have their names, kinds, units and series names", () => {
  expect(GUARD.map(lineOf)).toEqual([
    'sse.server.rejected_connections|counter|{connection}|sse_server_rejected_connections_total|sum',
    'sse.server.connection.limit|gauge|{connection}|sse_server_connection_limit|sum',
  ]);
});

test('the gauges of probes have their names and labels', () => {
  const probes: ProbeMetricDefinition[] = Object.values(PROBE_METRICS);
  expect(
    probes.map(({ name, labels = [] }) => [name, ...labels].join('|')),
  ).toEqual([
    'sse_probe_success',
    'sse_probe_duration_seconds|phase',
    'sse_probe_event_interval_seconds',
    'sse_probe_heartbeat_seconds',
    'sse_probe_buffering_ratio',
    'sse_probe_resume_ok',
    'sse_probe_http_version',
    'sse_probe_certificate_expiry_timestamp_seconds',
    'sse_probe_findings|severity',
  ]);
});

test('the process metrics have their names, kinds, units and series names', () => {
  expect(PROCESS.map(lineOf)).toEqual([
    'sse.process.uptime|gauge|s|sse_process_uptime_seconds|max',
    'sse.process.cpu.time|counter|s|sse_process_cpu_time_seconds_total|sum',
    'sse.process.memory.rss|updown|By|sse_process_memory_rss_bytes|sum',
    'sse.process.heap.used|gauge|By|sse_process_heap_used_bytes|max',
    'sse.process.heap.total|gauge|By|sse_process_heap_total_bytes|max',
    'sse.process.heap.limit|gauge|By|sse_process_heap_limit_bytes|max',
    'sse.process.external|gauge|By|sse_process_external_bytes|max',
    'sse.process.array_buffers|gauge|By|sse_process_array_buffers_bytes|max',
    'sse.process.file_descriptor.count|updown|{file_descriptor}|sse_process_file_descriptor_count|sum',
    'sse.process.file_descriptor.limit|gauge|{file_descriptor}|sse_process_file_descriptor_limit|max',
    'sse.process.event_loop.time|counter|s|sse_process_event_loop_time_seconds_total|sum',
    'sse.process.event_loop.delay.p99|gauge|s|sse_process_event_loop_delay_p99_seconds|max',
    'sse.process.event_loop.delay.max|gauge|s|sse_process_event_loop_delay_max_seconds|max',
  ]);
});

test('the client metrics have their names, kinds, units and series names', () => {
  expect(CLIENT.map(lineOf)).toEqual([
    'sse.client.active_connections|updown|{connection}|sse_client_active_connections|sum',
    'sse.client.opened_connections|counter|{connection}|sse_client_opened_connections_total|sum',
    'sse.client.closed_connections|counter|{connection}|sse_client_closed_connections_total|sum',
    'sse.client.connection.open_time|histogram|s|sse_client_connection_open_time_seconds|sum',
    'sse.client.connection.duration|histogram|s|sse_client_connection_duration_seconds|sum',
    'sse.client.errors|counter|{error}|sse_client_errors_total|sum',
    'sse.client.reconnect.delay|histogram|s|sse_client_reconnect_delay_seconds|sum',
    'sse.client.received.events|counter|{event}|sse_client_received_events_total|sum',
    'sse.client.content.size|counter|By|sse_client_content_size_bytes_total|sum',
    'sse.client.event.interval|histogram|s|sse_client_event_interval_seconds|sum',
    'sse.client.event.delay|histogram|s|sse_client_event_delay_seconds|sum',
    'sse.client.event.handler.duration|histogram|s|sse_client_event_handler_duration_seconds|sum',
    'sse.client.connected_time|counter|s|sse_client_connected_time_seconds_total|sum',
    'sse.client.disconnected_time|counter|s|sse_client_disconnected_time_seconds_total|sum',
  ]);
});

test('the histograms have their boundaries', () => {
  const boundaries = SERVER.filter(({ kind }) => kind === 'histogram').map(
    (metric) => [metric.name, metric.boundaries?.join(' ')],
  );
  expect(boundaries).toEqual([
    ['sse.server.connection.duration', '1 5 10 30 60 300 900 3600 14400 86400'],
    [
      'sse.server.connection.open_time',
      '0.005 0.025 0.05 0.1 0.25 0.5 1 2.5 5 10',
    ],
    [
      'sse.server.time_to_first_event',
      '0.01 0.025 0.05 0.1 0.25 0.5 1 2.5 5 10 30',
    ],
    [
      'sse.server.event.interval',
      '0.005 0.025 0.1 0.25 0.5 1 2.5 5 10 14 20 28 43 65 300',
    ],
    ['sse.server.event.size', '64 128 256 512 1024 4096 10240 65536 262144'],
    [
      'sse.server.write.duration',
      '0.0001 0.0005 0.001 0.005 0.01 0.05 0.1 0.2 0.5 1 5',
    ],
    ['sse.server.blocked.duration', '0.01 0.1 0.5 1 5 15 30 60'],
  ]);
});

test('the boundaries ascend, within what both spellings of le can write', () => {
  for (const { name, boundaries = [] } of ALL) {
    const sorted = [...new Set(boundaries)].toSorted((a, b) => a - b);
    expect(boundaries, name).toEqual(sorted);
    for (const edge of boundaries) {
      expect(edge, name).toBeGreaterThanOrEqual(0.0001);
      expect(edge, name).toBeLessThanOrEqual(999_999);
    }
  }
});

test('no two metrics share a name, by any route', () => {
  for (const nameOf of [
    ({ name }: MetricDefinition) => name,
    nameWithUnit,
    prometheusName,
  ]) {
    expect(new Set(ALL.map(nameOf)).size).toBe(ALL.length);
  }
});

test('a name has no unit in it until it is asked for', () => {
  for (const metric of ALL) {
    expect(metric.name).toMatch(
      /^sse\.(server|process|client)(\.[a-z][a-z0-9_]*)+$/,
    );
    expect(metric.name).not.toMatch(/seconds|bytes|_total/);
    expect(metric.description).toMatch(/^\S.*\.$/);
  }
});

test('the closed sets of values are those that dashboards know', () => {
  expect(CLOSE_REASONS.join(' ')).toBe(
    'completed client_disconnect server_close error expired timeout evicted shutdown',
  );
  expect(REJECTION_REASONS.join(' ')).toBe(
    'connections route_connections client_connections heap event_loop file_descriptors draining _OTHER',
  );
  expect(PROTOCOL_ERROR_TYPES.join(' ')).toBe(
    'unknown_field null_in_id invalid_retry event_without_data unfinished_event invalid_utf8 cacheable content_length status',
  );
});

test('the closed sets of clients are those that dashboards know', () => {
  expect(CLIENT_CLOSE_REASONS.join(' ')).toBe('page completed lost error');
  expect(CLIENT_ERROR_TYPES.join(' ')).toBe(
    'connect_failed connection_lost rejected http_status content_type _OTHER',
  );
});

function lineOf(metric: MetricDefinition): string {
  const kind = {
    histogram: metric.sampled ? 'histogram sampled' : 'histogram',
    observableCounter: 'counter',
    observableGauge: 'gauge',
    observableUpDownCounter: 'updown',
  }[metric.kind];
  const { name, unit, across } = metric;
  return [name, kind, unit, prometheusName(metric), across].join('|');
}
