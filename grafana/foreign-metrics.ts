/**
 * Metrics of the programs that ours pass through, as Prometheus has them. They
 * are not ours to name: this list is all that dashboards may use.
 */
import { PROBE_METRICS } from '../src/semconv.ts';

/** One metric of another program. */
export interface ForeignMetric {
  /** Name of the series; a histogram's without `_bucket`. */
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
}

/** Own metrics of the OpenTelemetry Collector. */
export const COLLECTOR = {
  accepted: counter('otelcol_receiver_accepted_metric_points'),
  refused: counter('otelcol_receiver_refused_metric_points'),
  failed: counter('otelcol_receiver_failed_metric_points'),
  sent: counter('otelcol_exporter_sent_metric_points'),
  sendFailed: counter('otelcol_exporter_send_failed_metric_points'),
  enqueueFailed: counter('otelcol_exporter_enqueue_failed_metric_points'),
  queueSize: gauge('otelcol_exporter_queue_size'),
  queueCapacity: gauge('otelcol_exporter_queue_capacity'),
  incoming: counter('otelcol_processor_incoming_items'),
  outgoing: counter('otelcol_processor_outgoing_items'),
  deltaStreams: gauge('otelcol_deltatocumulative_streams_tracked'),
  memory: gauge('otelcol_process_memory_rss'),
  cpu: counter('otelcol_process_cpu_seconds'),
  uptime: counter('otelcol_process_uptime'),
} as const;

/** Own metrics of Prometheus. */
export const PROMETHEUS = {
  reloaded: gauge('prometheus_config_last_reload_successful'),
  series: gauge('prometheus_tsdb_head_series'),
  seriesCreated: counter('prometheus_tsdb_head_series_created_total'),
  samples: counter('prometheus_tsdb_head_samples_appended_total'),
  outOfOrder: counter('prometheus_tsdb_out_of_order_samples_total'),
  tooOld: counter('prometheus_tsdb_too_old_samples_total'),
  duplicates: counter(
    'prometheus_target_scrapes_sample_duplicate_timestamp_total',
  ),
  blocks: gauge('prometheus_tsdb_storage_blocks_bytes'),
  wal: gauge('prometheus_tsdb_wal_storage_size_bytes'),
  requests: counter('prometheus_http_requests_total'),
  ruleFailures: counter('prometheus_rule_evaluation_failures_total'),
  ruleMisses: counter('prometheus_rule_group_iterations_missed_total'),
  ruleDuration: gauge('prometheus_rule_group_last_duration_seconds'),
  ruleInterval: gauge('prometheus_rule_group_interval_seconds'),
  alertmanagers: gauge('prometheus_notifications_alertmanagers_discovered'),
  alertsSent: counter('prometheus_notifications_sent_total'),
  alertsDropped: counter('prometheus_notifications_dropped_total'),
  alertErrors: counter('prometheus_notifications_errors_total'),
} as const;

/** Own metrics of Alertmanager. */
export const ALERTMANAGER = {
  reloaded: gauge('alertmanager_config_last_reload_successful'),
  alerts: gauge('alertmanager_alerts'),
  silences: gauge('alertmanager_silences'),
  notifications: counter('alertmanager_notifications_total'),
  notificationsFailed: counter('alertmanager_notifications_failed_total'),
  notificationLatency: histogram('alertmanager_notification_latency_seconds'),
} as const;

/** What Prometheus writes itself, about targets and rules. */
export const WRITTEN_BY_PROMETHEUS = {
  up: gauge('up'),
  alerts: gauge('ALERTS'),
} as const;

/** What Go programs have in common. */
export const GO_PROGRAM = {
  memory: gauge('process_resident_memory_bytes'),
  cpu: counter('process_cpu_seconds_total'),
  startTime: gauge('process_start_time_seconds'),
} as const;

/**
 * Every metric above, and those of the doctor's exporter: ours by their names, but of
 * a program of its own that has no routes and no instances.
 */
export const FOREIGN_METRICS: readonly ForeignMetric[] = [
  PROBE_METRICS,
  COLLECTOR,
  PROMETHEUS,
  ALERTMANAGER,
  WRITTEN_BY_PROMETHEUS,
  GO_PROGRAM,
].flatMap((group): ForeignMetric[] => Object.values(group));

function counter<Name extends string>(name: Name) {
  return { name, kind: 'counter' } as const;
}

function gauge<Name extends string>(name: Name) {
  return { name, kind: 'gauge' } as const;
}

function histogram<Name extends string>(name: Name) {
  return { name, kind: 'histogram' } as const;
}
