// A storm of clients that come all at once, at SIGUSR2, and obey the time they are
// told. Prints, as JSON, what they were answered. Arguments: how many, the port, how often each
// comes at most.
import { connect } from 'node:net';

const [count, port, tries] = process.argv.slice(2).map(Number);
const answers = { admitted: 0, refused: 0, failed: 0 };
let left = count;

function come(attempt) {
  const socket = connect(port, '127.0.0.1');
  socket.setEncoding('latin1');
  let text = '';
  let isOver = false;
  socket.write(
    'GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n',
  );
  socket.on('data', (chunk) => {
    text += chunk;
    if (!text.includes('data: ')) return;
    answers.admitted++;
    finish();
  });
  const finish = () => {
    if (isOver) return;
    isOver = true;
    socket.destroy();
    if (--left === 0) console.log(`answered ${JSON.stringify(answers)}`);
  };
  socket.on('error', () => {});
  socket.on('close', () => {
    if (isOver) return;
    const retry = /retry: (\d+)/.exec(text)?.[1];
    if (retry === undefined) answers.failed++;
    else answers.refused++;
    if (retry === undefined || attempt === tries) return finish();
    isOver = true;
    setTimeout(come, Number(retry), attempt + 1);
  });
}

const waiting = setInterval(() => {}, 1000);
process.once('SIGUSR2', () => {
  clearInterval(waiting);
  for (let i = 0; i < count; i++) come(1);
});
console.log('ready');
