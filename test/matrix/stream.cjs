// An event stream and its client, in one process: what each program measures.
const { createServer, get } = require('node:http');
const { once } = require('node:events');
const { setTimeout: delay } = require('node:timers/promises');

/** Opens one stream with one event. @returns how to close both ends. */
exports.openStream = async function openStream() {
  const server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/event-stream');
    response.setHeader('Cache-Control', 'no-store');
    response.write('event: tick\ndata: 1\n\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = get({ port: server.address().port, path: '/users/42/events' });
  const [response] = await once(client, 'response');
  await once(response, 'data');
  response.on('error', () => {});
  client.on('error', () => {});
  return () => {
    client.destroy();
    server.close();
    server.closeAllConnections();
  };
};

/** Waits until `read` gives something that is true. */
exports.until = async function until(what, read) {
  for (let tries = 0; tries < 500; tries++) {
    const value = await read().catch(() => undefined);
    if (value) return value;
    await delay(20);
  }
  throw new Error(`not in time: ${what}`);
};

/** What a scrape must hold. */
exports.EXPECTED = [
  /^sse_server_active_connections\{http_route="\/users\/:id\/events",.*\} 1$/m,
  /^sse_server_sent_events_total\{.*sse_event_type="tick".*\} 1$/m,
  /^sse_server_connection_open_time_seconds_bucket\{.*le="0.005".*\}/m,
  /^sse_server_content_size_bytes_total\{.*\} 21$/m,
  /^sse_process_uptime_seconds/m,
];
