import { findFields } from './otlp-fields.ts';

/** What a real instance exported, one export after the other. */
export interface Recording {
  /**
   * The export of an instance: the recording played from a place of its own, and
   * again and again, counters going on from where they were.
   *
   * @param instance - its number.
   * @param step - which export of this instance.
   * @param at - milliseconds since the epoch.
   */
  play(instance: number, step: number, at: number): Buffer;
}

/** What the instance that is recorded calls itself; played ones differ in digits. */
export const INSTANCE_ID = 'fleet-00000';

/**
 * @param exports - OTLP in protobuf. The first and the last are of the same levels, so
 * that one can be played after the other.
 * @param startedAt - when the instances of the fleet started, in milliseconds.
 * @throws Error when they differ in more than figures.
 */
export function createRecording(
  exports: readonly Buffer[],
  startedAt: number,
): Recording {
  const [first] = exports;
  if (first === undefined || exports.length < 2) {
    throw new Error('a recording needs two exports');
  }
  const { values, times, starts } = findFields(first);
  const template = blank(first, exports);
  const figures = exports.map((bytes) =>
    Float64Array.from(values, ({ offset, isInteger }) =>
      isInteger
        ? Number(bytes.readBigInt64LE(offset))
        : bytes.readDoubleLE(offset),
    ),
  );
  const length = exports.length - 1;
  const [begin, end] = [figures[0], figures[length]] as [
    Float64Array,
    Float64Array,
  ];
  const id = template.indexOf(INSTANCE_ID) + INSTANCE_ID.indexOf('0');
  writeTimes(template, starts, startedAt);

  return {
    play(instance, step, at) {
      const bytes = Buffer.from(template);
      const digits = INSTANCE_ID.length - INSTANCE_ID.indexOf('0');
      bytes.write(String(instance).padStart(digits, '0'), id, 'latin1');
      writeTimes(bytes, times, at);
      const place = instance + step;
      const round = Math.floor(place / length);
      const played = figures[place % length] as Float64Array;
      values.forEach(({ offset, isInteger, isMonotonic }, index) => {
        const grown = isMonotonic
          ? round * ((end[index] ?? 0) - (begin[index] ?? 0))
          : 0;
        const value = (played[index] ?? 0) + grown;
        if (isInteger) writeInteger(bytes, offset, value);
        else bytes.writeDoubleLE(value, offset);
      });
      return bytes;
    },
  };
}

/** The first of them without figures. @throws Error when another is not the same. */
function blank(first: Buffer, exports: readonly Buffer[]): Buffer {
  const clear = (bytes: Buffer) => {
    const copy = Buffer.from(bytes);
    const { values, times, starts } = findFields(copy);
    const offsets = [
      ...values.map(({ offset }) => offset),
      ...times,
      ...starts,
    ];
    for (const offset of offsets) copy.fill(0, offset, offset + 8);
    return copy;
  };
  const template = clear(first);
  exports.forEach((bytes, index) => {
    if (!clear(bytes).equals(template)) {
      throw new Error(`export ${index} has other series than the first`);
    }
  });
  if (!template.includes(INSTANCE_ID)) throw new Error(`no ${INSTANCE_ID}`);
  return template;
}

function writeTimes(
  bytes: Buffer,
  offsets: readonly number[],
  milliseconds: number,
): void {
  const nanoseconds = BigInt(Math.round(milliseconds)) * 1_000_000n;
  for (const offset of offsets) bytes.writeBigUInt64LE(nanoseconds, offset);
}

/** Without a BigInt, of which there would be billions. */
function writeInteger(bytes: Buffer, offset: number, value: number): void {
  bytes.writeUInt32LE(value % 2 ** 32, offset);
  bytes.writeUInt32LE(Math.floor(value / 2 ** 32), offset + 4);
}
