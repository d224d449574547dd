import { PACKAGE_NAME } from '../version.ts';

/** Where OpenTelemetry's API keeps the logger that the application set. */
const API = Symbol.for('opentelemetry.js.api.1');

interface Logger {
  error(text: string): void;
  warn(text: string): void;
}

/**
 * One line: by the `diag` logger if the application set one, else on standard
 * error, since OpenTelemetry need not be installed.
 */
export function say(level: 'error' | 'warn', text: string): void {
  try {
    const api = (globalThis as { [API]?: { diag?: Logger } })[API];
    const line = `${PACKAGE_NAME}: ${text.replaceAll('\n', ' ')}`;
    if (api?.diag !== undefined) api.diag[level](line);
    else console.error(line);
  } catch {
    // A logger that throws is the application's own affair.
  }
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

/** Does something with each: where it throws, the others have their turn. */
export function attemptEach<Item>(
  what: string,
  items: Iterable<Item>,
  act: (item: Item) => void,
): void {
  for (const item of items) {
    try {
      act(item);
    } catch (error) {
      sayFailure(what, error);
    }
  }
}

/** A failure that always comes must not fill a log. */
const MAX_LINES_A_MINUTE = 10;

const told = new Map<string, { minute: number; lines: number }>();

function sayFailure(what: string, error: unknown): void {
  const minute = Math.floor(performance.now() / 60_000);
  const last = told.get(what);
  const lines = last?.minute === minute ? last.lines + 1 : 1;
  told.set(what, { minute, lines });
  if (lines > MAX_LINES_A_MINUTE) return;
  const rest =
    lines === MAX_LINES_A_MINUTE ? '; saying no more of it this minute' : '';
  const text = error instanceof Error ? error.stack : textOf(error);
  say('error', `guard: ${what} threw, the application goes on: ${text}${rest}`);
}

/** What is thrown may be anything, even what has no text. */
function textOf(error: unknown): string {
  try {
    return String(error);
  } catch {
    return 'something without a text';
  }
}
