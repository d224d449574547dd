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

/** Calls something the user gave; what it throws is one line. */
export function callHook<Result>(
  name: string,
  hook: () => Result,
): Result | undefined {
  const complain = (error: unknown): undefined => {
    say('warn', `the ${name} hook threw: ${String(error)}`);
  };
  try {
    const result = hook();
    // Rejected and unhandled it would end the process.
    if (result instanceof Promise) result.catch(complain);
    return result;
  } catch (error) {
    return complain(error);
  }
}

function say(level: 'error' | 'warn', text: string): void {
  try {
    diag[level](`${PACKAGE_NAME}: ${text.replaceAll('\n', ' ')}`);
  } catch {
    // A logger that throws is the application's own affair.
  }
}
