/**
 * Finds the figures in an OTLP export, which protobuf writes as eight bytes each: a
 * copy with other figures is the same bytes with some of them written over.
 */

/** A figure of a data point. */
interface Field {
  readonly offset: number;
  readonly isInteger: boolean;
  /** Whether it only grows: a counter, a bucket. */
  readonly isMonotonic: boolean;
}

/** Where things are in an export. */
export interface Fields {
  readonly values: readonly Field[];
  /** Of `time_unix_nano`. */
  readonly times: readonly number[];
  /** Of `start_time_unix_nano`. */
  readonly starts: readonly number[];
}

/** Numbers of fields of opentelemetry/proto/metrics/v1, by their message. */
const REQUEST = { resourceMetrics: 1 };
const RESOURCE_METRICS = { scopeMetrics: 2 };
const SCOPE_METRICS = { metrics: 2 };
const METRIC = { gauge: 5, sum: 7, histogram: 9 };
const DATA = { points: 1, isMonotonic: 3 };
const POINT = { start: 2, time: 3, double: 4, integer: 6 };
const HISTOGRAM = { count: 4, sum: 5, buckets: 6, min: 11, max: 12 };

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;

/** A field of a message: where its value is. */
interface Part {
  readonly number: number;
  readonly type: number;
  readonly start: number;
  readonly end: number;
}

/** @throws Error for bytes that are no OTLP export of metrics. */
export function findFields(bytes: Uint8Array): Fields {
  const values: Field[] = [];
  const times: number[] = [];
  const starts: number[] = [];
  const add = ({ start }: Part, isInteger: boolean, isMonotonic: boolean) =>
    values.push({ offset: start, isInteger, isMonotonic });

  const addNumber = (point: Part, isMonotonic: boolean) => {
    for (const part of readParts(bytes, point)) {
      addTime(part);
      const isInteger = part.number === POINT.integer;
      const isFigure = isInteger || part.number === POINT.double;
      if (isFigure && part.type === FIXED64) add(part, isInteger, isMonotonic);
    }
  };
  const addHistogram = (point: Part) => {
    for (const part of readParts(bytes, point)) {
      addTime(part);
      const { number, type, start, end } = part;
      if (number === HISTOGRAM.count) add(part, true, true);
      if (number === HISTOGRAM.sum) add(part, false, true);
      if (number === HISTOGRAM.min || number === HISTOGRAM.max) {
        add(part, false, false);
      }
      if (number !== HISTOGRAM.buckets) continue;
      if (type === FIXED64) add(part, true, true);
      else {
        for (let at = start; at < end; at += 8) {
          add({ ...part, start: at }, true, true);
        }
      }
    }
  };
  const addTime = ({ number, type, start }: Part) => {
    if (type !== FIXED64) return;
    if (number === POINT.start) starts.push(start);
    if (number === POINT.time) times.push(start);
  };

  const request = { number: 0, type: LENGTH, start: 0, end: bytes.length };
  const scopes = [...readParts(bytes, request)]
    .filter(({ number }) => number === REQUEST.resourceMetrics)
    .flatMap((part) => [...readParts(bytes, part)])
    .filter(({ number }) => number === RESOURCE_METRICS.scopeMetrics);
  const metrics = scopes
    .flatMap((part) => [...readParts(bytes, part)])
    .filter(({ number }) => number === SCOPE_METRICS.metrics);
  for (const data of metrics.flatMap((part) => [...readParts(bytes, part)])) {
    if (!Object.values(METRIC).includes(data.number)) continue;
    const parts = [...readParts(bytes, data)];
    const isMonotonic = parts.some(
      ({ number, type, start }) =>
        number === DATA.isMonotonic && type === VARINT && bytes[start] === 1,
    );
    for (const point of parts) {
      if (point.number !== DATA.points) continue;
      if (data.number === METRIC.histogram) addHistogram(point);
      else addNumber(point, isMonotonic && data.number === METRIC.sum);
    }
  }
  return { values, times, starts };
}

/** The fields of a message. */
function* readParts(bytes: Uint8Array, message: Part): Generator<Part> {
  let at = message.start;
  const readVarint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined || shift > 49) throw new Error('not protobuf');
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  while (at < message.end) {
    const key = readVarint();
    const type = key & 7;
    let start = at;
    if (type === VARINT) readVarint();
    else if (type === FIXED64) at += 8;
    else if (type === LENGTH) {
      const length = readVarint();
      start = at;
      at += length;
    } else if (type === 5) at += 4;
    else throw new Error(`not protobuf: a field of type ${type}`);
    yield { number: Math.floor(key / 8), type, start, end: at };
  }
}
