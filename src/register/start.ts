import { createRequire } from 'node:module';
import { startClientMonitoring } from '../client/client-monitoring.ts';
import { startMonitoring } from '../monitoring.ts';
import { onFirstServer } from './first-server.ts';
import { checkLogLevel } from './logger.ts';
import {
  complain,
  type RegisterOptions,
  readOptions,
  readVariable,
} from './variables.ts';

/** How often we look whether the application registered a MeterProvider. */
const LOOK_MS = 1000;

/** Switches everything on, as the environment says. Never throws. */
export function start(): void {
  const options = readStart();
  // First, so that what it answers is seen from outside. Limits are no telemetry:
  // OTEL_SDK_DISABLED leaves them alone.
  if (hasGuard()) loadGuard().startGuard(options?.trustProxy);
  if (options === undefined) return;
  const { clientMetrics = true, ...config } = options;
  const monitoring = startMonitoring({}, config, undefined);
  if (monitoring === undefined) return;
  const { binding } = monitoring;
  let isBegun = false;
  const begin = (): void => {
    if (isBegun) return;
    isBegun = true;
    setInterval(() => binding.refresh(), LOOK_MS).unref();
    // An application that makes its exporter makes its provider next.
    setImmediate(() => loadExport().bringProvider(monitoring)).unref();
  };
  onFirstServer(begin);
  if (!clientMetrics) return;
  const { eventTypes } = config;
  startClientMonitoring({}, eventTypes === undefined ? {} : { eventTypes }, {
    bring: () => loadStreams().createUndiciStreams,
    binding,
    onFirstStream: begin,
  });
}

/** Whether a variable asks for the guard: most processes need none of it. */
function hasGuard(): boolean {
  return Object.keys(process.env).some((name) =>
    name.startsWith('OTEL_SSE_GUARD_'),
  );
}

// Loaded when they are needed: most processes that are preloaded serve nothing,
// and receive no stream.

function loadGuard(): typeof import('./guard.ts') {
  return createRequire(import.meta.url)('./guard.js');
}

function loadExport(): typeof import('./export.ts') {
  return createRequire(import.meta.url)('./export.js');
}

function loadStreams(): typeof import('../client/undici-streams.ts') {
  return createRequire(import.meta.url)('../client/undici-streams.js');
}

/** @returns `undefined` when nothing is to be done. */
function readStart(): RegisterOptions | undefined {
  checkLogLevel();
  const name = 'OTEL_SDK_DISABLED';
  const text = readVariable(name);
  const lower = text?.toLowerCase();
  if (text !== undefined && lower !== 'true' && lower !== 'false') {
    complain(name, text, 'true or false', 'false');
  }
  return lower === 'true' ? undefined : readOptions();
}
