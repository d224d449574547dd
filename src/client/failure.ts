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
  what = 'failed inside, the stream goes on',
): Result | undefined {
  try {
    return action();
  } catch (error) {
    say(`${what}: ${describe(error)}`);
    return undefined;
  }
}

/** One line of the `diag` logger. */
export function say(text: string): void {
  if (++lines > MAX_LINES) return;
  try {
    diag.warn(`${PACKAGE_NAME}: ${text.replaceAll('\n', ' ')}`);
  } catch {
    // A logger that throws is the application's own affair.
  }
}

/** What is thrown may be anything, even what has no text. */
function describe(error: unknown): string {
  try {
    return String(error);
  } catch {
    return 'something that has no text';
  }
}
