// A bare event stream server that says how much heap it uses when asked.
import { createServer } from 'node:http';

const open = [];
const server = createServer((_request, response) => {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
  });
  response.write('data: 1\n\n');
  open.push(response);
});
server.listen(0, '127.0.0.1', () => process.send(server.address().port));

process.on('message', () => {
  for (const response of open) response.write('data: 2\n\n');
  // Let what is on its way settle before counting.
  setTimeout(() => {
    for (let i = 0; i < 5; i++) globalThis.gc();
    process.send({ open: open.length, heap: process.memoryUsage().heapUsed });
  }, 200);
});
process.on('disconnect', () => process.exit());
