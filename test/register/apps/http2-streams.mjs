// An HTTP/2 application that answers on its raw streams.
import { createServer } from 'node:http2';

const server = createServer();
server.on('stream', (stream) => {
  stream.respond({
    ':status': 200,
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
  });
  stream.write('data: hello\n\n');
});
server.listen(0, '127.0.0.1', () => {
  console.log(`listening ${server.address().port}`);
});
