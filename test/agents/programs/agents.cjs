// Whether the agent under test follows the request that is handled: without that
// it would be loaded, and beside nothing.
const HAS_SPAN = {
  '@sentry/node': (agent) => agent.getActiveSpan() !== undefined,
  'dd-trace': (agent) => agent.scope().active() !== null,
  newrelic: (agent) => agent.getTraceMetadata().traceId !== undefined,
  'elastic-apm-node': (agent) => agent.currentTransaction !== null,
};

const { AGENT } = process.env;
const agent = AGENT && require(AGENT);

exports.isTraced = () => Boolean(AGENT) && HAS_SPAN[AGENT](agent);
