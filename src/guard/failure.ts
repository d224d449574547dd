import { PACKAGE_NAME } from '../version.ts';

/** Where OpenTelemetry's API keeps the logger that the application set. */
const API = Symbol.for('opentelemetry.js.api.1');

interface Logger {
  error(text: string): void;
  warn(text: string): void;
}

/** A line that always comes must not fill a log. */
const MAX_LINES_A_MINUTE = 10;
let minute = 0;
let lines = 0;

/**
 * One line: by the `diag` logger if the application set one, else on standard
 * error, since OpenTelemetry need not be installed.
 */
export function say(level: 'error' | 'warn', text: string): void {
  try {
    const now = Math.floor(performance.now() / 60_000);
    if (now !== minute) lines = 0;
    minute = now;
    if (++lines > MAX_LINES_A_MINUTE) return;
    const isLast = lines === MAX_LINES_A_MINUTE;
    const rest = isLast ? '; saying no more this minute' : '';
    const line = `${PACKAGE_NAME}: ${text.replaceAll('\n', ' ')}${rest}`;
    loggerOf()[level](line);
  } catch {
    // A logger that throws is the application's own affair.
  }
}

function loggerOf(): Logger {
  const api = (globalThis as { [API]?: { diag?: Logger } })[API];
  return api?.diag ?? { error: console.error, warn: console.error };
}

/**
 * Calls something that may throw, the user's or ours: a throw costs one line.
 *
 * @returns `undefined` when it threw.
 */
export function attempt<Result>(
  what: string,
  call: () => Result,
): Result | undefined {
  try {
    const value = call();
    if (value instanceof Promise) {
      // Rejected and unhandled it would end the process.
      value.catch((error) => sayFailure(what, error));
    }
    return value;
  } catch (error) {
    sayFailure(what, error);
    return undefined;
  }
}

function sayFailure(what: string, error: unknown): void {
  const text = error instanceof Error ? error.stack : String(error);
  say('error', `guard: ${what} threw, the application goes on: ${text}`);
}
