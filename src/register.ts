/**
 * `node --import opentelemetry-instrumentation-sse/register app.js`: measures
 * the event streams of an application that knows nothing of it. Also by
 * `--require` and `NODE_OPTIONS`. Configured by environment variables alone.
 */
import { createRequire } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { isMissing, log, silently } from './register/log.ts';

// A worker thread is told what the process was told, which has said so.
if (isMainThread) preload();
else silently(preload);

function preload(): void {
  const { bun, deno, node } = process.versions;
  const [major = 0, minor = 0] = node.split('.').map(Number);
  if (bun !== undefined || deno !== undefined) {
    log.warn(
      `measures Node.js only: it does nothing under ${bun ? 'Bun' : 'Deno'}`,
    );
  } else if (major < 22 || (major === 22 && minor < 15)) {
    log.warn(`needs Node.js 22.15 or later, this is ${node}: it does nothing`);
  } else start();
}

function start(): void {
  try {
    // Required, so that what is missing costs one line and not the application.
    createRequire(import.meta.url)('./register/start.js').start();
  } catch (error) {
    log.error(
      isMissing(error, '@opentelemetry/api')
        ? 'does nothing without its peer: npm install @opentelemetry/api'
        : `does nothing, it failed to start: ${String(error)}`,
    );
  }
}
