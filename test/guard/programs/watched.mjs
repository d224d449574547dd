// A server of event streams that lets so many in, and writes to each every 50 ms
// an event. Argument: how many.
import { createServer } from 'node:http';
import { createSseGuard } from 'opentelemetry-instrumentation-sse/guard';

const guard = createSseGuard({
  maxConnections: Number(process.argv[2]),
  retrySeconds: 1,
});
const streams = new Set();
const server = createServer((request, response) => {
  if (request.url === '/read')
    return response.end(JSON.stringify(guard.read()));
  if (!guard.admit(request, response)) return;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  streams.add(response);
  response.on('close', () => streams.delete(response));
});
setInterval(() => {
  for (const stream of streams) stream.write('data: tick\n\n');
}, 50);
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  console.log(`listening ${server.address().port}`);
});
