// Nothing here knows that it is measured:
// node --import opentelemetry-instrumentation-sse/register server.js
import { readConfig } from './src/config.js';
import { createLogger } from './src/logger.js';
import { createService } from './src/service.js';

function start() {
  const config = readConfig(process.env);
  const logger = createLogger(config.LOG_LEVEL);
  const { server, stop } = createService(config, logger);

  server.listen(config.PORT, config.HOST, () => {
    logger.info(server.address(), 'listening');
  });

  let isStopping = false;
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.on(signal, () => {
      // Ctrl-C twice: now.
      if (isStopping) process.exit(1);
      isStopping = true;
      logger.info({ signal }, 'draining');
      void stop();
    });
  }
}

try {
  start();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
