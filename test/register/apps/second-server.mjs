// An application that listens on one port, and later, when it is asked to, on
// the port that is its argument; when it is asked again, anew.
import { createServer } from 'node:http';
import { serve } from './serve.mjs';

const { server } = serve();
let second;
server.on('request', (request) => {
  if (request.url !== '/second') return;
  second?.close();
  second = createServer((_request, response) => {
    response.setHeader('Connection', 'close');
    response.end('second');
  });
  second.listen(process.argv[2], () => console.log('second is ready'));
});
