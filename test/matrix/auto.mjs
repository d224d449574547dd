// The same for an application in ES modules. instrumentation-http sees those only
// with a loader hook; what we measure is there without one.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

const url = `http://localhost:${process.env.OTEL_EXPORTER_PROMETHEUS_PORT}/metrics`;
const server = createServer((_request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.write('event: tick\ndata: 1\n\n');
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const client = get({ port: server.address().port, path: '/users/42/events' });
const [response] = await once(client, 'response');
await once(response, 'data');
const LINE = /^sse_server_sent_events_total\{.*sse_event_type="tick".*\} 1$/gm;
let text = '';
for (let tries = 0; tries < 500 && !LINE.test(text); tries++) {
  await delay(20);
  text = await (await fetch(url)).text();
}
assert.equal(text.match(LINE)?.length, 1, text);
// Its exporter, without our views: no unit.
assert.match(text, /^sse_server_content_size_total\{.*\} 21$/m);
response.on('error', () => {});
client.destroy();
server.close();
server.closeAllConnections();
