import { DiagLogLevel, diag } from '@opentelemetry/api';
import { LOG_LEVELS, readLogLevel } from './log.ts';
import { complain, readVariable } from './variables.ts';

/** Says in one line when `OTEL_LOG_LEVEL` is none. */
export function checkLogLevel(): void {
  const name = 'OTEL_LOG_LEVEL';
  const text = readVariable(name);
  if (text === undefined || readLogLevel() !== undefined) return;
  complain(name, text, `one of ${LOG_LEVELS.join(', ')}`, 'warn');
}

/**
 * Prints OpenTelemetry's own messages, when `OTEL_LOG_LEVEL` asks for them and
 * the application has set no logger of its own until now.
 */
export function setLogger(): void {
  const level = readLogLevel();
  if (level === undefined || hasLogger()) return;
  const print = (...args: unknown[]): void => console.error(...args);
  diag.setLogger(
    { error: print, warn: print, info: print, debug: print, verbose: print },
    DiagLogLevel[level.toUpperCase() as keyof typeof DiagLogLevel],
  );
}

/** Where the API keeps what is registered; it has no function that tells. */
const GLOBAL_KEY = Symbol.for('opentelemetry.js.api.1');

function hasLogger(): boolean {
  const api = globalThis as { [GLOBAL_KEY]?: { diag?: unknown } };
  return api[GLOBAL_KEY]?.diag !== undefined;
}
