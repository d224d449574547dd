import { PACKAGE_NAME } from '../version.ts';

const LEVELS = ['none', 'error', 'warn', 'info', 'debug', 'verbose', 'all'];

/** `OTEL_LOG_LEVEL` in lower case; `undefined` when unset or unknown. */
export function readLogLevel(): string | undefined {
  const level = process.env['OTEL_LOG_LEVEL']?.trim().toLowerCase();
  return level !== undefined && LEVELS.includes(level) ? level : undefined;
}

/** What `OTEL_LOG_LEVEL` may be. */
export const LOG_LEVELS: readonly string[] = LEVELS;

let isSilent = false;

/** Calls a function whose lines are not to be printed. */
export function silently<Result>(read: () => Result): Result {
  isSilent = true;
  try {
    return read();
  } finally {
    isSilent = false;
  }
}

function print(level: 'error' | 'warn' | 'info', text: string): void {
  const threshold = LEVELS.indexOf(readLogLevel() ?? 'warn');
  if (isSilent || LEVELS.indexOf(level) > threshold) return;
  // Standard error: an application's standard output may be its product.
  console.error(`${PACKAGE_NAME}: ${text.replaceAll('\n', ' ')}`);
}

/** Lines for the person who starts the application; nothing below `warn`. */
export const log = {
  error: (text: string): void => print('error', text),
  warn: (text: string): void => print('warn', text),
  info: (text: string): void => print('info', text),
};

/** Whether an error says that a package, or the one named, is not installed. */
export function isMissing(error: unknown, name?: string): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return (
    (code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND') &&
    (name === undefined || String(message).includes(`'${name}'`))
  );
}
