// Many clients that do as an EventSource does: they come back, after the time
// they were last told, when their stream ends. Arguments: how many; the port they
// come to first; the port they come back to. Prints when all are in, and, as
// JSON, the milliseconds at which each came back after the first end.
import { connect } from 'node:net';

const [count, first, second] = process.argv.slice(2).map(Number);
const EVENT = /^data: ?(.*)$/;
const returns = [];
let open = 0;
let broken = 0;
let endedAt;

function come(port, isBack) {
  const socket = connect(port, '127.0.0.1');
  socket.setEncoding('latin1');
  socket.write(
    'GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n',
  );
  let retry = 3000;
  let text = '';
  let isIn = false;
  let isOver = false;
  socket.on('data', (chunk) => {
    text += chunk;
    if (!isIn && text.includes('data: hello')) {
      isIn = true;
      open++;
      if (open === count) console.log('all in');
    }
    const told = [...text.matchAll(/^retry: (\d+)$/gm)].at(-1);
    if (told) retry = Number(told[1]);
    for (const line of text.split('\n').slice(0, -1)) {
      const [, data] = EVENT.exec(line) ?? [];
      if (data !== undefined && !/^(hello|tick)$/.test(data)) broken++;
    }
    if (text.endsWith('0\r\n\r\n')) over();
    else text = text.slice(text.lastIndexOf('\n') + 1);
  });
  const over = () => {
    if (isOver) return;
    isOver = true;
    socket.destroy();
    if (isBack) return;
    endedAt ??= performance.now();
    setTimeout(() => {
      returns.push(Math.round(performance.now() - endedAt));
      come(second, true);
      if (returns.length === count) {
        console.log(`returned ${JSON.stringify({ returns, broken })}`);
      }
    }, retry);
  };
  socket.on('error', () => {});
  socket.on('close', over);
}

// A listener's queue is bounded: they come a few at a time.
let started = 0;
const timer = setInterval(() => {
  for (let i = 0; i < 100 && started < count; i++, started++)
    come(first, false);
  if (started === count) clearInterval(timer);
}, 20);
