// A server whose streams have an event of 256 bytes each 50 ms.
import { createServer } from 'node:http';

const EVENT = `data: ${'x'.repeat(248)}\n\n`;

const server = createServer((_request, response) => {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-cache',
  });
  const timer = setInterval(() => response.write(EVENT), 50);
  response.once('close', () => clearInterval(timer));
});
server.listen(Number(process.env['PORT']), '127.0.0.1', () => {
  console.log('listening');
});
