// A server of event streams behind a guard, which drains when it is told to. It
// says on standard output, as JSON, how the draining went.
import { createServer } from 'node:http';
import { createSseGuard } from 'opentelemetry-instrumentation-sse/guard';

const guard = createSseGuard();
const streams = new Set();
const server = createServer((request, response) => {
  if (request.url === '/drain') {
    response.end();
    void drain();
    return;
  }
  if (request.url === '/open') return response.end(String(streams.size));
  if (!guard.admit(request, response)) return;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write('data: hello\n\n');
  streams.add(response);
  response.on('close', () => streams.delete(response));
});
// The application goes on as ever while it is drained.
setInterval(() => {
  for (const stream of streams) stream.write('data: tick\n\n');
}, Number(process.argv[4]));
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  console.log(`listening ${server.address().port}`);
});

async function drain() {
  const result = await guard.drain({
    seconds: Number(process.argv[2]),
    retry: Number(process.argv[3]),
  });
  console.log(`drained ${JSON.stringify(result)}`);
}
