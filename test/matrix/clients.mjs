// What this process receives, by every client that is on undici: opened, lost and
// opened again, refused, given up. By --experimental-eventsource also Node's own.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { until } from './stream.cjs';

const streams = new Map();
const server = createServer((request, response) => {
  const { url } = request;
  if (url.endsWith('/refused')) return response.writeHead(503).end();
  if (url.endsWith('/other')) {
    return response.setHeader('Content-Type', 'text/plain').end('data: 1\n\n');
  }
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.write('retry: 100\n\nevent: tick\ndata: 1\n\n');
  streams.set(url, response);
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const base = `http://127.0.0.1:${server.address().port}`;

/** Breaks the stream of a path. */
const breakOff = (path) => streams.get(path).destroy();

async function tryEventSource(name, Source) {
  const path = `/${name}`;
  const source = new Source(base + path);
  await once(source, 'tick');
  breakOff(path);
  await once(source, 'error');
  await once(source, 'tick');
  source.close();
  for (const what of ['refused', 'other']) {
    const refused = new Source(`${base}${path}/${what}`);
    await once(refused, 'error');
    assert.equal(refused.readyState, 2);
  }
  return expectOf(name, 'rejected', 'rejected');
}

async function tryFetch(name, fetch) {
  const path = `/${name}`;
  const headers = { Accept: 'text/event-stream' };
  const controller = new AbortController();
  const open = async () => {
    const { signal } = controller;
    const response = await fetch(base + path, { headers, signal });
    const reader = response.body.getReader();
    await reader.read();
    return reader;
  };
  const first = await open();
  breakOff(path);
  await assert.rejects(first.read(), TypeError);
  const second = await open();
  controller.abort();
  await assert.rejects(second.read(), { name: 'AbortError' });
  for (const what of ['refused', 'other']) {
    await (await fetch(`${base}${path}/${what}`, { headers })).text();
  }
  return expectOf(name, 'http_status', 'content_type');
}

/** Every figure of a client that did so, and what it must be. */
function expectOf(name, refused, other) {
  return [
    [`opened_connections_total{${name},sse_connection_reconnected="false"}`, 1],
    [`opened_connections_total{${name},sse_connection_reconnected="true"}`, 1],
    [`received_events_total{${name},sse_event_type="tick"}`, 2],
    [`closed_connections_total{${name},sse_client_close_reason="lost"}`, 1],
    [`closed_connections_total{${name},sse_client_close_reason="page"}`, 1],
    [`errors_total{${name},error_type="connection_lost"}`, 1],
    [`errors_total{${name}/refused,error_type="${refused}"}`, 1],
    [`errors_total{${name}/other,error_type="${other}"}`, 1],
    [`reconnect_delay_seconds_count{${name}}`, 1],
    [`active_connections{${name}}`, 0],
  ];
}

/** The value of `name{path,label="value"}` in a scrape. */
function readValue(scrape, wanted) {
  const [, name, path, label = ''] = /^(\w+)\{([^,}]*),?(.*)\}$/.exec(wanted);
  const line = scrape
    .split('\n')
    .find(
      (text) =>
        text.startsWith(`sse_client_${name}{`) &&
        text.includes(`url_template="/${path}"`) &&
        text.includes(label),
    );
  return Number(line?.split(' ').at(-1));
}

/** Packages of the project that this runs in. */
const SOURCES = ['eventsource', 'eventsource3', 'eventsource4'];
const FETCHERS = ['undici'];

const expected = await tryFetch('fetch', fetch);
for (const name of FETCHERS) {
  expected.push(...(await tryFetch(name, (await import(name)).fetch)));
}
for (const name of SOURCES) {
  const { EventSource: Source } = await import(name);
  expected.push(...(await tryEventSource(name, Source)));
}
if (globalThis.EventSource !== undefined) {
  expected.push(...(await tryEventSource('own', EventSource)));
}
const metrics = `http://localhost:${process.env.OTEL_EXPORTER_PROMETHEUS_PORT}/metrics`;
let seen = [];
await until('every figure of every client', async () => {
  const scrape = await (await fetch(metrics)).text();
  seen = expected.map(([wanted]) => [wanted, readValue(scrape, wanted)]);
  return JSON.stringify(seen) === JSON.stringify(expected);
}).catch(() => assert.deepEqual(seen, expected));
server.close();
server.closeAllConnections();
