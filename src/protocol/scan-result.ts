import { copy, decodeBinary } from './utf8.ts';

/** What one chunk held. Valid until the next call of `scan`. */
export interface ScanResult {
  /** Events that a browser would dispatch. */
  events: number;
  /** Lines that start with a colon. */
  comments: number;
  /** Event types in order, a run of equal ones once. */
  types: string[];
  /** How many events each run of `types` has. */
  typeCounts: number[];
  /**
   * Bytes of each event: its block's first byte to the end of its blank line.
   * A blank line of CR LF ends with its CR: the LF may come much later.
   */
  sizes: number[];
  /** Whether a final event (see `scanFinals`) was dispatched. */
  final: boolean;
  unknownFields: number;
  nullsInId: number;
  invalidRetries: number;
  /** Blocks with an `event` line and no data: browsers dispatch nothing. */
  eventsWithoutData: number;
  invalidUtf8: number;
}

/** Most event types whose names are kept at hand. */
const MAX_TYPE_NAMES = 64;

/** From a type's binary string to its text. */
const typeNames = new Map<string, string>();

let lastKey = 'message';
let lastName = 'message';

/** The result that scans write. */
export const result: ScanResult = createResult();

/** Of a chunk that is one event without a type, which is what most are. */
const plainEvent: ScanResult = createResult();
plainEvent.events = 1;
plainEvent.types.push('message');
plainEvent.typeCounts.push(1);

/** The result for a chunk that is one event without a type. */
export function plainEventOf(size: number): ScanResult {
  plainEvent.sizes[0] = size;
  return plainEvent;
}

/** Adds an event. @param type - a binary string. */
export function addEvent(type: string, size: number): void {
  result.sizes[result.events++] = size;
  const last = result.types.length - 1;
  const name = nameOf(type);
  if (last >= 0 && result.types[last] === name) {
    result.typeCounts[last] = (result.typeCounts[last] ?? 0) + 1;
  } else {
    result.types.push(name);
    result.typeCounts.push(1);
  }
}

/** @returns a type as text that keeps no chunk alive, however long it is held. */
function nameOf(type: string): string {
  if (type === 'message') return type;
  if (type === lastKey) return lastName;
  lastKey = copy(type);
  lastName = lookUp(lastKey);
  return lastName;
}

function lookUp(type: string): string {
  const known = typeNames.get(type);
  if (known !== undefined) return known;
  const name = decodeBinary(type);
  if (typeNames.size < MAX_TYPE_NAMES) typeNames.set(type, name);
  return name;
}

function createResult(): ScanResult {
  return {
    events: 0,
    comments: 0,
    types: [],
    typeCounts: [],
    sizes: [],
    final: false,
    unknownFields: 0,
    nullsInId: 0,
    invalidRetries: 0,
    eventsWithoutData: 0,
    invalidUtf8: 0,
  };
}

/** Empties the result for the next chunk. */
export function clearResult(): void {
  result.events = 0;
  result.comments = 0;
  empty(result.types);
  empty(result.typeCounts);
  empty(result.sizes);
  result.final = false;
  result.unknownFields = 0;
  result.nullsInId = 0;
  result.invalidRetries = 0;
  result.eventsWithoutData = 0;
  result.invalidUtf8 = 0;
}

/** Setting the length costs more than what is mostly one item. */
function empty(array: unknown[]): void {
  if (array.length > 8) array.length = 0;
  while (array.length > 0) array.pop();
}
