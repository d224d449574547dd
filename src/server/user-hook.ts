import { inspect } from 'node:util';
import { say } from './failure.ts';

/** What a hook may answer, for people and for us. */
export interface Answer<Result> {
  readonly kind: string;
  readonly is: (value: unknown) => value is Result;
}

export const A_STRING: Answer<string> = {
  kind: 'a string',
  is: (value) => typeof value === 'string',
};
export const A_BOOLEAN: Answer<boolean> = {
  kind: 'true or false',
  is: (value) => typeof value === 'boolean',
};
export const AN_OBJECT: Answer<Readonly<Record<string, unknown>>> = {
  kind: 'an object',
  is: (value): value is Readonly<Record<string, unknown>> =>
    typeof value === 'object' && value !== null && !Array.isArray(value),
};
/** Of a hook that is told something: it may be asynchronous. */
export const ANYTHING: Answer<unknown> = {
  kind: 'anything',
  is: (_value): _value is unknown => true,
};

/** A hook that takes longer is worth a line: the stream waits for it. */
const SLOW_MS = 50;
/** A hook that always fails must not fill a log. */
const MAX_LINES_A_MINUTE = 10;

/**
 * Makes something the user gave safe to call: what it throws, a promise that
 * rejects, an answer of another kind and a slow one cost one line.
 *
 * @returns a function that never throws; `undefined`: no answer.
 */
export function makeSafe<Args extends unknown[], Result>(
  name: string,
  hook: (...args: Args) => unknown,
  { kind, is }: Answer<Result>,
): (...args: Args) => Result | undefined {
  const complain = createComplain(name);
  return (...args) => {
    const start = performance.now();
    try {
      const value = hook(...args);
      if (value === undefined || value === null) return undefined;
      if (value instanceof Promise) {
        // Rejected and unhandled it would end the process.
        value.catch((error) => complain(`threw: ${showError(error)}`));
      }
      const isWaitedFor = value instanceof Promise && kind !== ANYTHING.kind;
      if (!isWaitedFor && is(value)) return value;
      complain(`gave ${show(value)}, not ${kind}; ignoring it`);
    } catch (error) {
      complain(`threw: ${showError(error)}`);
    } finally {
      const took = Math.round(performance.now() - start);
      if (took > SLOW_MS) complain(`took ${took} ms; the stream waits for it`);
    }
    return undefined;
  };
}

function createComplain(name: string): (text: string) => void {
  let minute = 0;
  let lines = 0;
  return (text) => {
    const now = Math.floor(performance.now() / 60_000);
    if (now !== minute) lines = 0;
    minute = now;
    lines++;
    if (lines > MAX_LINES_A_MINUTE) return;
    const isLast = lines === MAX_LINES_A_MINUTE;
    const rest = isLast ? '; saying no more of it this minute' : '';
    say('warn', `the ${name} hook ${text}${rest}`);
  };
}

/** A bad value on one line, whatever it is. */
export function show(value: unknown): string {
  const text =
    typeof value === 'string'
      ? JSON.stringify(value)
      : inspect(value, { depth: 1 }).replaceAll(/\s+/g, ' ');
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** What is thrown may be anything, even what has no text. */
function showError(error: unknown): string {
  try {
    return String(error);
  } catch {
    return show(error);
  }
}
