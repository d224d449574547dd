/**
 * How many bytes `text` from `start` to `end` takes in UTF-8; a lone surrogate
 * takes three, as `Buffer.byteLength` and the WHATWG encoder have it.
 */
export function utf8Length(text: string, start = 0, end = text.length): number {
  let bytes = end - start;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) continue;
    if (code < 0x800) bytes += 1;
    else if (isPair(code, i + 1 < end ? text.charCodeAt(i + 1) : 0)) {
      bytes += 2;
      i++;
    } else bytes += 2;
  }
  return bytes;
}

function isPair(high: number, low: number): boolean {
  return high >= 0xd800 && high < 0xdc00 && low >= 0xdc00 && low < 0xe000;
}

/** The bytes as a string of the same length, one character a byte. */
export function binaryString(bytes: Uint8Array): string {
  if (typeof Buffer === 'function') {
    const { buffer, byteOffset, byteLength } = bytes;
    return Buffer.from(buffer, byteOffset, byteLength).toString('latin1');
  }
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) {
    text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  }
  return text;
}

/** Text as the binary string of its UTF-8 bytes; ASCII stays as it is. */
export function encodeBinary(text: string): string {
  return isAscii(text) ? text : binaryString(new TextEncoder().encode(text));
}

/** The text whose UTF-8 bytes a binary string holds; ASCII stays as it is. */
export function decodeBinary(binary: string): string {
  if (isAscii(binary)) return binary;
  const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
  return decoder.decode(bytes);
}

// A mark is removed at a stream's start only: here it would be part of a value.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Whether every character is below U+0080. */
export function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0x7f) return false;
  }
  return true;
}

/** What {@link countInvalidUtf8} found, and where it stands. */
export interface Utf8Check {
  /** Malformed sequences, as many as a decoder would print U+FFFD. */
  errors: number;
  /** 0 between characters; to be given with the next piece. */
  pending: number;
}

const check: Utf8Check = { errors: 0, pending: 0 };

/**
 * Counts the malformed sequences of a piece of a UTF-8 stream, by the ranges of
 * the WHATWG UTF-8 decoder.
 *
 * @param binary - the piece, one character a byte.
 * @param pending - what the call for the piece before gave, 0 at the start.
 * @returns one object, written anew by the next call.
 */
export function countInvalidUtf8(binary: string, pending: number): Utf8Check {
  // Bytes still to come, and the range of the next one.
  let needed = pending & 3;
  let lower = (pending >> 2) & 0xff;
  let upper = (pending >> 10) & 0xff;
  let errors = 0;
  for (let i = 0; i < binary.length; i++) {
    const byte = binary.charCodeAt(i);
    if (needed > 0) {
      if (byte >= lower && byte <= upper) {
        needed--;
        lower = 0x80;
        upper = 0xbf;
        continue;
      }
      errors++;
      needed = 0;
    }
    if (byte < 0x80) continue;
    lower = 0x80;
    upper = 0xbf;
    if (byte >= 0xc2 && byte <= 0xdf) needed = 1;
    else if (byte >= 0xe0 && byte <= 0xef) {
      needed = 2;
      if (byte === 0xe0) lower = 0xa0;
      else if (byte === 0xed) upper = 0x9f;
    } else if (byte >= 0xf0 && byte <= 0xf4) {
      needed = 3;
      if (byte === 0xf0) lower = 0x90;
      else if (byte === 0xf4) upper = 0x8f;
    } else errors++;
  }
  check.errors = errors;
  check.pending = needed === 0 ? 0 : needed | (lower << 2) | (upper << 10);
  return check;
}

/** The same text in memory of its own: a slice keeps what it was cut from. */
export function copy(text: string): string {
  return text.split('').join('');
}
