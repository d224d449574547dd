import { expect, test } from 'vitest';
import { startChild } from './support/child.ts';
import { startReceiver } from './support/receiver.ts';

for (const [protocol, contentType] of [
  ['http/protobuf', 'application/x-protobuf'],
  ['http/json', 'application/json'],
] as const) {
  test.concurrent(`sends by ${protocol} what the variables say`, async () => {
    await using receiver = await startReceiver();
    await using child = startChild('server.mjs', {
      env: {
        OTEL_METRICS_EXPORTER: 'otlp',
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_EXPORTER_OTLP_HEADERS: 'x-key=secret,x-tenant=shop',
        OTEL_METRIC_EXPORT_INTERVAL: '200',
        OTEL_SERVICE_NAME: 'orders',
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
      },
    });
    await child.ask('/once');
    const got = await receiver.waitFor(
      ({ sum }) => sum('sse.server.closed_connections') === 1,
    );
    expect(got.path).toBe('/v1/metrics');
    expect(got.headers).toMatchObject({
      'content-type': contentType,
      'x-key': 'secret',
      'x-tenant': 'shop',
    });
    expect(got.resource).toMatchObject({
      'service.name': 'orders',
      'deployment.environment.name': 'test',
      'service.instance.id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(got.scopes).toEqual(['opentelemetry-instrumentation-sse']);
    expect(got.sum('sse.server.sent.events', { 'http.route': '/once' })).toBe(
      1,
    );
    expect(got.sum('sse.server.connection.duration')).toBe(1);
    await child.stop();
    expect(child.stderr()).toBe('');
  });
}
