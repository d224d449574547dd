// Four workers that share a port. One that dies is forked again, as process managers
// do. It prints each worker's process id when it listens.
import cluster from 'node:cluster';
import { createServer } from 'node:http';

const WORKERS = 4;

if (cluster.isPrimary) {
  const fork = () => {
    const worker = cluster.fork();
    worker.on('listening', ({ port }) => {
      console.log(`worker ${worker.process.pid} on ${port}`);
    });
    worker.on('exit', fork);
  };
  for (let count = 0; count < WORKERS; count++) fork();
} else {
  const server = createServer((_request, response) => {
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      Connection: 'close',
    });
    response.end(`data: ${process.pid}\n\n`);
  });
  // All workers get the port that the first one was given.
  server.listen(0, '127.0.0.1');
}
