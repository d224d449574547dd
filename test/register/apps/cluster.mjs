// An application of two processes that share a port. Arguments: the port of
// metrics of each.
import cluster from 'node:cluster';
import { serve } from './serve.mjs';

if (cluster.isPrimary) {
  for (const port of process.argv.slice(2)) {
    cluster.fork({ OTEL_EXPORTER_PROMETHEUS_PORT: port });
  }
} else serve();
