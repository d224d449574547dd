import { createHash } from 'node:crypto';
import { inspect } from 'node:util';

/** Beyond it a text is shown by its length and hash. */
const LONGEST = 3000;

/** Which thread it was. */
const OF_OPENSSL = /^[0-9A-F]+:(?=error:)/;

/** A value as text that is the same in two processes. */
export function show(value, labels) {
  const label = labels.get(value);
  if (label !== undefined) return `<${label}>`;
  if (value instanceof Error) {
    const { name, code = 'without code', message } = value;
    return `${name} (${code}): ${message.replace(OF_OPENSSL, '')}`;
  }
  if (typeof value === 'function') return 'function';
  if (typeof value === 'string') return JSON.stringify(shorten(value));
  if (value instanceof Uint8Array) {
    return `${value.constructor.name} ${JSON.stringify(shorten(value))}`;
  }
  if (typeof value === 'object' && value !== null && !isPlain(value)) {
    return `[${value.constructor?.name}]`;
  }
  return inspect(value, { breakLength: Number.POSITIVE_INFINITY });
}

function isPlain(value) {
  const prototype = Object.getPrototypeOf(value);
  return (
    Array.isArray(value) ||
    prototype === Object.prototype ||
    prototype === null ||
    value instanceof Map
  );
}

/** Text, or bytes as text, one character a byte. */
function shorten(content) {
  const { length } = content;
  const isLong = length > LONGEST;
  const start = isLong ? content.slice(0, 200) : content;
  const text =
    typeof start === 'string' ? start : Buffer.from(start).toString('latin1');
  if (!isLong) return text;
  const hash = createHash('sha256').update(content).digest('hex');
  return `${text}… ${length} in all, sha256 ${hash}`;
}

const DATE = /^Date: .*\r$/gm;

/** Bytes received as text, without what the time of day changes in them. */
export function showBytes(bytes) {
  if (bytes.length <= LONGEST) {
    return bytes.toString('latin1').replaceAll(DATE, 'Date: *\r');
  }
  // One response, with its date at the start.
  const start = bytes.subarray(0, 200).toString('latin1');
  const masked = Buffer.from(start.replaceAll(DATE, 'Date: *\r'), 'latin1');
  return shorten(Buffer.concat([masked, bytes.subarray(200)]));
}
