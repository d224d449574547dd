// A Node consumer that knows of no telemetry: reads whole streams by fetch, and one by
// the package `eventsource` that is cut again and again. Prints what it saw.
import { EventSource } from 'eventsource';

const { STREAM_URL = '', FETCHES = '3', EVENTS = '12' } = process.env;
const headers = { Accept: 'text/event-stream' };
const fetched = { streams: 0, events: 0, bytes: 0 };

// There is no stream.
await fetch(new URL('/failing?status=500', STREAM_URL), { headers });
for (let index = 0; index < Number(FETCHES); index++) {
  const text = await (await fetch(STREAM_URL, { headers })).text();
  fetched.streams += 1;
  fetched.events += text.split('\ndata: ').length - 1;
  fetched.bytes += Buffer.byteLength(text);
}

// While it waits to come back, an EventSource of that package keeps no process alive.
setInterval(() => {}, 60_000);
const source = new EventSource(STREAM_URL);
const watched = { opened: 0, events: 0 };
source.addEventListener('open', () => {
  watched.opened += 1;
});
source.addEventListener('tick', () => {
  watched.events += 1;
  if (watched.events < Number(EVENTS)) return;
  console.log(JSON.stringify({ fetched, watched }));
});
