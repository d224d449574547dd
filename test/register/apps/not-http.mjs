// A program that listens, but not for HTTP.
import { createServer } from 'node:net';

const server = createServer((socket) => socket.end('hello'));
server.listen(0, '127.0.0.1', () => {
  console.log(`listening ${server.address().port}`);
});
