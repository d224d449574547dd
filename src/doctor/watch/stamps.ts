/** When a server says that it made an event. */
export interface Stamp {
  /** Milliseconds since the epoch, by the server's clock. */
  readonly ms: number;
  /** How coarse it is. */
  readonly grainMs: number;
}

const ISO =
  /\b(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)?/;
/** Of this century: other numbers of 10, 13 or 16 digits are ids. */
const EPOCH =
  /(?<![\d.])(1[5-9]\d{8}|2[0-3]\d{8})(\d{3})?(\d{3})?(\.\d+)?(?!\d)/;

/** The first time stamp in a text: ISO 8601, or seconds to µs since 1970. */
export function findStamp(text: string): Stamp | undefined {
  const iso = ISO.exec(text);
  if (iso !== null) {
    const [, date = '', fraction, zone = 'Z'] = iso;
    const ms = Date.parse(
      `${date.replace(' ', 'T')}${(fraction ?? '').slice(0, 4)}${zone}`,
    );
    if (!Number.isNaN(ms)) {
      return { ms, grainMs: fraction === undefined ? 1000 : 1 };
    }
  }
  const epoch = EPOCH.exec(text);
  if (epoch === null) return undefined;
  const [, seconds, milliseconds, , fraction] = epoch;
  if (milliseconds !== undefined) {
    return { ms: Number(`${seconds}${milliseconds}`), grainMs: 1 };
  }
  return {
    ms: Number(seconds) * 1000 + Number(fraction ?? 0) * 1000,
    grainMs: fraction === undefined ? 1000 : 1,
  };
}
