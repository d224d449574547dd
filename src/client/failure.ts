import { diag } from '@opentelemetry/api';
import { PACKAGE_NAME } from '../version.ts';

/** What always fails must not fill a log. */
const MAX_LINES = 10;
let lines = 0;

/**
 * Does something of ours inside a call of the application's: what it throws
 * becomes one line, at most ten a process.
 *
 * @returns `undefined` when it threw.
 */
export function attempt<Result>(
  action: () => Result,
  what = 'a part of it',
): Result | undefined {
  try {
    return action();
  } catch (error) {
    say(`${what} threw`, error);
    return undefined;
  }
}

/** One line of the `diag` logger. */
export function say(what: string, error: unknown): void {
  if (++lines > MAX_LINES) return;
  try {
    diag.warn(`${PACKAGE_NAME}: ${what}: ${error}`.replaceAll('\n', ' '));
  } catch {
    // What is thrown may have no text, and a logger may throw, too.
  }
}
