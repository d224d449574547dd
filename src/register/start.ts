import { createRequire } from 'node:module';
import { startMonitoring } from '../monitoring.ts';
import type { SseInstrumentationConfig } from '../types.ts';
import { onFirstServer } from './first-server.ts';
import { checkLogLevel } from './logger.ts';
import { complain, readOptions, readVariable } from './variables.ts';

/** How often we look whether the application registered a MeterProvider. */
const LOOK_MS = 1000;

/** Switches everything on, as the environment says. Never throws. */
export function start(): void {
  const options = readStart();
  // First, so that what it answers is seen from outside. Limits are no telemetry:
  // OTEL_SDK_DISABLED leaves them alone.
  if (hasGuard()) loadGuard().startGuard(options?.trustProxy);
  if (options === undefined) return;
  const monitoring = startMonitoring({}, options, undefined);
  if (monitoring === undefined) return;
  onFirstServer(() => {
    setInterval(() => monitoring.binding.refresh(), LOOK_MS).unref();
    // An application that makes its exporter makes its provider next.
    setImmediate(() => loadExport().bringProvider(monitoring)).unref();
  });
}

/** Whether a variable asks for the guard: most processes need none of it. */
function hasGuard(): boolean {
  return Object.keys(process.env).some((name) =>
    name.startsWith('OTEL_SSE_GUARD_'),
  );
}

function loadGuard(): typeof import('./guard.ts') {
  return createRequire(import.meta.url)('./guard.js');
}

/** Loaded when it is needed: most processes that are preloaded serve nothing. */
function loadExport(): typeof import('./export.ts') {
  return createRequire(import.meta.url)('./export.js');
}

/** @returns `undefined` when nothing is to be done. */
function readStart(): SseInstrumentationConfig | undefined {
  checkLogLevel();
  const name = 'OTEL_SDK_DISABLED';
  const text = readVariable(name);
  const lower = text?.toLowerCase();
  if (text !== undefined && lower !== 'true' && lower !== 'false') {
    complain(name, text, 'true or false', 'false');
  }
  return lower === 'true' ? undefined : readOptions();
}
