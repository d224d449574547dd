// With the flag alone, by OTLP: this process is its own receiver.
import { createServer } from 'node:http';
import stream from './stream.cjs';

let seen = '';
const receiver = createServer(async (request, response) => {
  for await (const chunk of request) seen += chunk.toString('latin1');
  response.setHeader('Content-Type', request.headers['content-type']);
  response.end(
    request.headers['content-type'] === 'application/json' ? '{}' : '',
  );
});
receiver.listen(
  Number(new URL(process.env.OTEL_EXPORTER_OTLP_ENDPOINT).port),
  '127.0.0.1',
);
const close = await stream.openStream();
for (const text of [
  'sse.server.active_connections',
  '/users/:id/events',
  'tick',
  'matrix',
]) {
  await stream.until(`${text} by OTLP`, async () => seen.includes(text));
}
close();
receiver.close();
receiver.closeAllConnections();
