// A server that keeps as many megabytes as it is told, behind a guard.
import { createServer } from 'node:http';
import { createSseGuard } from 'opentelemetry-instrumentation-sse/guard';

const guard = createSseGuard({
  maxHeapRatio: 0.5,
  refusal: 'status',
  onPressure: ({ limit, value, isOver }) => {
    console.log(`${limit} ${isOver ? 'over' : 'under'} at ${value.toFixed(2)}`);
  },
});
let kept = [];
const server = createServer((request, response) => {
  const [, command, argument] = request.url.split('/');
  if (command === 'keep') {
    kept = Array.from({ length: Number(argument) }, () =>
      new Array(131_072).fill(7),
    );
    response.end(String(kept.length));
    return;
  }
  if (!guard.admit(request, response)) return;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end('data: hello\n\n');
});
server.listen(0, '127.0.0.1', () => {
  console.log(`listening ${server.address().port}`);
});
