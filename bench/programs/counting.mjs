// What is called for each event where a team counts by hand: two counters and two
// histograms with four attributes, by OpenTelemetry or by prom-client.
const variant = process.env.BENCH_VARIANT;

/** @type {(route: string, bytes: number) => void} */
export let countEvent = () => {};

const LABELS = ['route', 'method', 'type', 'instance'];
const labelsOf = (route) => ({
  route,
  method: 'GET',
  type: 'tick',
  instance: 'a',
});

if (variant === 'otel') {
  const { MeterProvider } = await import('@opentelemetry/sdk-metrics');
  const { PrometheusExporter } = await import(
    '@opentelemetry/exporter-prometheus'
  );
  const reader = new PrometheusExporter({ preventServerStart: true });
  const meter = new MeterProvider({ readers: [reader] }).getMeter('by hand');
  const events = meter.createCounter('events');
  const bytes = meter.createCounter('bytes');
  const size = meter.createHistogram('size');
  const duration = meter.createHistogram('duration');
  countEvent = (route, length) => {
    const start = performance.now();
    events.add(1, labelsOf(route));
    bytes.add(length, labelsOf(route));
    size.record(length, labelsOf(route));
    duration.record(performance.now() - start, labelsOf(route));
  };
}

if (variant === 'prom-client') {
  const { Counter, Histogram } = await import('prom-client');
  const of = (Kind, name) => new Kind({ name, help: name, labelNames: LABELS });
  const events = of(Counter, 'events');
  const bytes = of(Counter, 'bytes');
  const size = of(Histogram, 'size');
  const duration = of(Histogram, 'duration');
  countEvent = (route, length) => {
    const start = performance.now();
    events.inc(labelsOf(route), 1);
    bytes.inc(labelsOf(route), length);
    size.observe(labelsOf(route), length);
    duration.observe(labelsOf(route), performance.now() - start);
  };
}
