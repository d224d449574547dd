// With the flag, and `startNodeSdk` after a stream was opened: set up by variables
// with the port that we have until then, or by a file that names another one.
import assert from 'node:assert/strict';
import * as sdkNode from '@opentelemetry/sdk-node';
import stream from './stream.cjs';

// SDK 2 has it under its older name only.
const startNodeSdk = sdkNode.startNodeSdk ?? sdkNode.startNodeSDK;
const { MATRIX_PORT, OTEL_CONFIG_FILE, OTEL_EXPORTER_PROMETHEUS_PORT } =
  process.env;
const urlOf = (port) => `http://localhost:${port}/metrics`;
const own = urlOf(OTEL_EXPORTER_PROMETHEUS_PORT);
const theirs = OTEL_CONFIG_FILE ? urlOf(MATRIX_PORT) : own;

const close = await stream.openStream();
await stream.until('our own endpoint', async () => (await fetch(own)).ok);
const sdk = startNodeSdk();
// Its exporter has no views of ours: no unit.
const text = await stream.until('the hand-over', async () => {
  const scraped = await (await fetch(theirs)).text();
  return scraped.includes('sse_server_content_size_total{') && scraped;
});
for (const line of [
  /^sse_server_active_connections\{.*\} 1$/gm,
  /^sse_server_sent_events_total\{.*sse_event_type="tick".*\} 1$/gm,
  /^sse_server_content_size_total\{.*\} 21$/gm,
]) {
  assert.equal(text.match(line)?.length, 1, `once ${line} in:\n${text}`);
}
if (own !== theirs) {
  await stream.until('our port to be given up', () =>
    fetch(own).then(
      () => false,
      () => true,
    ),
  );
}
close();
await sdk.shutdown();
