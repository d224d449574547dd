import { createServer } from 'node:http';

/**
 * An application with event streams that knows nothing of any measurement. It
 * does what the path says.
 */
export function serve(port = 0) {
  const streams = new Set();
  const leave = () => {
    server.close();
    for (const stream of streams) stream.end();
    server.closeIdleConnections();
  };
  const server = createServer((request, response) => {
    const [, command, argument] = request.url.split('/');
    if (command === 'events' || command === 'once') {
      response.writeHead(200, {
        'Content-Type': 'text/event-stream',
        'Cache-Control': 'no-store',
      });
      response.write(
        argument === undefined ? 'data: hello\n\n' : write(argument),
      );
      if (command === 'once') response.end();
      else streams.add(response);
      return;
    }
    response.setHeader('Connection', 'close');
    response.end(String(process.listenerCount('SIGTERM')));
    if (command === 'leave') {
      if (argument !== undefined) process.exitCode = Number(argument);
      leave();
    }
    if (command === 'exit') process.exit(Number(argument));
    if (command === 'throw') setImmediate(fail);
  });
  server.listen(port, '127.0.0.1', () => {
    console.log(`listening ${server.address().port}`);
  });
  return { server, leave };
}

/** `a,b=c`: an event of the type `a`, and one of the type `b` with the data `c`. */
function write(events) {
  return decodeURIComponent(events)
    .split(',')
    .map((event) => event.split('='))
    .map(([type, data = type]) => `event: ${type}\ndata: ${data}\n\n`)
    .join('');
}

function fail() {
  throw new Error('of the application');
}
