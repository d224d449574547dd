import { divideDuration, FACTOR } from './pace.ts';

const STRING = /("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)/;
/** Not in a name: `rate5m`. */
const DURATION = /(?<![\w.])(?:\d+(?:ms|[smhdwy]))+(?![\w.])/g;
const PLACE = /\$\{[^}]*\}/g;
const NUMBER = /(?<![\w.:])\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.])/gi;
/** What the uptime of a process is compared with, in seconds. */
const UPTIME =
  /(sse_process_uptime_seconds(?::\w+)?(?:\[[^\]]*\])?[\s)]*)((?:\s*[<>]=?\s*\d+)+)/g;

/** Shares, quantiles, a limit of connections, none and one: no times. */
const PLAIN: ReadonlySet<string> = new Set([
  '0',
  '0.5',
  '0.95',
  '0.99',
  '1',
  '10000',
]);

/**
 * Divides every time in an expression: ranges, offsets, steps, and what the uptime
 * of a process is compared with. Places of values, `${name}`, stay.
 *
 * @throws Error for a number that may be seconds, as far as is known here.
 */
export function compressExpression(expression: string): string {
  // A string may hold anything that looks like a number, and none of it is one.
  const parts = expression.split(STRING);
  return parts
    .map((part, index) => (index % 2 ? part : compress(part)))
    .join('');
}

function compress(code: string): string {
  const divided = code
    .replace(DURATION, divideDuration)
    .replace(
      UPTIME,
      (_, name: string, comparisons: string) =>
        name + comparisons.replace(/\d+/g, divideSeconds),
    );
  for (const [number] of withoutKnown(code).matchAll(NUMBER)) {
    if (PLAIN.has(number)) continue;
    throw new Error(
      `${number} in a rule: seconds or not? Say so in compress-expression.ts:\n${code}`,
    );
  }
  return divided;
}

function withoutKnown(code: string): string {
  return code
    .replace(PLACE, '')
    .replace(DURATION, '')
    .replace(UPTIME, (_, name: string) => name);
}

function divideSeconds(seconds: string): string {
  const divided = Number(seconds) / FACTOR;
  if (!Number.isInteger(divided * 1000)) {
    throw new Error(`${seconds} s cannot be divided by ${FACTOR}`);
  }
  return String(divided);
}
