// Receives OTLP/JSON in the same process, and reads what was sent of our metrics.
const { createServer } = require('node:http');

/** What each export holds; it keeps no process alive. */
exports.startReceiver = function startReceiver(port) {
  const received = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    received.push(JSON.parse(body));
    response.setHeader('Content-Type', 'application/json');
    response.end('{}');
  });
  server.listen(port, '127.0.0.1').unref();
  server.on('connection', (socket) => socket.unref());
  return received;
};

/** The points of a metric in one export. */
function pointsOf({ resourceMetrics }, name) {
  return resourceMetrics
    .flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap(({ metrics }) => metrics)
    .filter((metric) => metric.name === name)
    .flatMap(({ sum, gauge, histogram }) => sum ?? gauge ?? histogram)
    .flatMap(({ dataPoints }) => dataPoints);
}

/** Sum of the points of a metric that have an attribute; of histograms, counts. */
exports.sumOf = function sumOf(exported, name, attribute = '') {
  return pointsOf(exported, name)
    .filter(({ attributes }) => JSON.stringify(attributes).includes(attribute))
    .reduce((sum, { asInt, asDouble, count }) => {
      return sum + Number(asInt ?? asDouble ?? count);
    }, 0);
};

/** The resources that sent a scope, as text: one each is sent by one provider. */
exports.sendersOf = function sendersOf(received, scopeName) {
  const senders = received
    .flatMap(({ resourceMetrics }) => resourceMetrics)
    .filter(({ scopeMetrics }) =>
      scopeMetrics.some(({ scope }) => scope.name === scopeName),
    )
    .map(({ resource }) => JSON.stringify(resource));
  return [...new Set(senders)];
};
