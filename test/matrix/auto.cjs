// auto-instrumentations-node and ours, both preloaded: its provider has all that
// we measure, exactly once, by both of its exporters, and its own metrics too.
const assert = require('node:assert/strict');
const { sendersOf, startReceiver, sumOf } = require('./receiver.cjs');
const { openStream, until } = require('./stream.cjs');

const OURS = 'opentelemetry-instrumentation-sse';
const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_PROMETHEUS_PORT } =
  process.env;

async function main() {
  const { port } = new URL(OTEL_EXPORTER_OTLP_ENDPOINT);
  const received = startReceiver(Number(port));
  const close = await openStream();
  const opened = await until('the stream by OTLP', async () =>
    received.find(
      (exported) => sumOf(exported, 'sse.server.opened_connections') > 0,
    ),
  );
  assert.equal(sumOf(opened, 'sse.server.active_connections'), 1);
  const url = `http://localhost:${OTEL_EXPORTER_PROMETHEUS_PORT}/metrics`;
  const text = await (await fetch(url)).text();
  for (const line of [
    /^sse_server_active_connections\{.*\} 1$/gm,
    /^sse_server_sent_events_total\{.*sse_event_type="tick".*\} 1$/gm,
    // Its exporter, without our views: no unit.
    /^sse_server_content_size_total\{.*\} 21$/gm,
  ]) {
    assert.equal(text.match(line)?.length, 1, `once ${line} in:\n${text}`);
  }
  close();
  const isClosed = (exported) =>
    sumOf(exported, 'sse.server.closed_connections') > 0 &&
    sumOf(exported, 'http.server.request.duration', '"GET"') > 0;
  const last = await until('the close by OTLP', async () =>
    received.find(isClosed),
  );
  const counts = Object.entries({
    'sse.server.opened_connections': 1,
    'sse.server.closed_connections': 1,
    'sse.server.active_connections': 0,
    'sse.server.sent.events': 1,
    'sse.server.content.size': 21,
    'sse.server.connection.duration': 1,
  });
  for (const [name, count] of counts) {
    assert.equal(sumOf(last, name), count, name);
  }
  const senders = sendersOf(received, OURS);
  assert.equal(senders.length, 1);
  assert.deepEqual(
    sendersOf(received, '@opentelemetry/instrumentation-http'),
    senders,
  );
}

void main();
