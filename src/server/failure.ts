import { diag } from '@opentelemetry/api';
import { PACKAGE_NAME } from '../version.ts';

/**
 * A function of ours that the application's calls enter: what it throws becomes
 * one line, and it returns `undefined`.
 */
export function guarded<This, Args extends unknown[], Result>(
  inner: (this: This, ...args: Args) => Result,
): (this: This, ...args: Args) => Result {
  return function (this: This, ...args: Args): Result {
    try {
      return inner.apply(this, args);
    } catch (error) {
      reportFailure(error);
      return undefined as Result;
    }
  };
}

/** Says that something inside failed: one line, and the application goes on. */
export function reportFailure(error: unknown): void {
  const text = error instanceof Error ? error.stack : String(error);
  say('error', `failed inside, the stream goes on: ${text}`);
}

/** One line of the `diag` logger. */
export function say(level: 'error' | 'warn', text: string): void {
  try {
    diag[level](`${PACKAGE_NAME}: ${text.replaceAll('\n', ' ')}`);
  } catch {
    // A logger that throws is the application's own affair.
  }
}
