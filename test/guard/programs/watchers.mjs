// Clients that stay and note the time between two events. At each SIGUSR2 they
// print, as JSON, the figures since the one before, in milliseconds.
// Arguments: how many, the port.
import { connect } from 'node:net';

const [count, port] = process.argv.slice(2).map(Number);
let intervals = [];
let open = 0;
let lost = 0;
let reports = 0;

for (let i = 0; i < count; i++) {
  const socket = connect(port, '127.0.0.1');
  socket.setEncoding('latin1');
  socket.write(
    'GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n',
  );
  let last;
  socket.on('data', (chunk) => {
    if (!chunk.includes('data: tick')) return;
    const now = performance.now();
    if (last === undefined && ++open === count) console.log('all in');
    if (last !== undefined) intervals.push(now - last);
    last = now;
  });
  socket.on('error', () => {});
  socket.on('close', () => lost++);
}

process.on('SIGUSR2', () => {
  intervals.sort((a, b) => a - b);
  const p99 = intervals[Math.floor(intervals.length * 0.99)];
  const figures = { p99, events: intervals.length, lost };
  intervals = [];
  console.log(`seen ${++reports} ${JSON.stringify(figures)}`);
});
