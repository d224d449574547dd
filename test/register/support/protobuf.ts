/**
 * How a field is read: a fixed number, a varint, a text, or a message with
 * fields of its own. Every one is repeated: protobuf does not tell.
 */
type Kind = 'double' | 'fixed64' | 'varint' | 'text' | Fields;

/** The fields of a message that are read, by their numbers. */
interface Fields {
  readonly [number: number]: readonly [name: string, kind: Kind];
}

/** A decoded message: the values of each field, in order. */
export interface Message {
  readonly [name: string]: readonly (number | string | Message)[];
}

const VALUE: Fields = {
  1: ['stringValue', 'text'],
  2: ['boolValue', 'varint'],
  3: ['intValue', 'varint'],
  4: ['doubleValue', 'double'],
};
const ATTRIBUTE: Fields = { 1: ['key', 'text'], 2: ['value', VALUE] };
const NUMBER_POINT: Fields = {
  4: ['asDouble', 'double'],
  6: ['asInt', 'fixed64'],
  7: ['attributes', ATTRIBUTE],
};
const HISTOGRAM_POINT: Fields = {
  4: ['count', 'fixed64'],
  5: ['sum', 'double'],
  9: ['attributes', ATTRIBUTE],
};
const METRIC: Fields = {
  1: ['name', 'text'],
  3: ['unit', 'text'],
  5: ['gauge', { 1: ['dataPoints', NUMBER_POINT] }],
  7: ['sum', { 1: ['dataPoints', NUMBER_POINT] }],
  9: ['histogram', { 1: ['dataPoints', HISTOGRAM_POINT] }],
};

/** `ExportMetricsServiceRequest` of opentelemetry-proto, version 1. */
const REQUEST: Fields = {
  1: [
    'resourceMetrics',
    {
      1: ['resource', { 1: ['attributes', ATTRIBUTE] }],
      2: [
        'scopeMetrics',
        { 1: ['scope', { 1: ['name', 'text'] }], 2: ['metrics', METRIC] },
      ],
    },
  ],
};

/** Decodes the body of an OTLP export of metrics. */
export function decodeRequest(body: Buffer): Message {
  return decode(body, REQUEST);
}

function decode(bytes: Buffer, fields: Fields): Message {
  const message: Record<string, (number | string | Message)[]> = {};
  let at = 0;
  const readVarint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes.readUInt8(at++);
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = readVarint();
    const wire = tag & 7;
    const [name, kind] = fields[Math.floor(tag / 8)] ?? [];
    let value: number | string | Message;
    if (wire === 0) value = readVarint();
    else if (wire === 1) {
      value =
        kind === 'double'
          ? bytes.readDoubleLE(at)
          : Number(bytes.readBigInt64LE(at));
      at += 8;
    } else if (wire === 2) {
      const size = readVarint();
      const part = bytes.subarray(at, at + size);
      if (part.length < size) throw new RangeError('cut off');
      at += size;
      value = typeof kind === 'object' ? decode(part, kind) : part.toString();
    } else if (wire === 5) {
      value = bytes.readUInt32LE(at);
      at += 4;
    } else throw new TypeError(`no wire type: ${wire}`);
    if (name === undefined) continue;
    message[name] = [...(message[name] ?? []), value];
  }
  return message;
}
