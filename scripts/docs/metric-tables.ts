import {
  ATTR_SSE_STREAM,
  CLIENT_CLOSE_REASONS,
  CLIENT_ERROR_TYPES,
  CLIENT_KINDS,
  CLIENT_METRICS,
  CLOSE_REASONS,
  CPU_MODES,
  DROP_REASONS,
  EVENT_LOOP_STATES,
  GUARD_METRICS,
  HTTP_SERVER_DURATIONS,
  type MetricDefinition,
  PROBE_METRICS,
  PROCESS_METRICS,
  PROTOCOL_ERROR_TYPES,
  type ProbeMetricDefinition,
  prometheusName,
  REJECTION_REASONS,
  RESUME_RESULTS,
  SERVER_METRICS,
  SPAN_ATTRIBUTES,
  SPAN_EVENTS,
  type SpanDefinition,
} from '../../src/semconv.ts';

import { table } from './markdown.ts';

const PROBES: readonly ProbeMetricDefinition[] = Object.values(PROBE_METRICS);

const KINDS: Record<MetricDefinition['kind'], string> = {
  histogram: 'histogram',
  observableCounter: 'counter',
  observableGauge: 'gauge',
  observableUpDownCounter: 'up-down counter',
};

const VALUES: readonly [string, readonly string[]][] = [
  ['sse.connection.close_reason', CLOSE_REASONS],
  ['sse.drop.reason', DROP_REASONS],
  ['sse.resume.result', RESUME_RESULTS],
  ['sse.rejection.reason', REJECTION_REASONS],
  ['sse.protocol_error.type', PROTOCOL_ERROR_TYPES],
  ['sse.client.kind', CLIENT_KINDS],
  ['sse.client.close_reason', CLIENT_CLOSE_REASONS],
  ['error.type, on sse.client.errors', CLIENT_ERROR_TYPES],
  ['sse.process.cpu.mode', CPU_MODES],
  ['sse.process.event_loop.state', EVENT_LOOP_STATES],
];

/** Name and meaning of every metric: what a README has room for. */
export function renderMetricsTable(): string {
  const all = [
    ...Object.values(SERVER_METRICS),
    ...Object.values(GUARD_METRICS),
    ...Object.values(PROCESS_METRICS),
    ...Object.values(CLIENT_METRICS),
  ];
  return table(
    ['In Prometheus', 'Meaning'],
    all.map((metric) => [code(prometheusName(metric)), metric.description]),
  );
}

/** docs/metrics.md: everything about every metric. */
export function renderMetricsPage(): string {
  return `# Metrics

Rendered from [src/semconv.ts](../src/semconv.ts) by \`npm run render\`. The scope
is \`opentelemetry-instrumentation-sse\`. Status: experimental, since OpenTelemetry
has no convention for Server-Sent Events; renaming one is a breaking change.

*Across* says how to combine instances. A *sampled* histogram records one value
in N when there are many: use it for quantiles and means, never its count as a
rate.

## Server

All have \`http.route\` and \`http.request.method\`, but for those marked *global*.

${renderMetrics(Object.values(SERVER_METRICS))}

## Guard

Reported where a guard is on (\`createSseGuard\` or \`OTEL_SSE_GUARD_*\`). Only the
reasons of its own limits are reported, and \`draining\`. The limit is the sum of
all guards of the process.

${renderMetrics(Object.values(GUARD_METRICS))}

## Process

They carry no base attributes.

${renderMetrics(Object.values(PROCESS_METRICS))}

## Client

Of browsers and of clients in Node, by \`opentelemetry-instrumentation-sse/client\`. All
have \`server.address\`, \`url.template\` and \`sse.client.kind\`.

${renderMetrics(Object.values(CLIENT_METRICS))}

## Values

${table(
  ['Attribute', 'Values'],
  VALUES.map(([name, values]) => [code(name), values.map(code).join(', ')]),
)}

Other attributes are bounded: at most \`maxRoutes\` routes, \`maxEventTypes\` event
types and 20 error types a process, 5 names and 20 values each of \`attributesHook\`;
what is beyond is added up in \`_OTHER\`. No instrument reports more than 1,500
attribute sets.

## Probes

Gauges of the doctor's exporter, with the labels \`target\` and \`module\`; their names
are those of Prometheus. [doctor.md](doctor.md) says how to get them.

${renderProbeMetrics()}

## On others' metrics

${HTTP_SERVER_DURATIONS.map(code).join(' and ')} have ${code(ATTR_SSE_STREAM)} = true on event
streams, where the provider was made with \`sseViews()\`.

## On spans

When a stream closes, the server span that was active when its headers were sent
gets attributes. No span is made, and none gets an event for each event.

${renderSpans('Attribute', SPAN_ATTRIBUTES)}

With \`spanEvents\` it gets span events too:

${renderSpans('Event', SPAN_EVENTS)}

Exemplars, which would lead from a histogram to a trace, are not recorded: the
JavaScript SDK (3.1) has none.
`;
}

/** Every gauge of a probe. */
export function renderProbeMetrics(): string {
  return table(
    ['In Prometheus', 'Labels', 'Meaning'],
    PROBES.map(({ name, labels = [], description }) => [
      code(name),
      labels.map(code).join(', '),
      description,
    ]),
  );
}

function renderSpans(
  head: string,
  definitions: readonly SpanDefinition[],
): string {
  return table(
    [head, 'Meaning'],
    definitions.map(({ name, description }) => [code(name), description]),
  );
}

function renderMetrics(metrics: readonly MetricDefinition[]): string {
  return metrics.map(renderMetric).join('\n\n');
}

function renderMetric(metric: MetricDefinition): string {
  const facts = [
    `${metric.sampled ? 'sampled ' : ''}${KINDS[metric.kind]}`,
    `unit ${code(metric.unit)}`,
    `across: ${metric.across}`,
    ...(metric.global ? ['global'] : []),
  ];
  const attributes = metric.attributes ?? [];
  const lines = [
    `### ${code(metric.name)}`,
    '',
    `${metric.description} In Prometheus ${code(prometheusName(metric))}.`,
    '',
    `- ${facts.join(', ')}`,
  ];
  if (attributes.length > 0) {
    lines.push(`- attributes: ${attributes.map(code).join(', ')}`);
  }
  if (metric.boundaries) {
    lines.push(`- boundaries: ${metric.boundaries.join(', ')}`);
  }
  return lines.join('\n');
}

/** Text as Markdown code. */
export function code(text: string): string {
  return `\`${text}\``;
}
