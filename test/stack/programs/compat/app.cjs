// A server that knows of no telemetry: each request is a stream of two events, or
// passed on to one, of which it is the client.
const { createServer } = require('node:http');

const server = createServer(async (request, response) => {
  if (request.url === '/passed-on') {
    const { port } = server.address();
    const stream = await fetch(`http://127.0.0.1:${port}/events`);
    response.end(await stream.text());
    return;
  }
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.write('event: tick\ndata: 1\n\n');
  response.end('event: tick\ndata: 2\n\n');
});
server.listen(0, '127.0.0.1', () => {
  console.log(`listening on ${server.address().port}`);
});
