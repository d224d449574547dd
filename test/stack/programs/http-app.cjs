// An application as its users have it: OpenTelemetry's own instrumentations, short
// requests of about 5 ms, and a route that streams. CommonJS: they see no other.
const { NodeSDK } = require('@opentelemetry/sdk-node');
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
const {
  ExpressInstrumentation,
} = require('@opentelemetry/instrumentation-express');
const { sseViews } = require('opentelemetry-instrumentation-sse');

new NodeSDK({
  views: process.env.WITH_VIEWS === 'true' ? sseViews() : [],
  instrumentations: [new HttpInstrumentation(), new ExpressInstrumentation()],
}).start();

const express = require('express');
const app = express();

app.get('/users/:id', (_request, response) => {
  setTimeout(() => response.json({}), 5);
});

app.get('/users/:id/events', (request, response) => {
  if (request.params.id === 'nobody') {
    response.status(404).end();
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const timer = setInterval(() => response.write('data: tick\n\n'), 100);
  setTimeout(() => {
    clearInterval(timer);
    response.end();
  }, Number(request.query.milliseconds));
});

const server = app.listen(0, '127.0.0.1', () => {
  console.log(`listening on ${server.address().port}`);
});
