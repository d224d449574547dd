import { createParser } from 'eventsource-parser';
import {
  createScanState,
  hasUnfinishedEvent,
  MAX_EVENT_TYPE_BYTES,
  type ScanResult,
  scan,
} from '../../src/protocol/scanner.ts';
import type { Chunk } from './byte-splits.ts';

/** What a whole stream held. */
export interface StreamFigures {
  /** The type of each event, in order. */
  types: string[];
  /** The size of each event, in order. */
  sizes: number[];
  comments: number;
  unknownFields: number;
  nullsInId: number;
  invalidRetries: number;
  eventsWithoutData: number;
  final: boolean;
  unfinished: boolean;
}

/** Scans a stream from its start and adds up what each chunk held. */
export function scanStream(
  chunks: readonly Chunk[],
  finals?: ReadonlySet<string>,
): StreamFigures {
  const state = createScanState(finals);
  const figures = createFigures();
  for (const chunk of chunks) addResult(figures, scan(state, chunk));
  figures.unfinished = hasUnfinishedEvent(state);
  return figures;
}

/** Adds what one chunk held, its runs of event types written out. */
export function addResult(figures: StreamFigures, result: ScanResult): void {
  result.types.forEach((type, run) => {
    const count = result.typeCounts[run] ?? 0;
    figures.types.push(...Array<string>(count).fill(type));
  });
  figures.sizes.push(...result.sizes);
  figures.comments += result.comments;
  figures.unknownFields += result.unknownFields;
  figures.nullsInId += result.nullsInId;
  figures.invalidRetries += result.invalidRetries;
  figures.eventsWithoutData += result.eventsWithoutData;
  figures.final ||= result.final;
}

/** Figures of a stream that held nothing. */
export function createFigures(): StreamFigures {
  return {
    types: [],
    sizes: [],
    comments: 0,
    unknownFields: 0,
    nullsInId: 0,
    invalidRetries: 0,
    eventsWithoutData: 0,
    final: false,
    unfinished: false,
  };
}

/**
 * The same figures, read slowly from the whole stream at once: one line after
 * the other, one character a byte.
 */
export function readWholeStream(
  bytes: Uint8Array,
  finals: ReadonlySet<string> = new Set(),
): StreamFigures {
  const figures = createFigures();
  let block = createBlock();
  for (const [line, text = '', end = ''] of Buffer.from(bytes)
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .matchAll(/([^\r\n]*)(\r\n|\r|\n|$)/g)) {
    if (end === '') {
      figures.unfinished ||=
        block.data.length > 0 || block.hasEvent || /^(data|event):/.test(text);
    } else if (text === '') {
      closeBlock(figures, block, finals);
      block = createBlock();
    } else {
      block.size += line.length;
      readLine(figures, block, text);
    }
  }
  return figures;
}

interface Block {
  data: string[];
  type: string;
  hasEvent: boolean;
  size: number;
}

function createBlock(): Block {
  return { data: [], type: '', hasEvent: false, size: 0 };
}

function readLine(figures: StreamFigures, block: Block, text: string): void {
  const [, name, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(text) ?? [];
  if (name === '') figures.comments++;
  else if (name === 'data') block.data.push(value);
  else if (name === 'event') {
    block.type = value;
    block.hasEvent = true;
  } else if (name === 'id') figures.nullsInId += value.includes('\0') ? 1 : 0;
  else if (name === 'retry') {
    figures.invalidRetries += /^[0-9]+$/.test(value) ? 0 : 1;
  } else figures.unknownFields++;
}

function closeBlock(
  figures: StreamFigures,
  { data, type, hasEvent, size }: Block,
  finals: ReadonlySet<string>,
): void {
  if (data.length === 0) {
    figures.eventsWithoutData += hasEvent ? 1 : 0;
    return;
  }
  const cutType = (type || 'message').slice(0, MAX_EVENT_TYPE_BYTES);
  figures.types.push(
    new TextDecoder('utf-8', { ignoreBOM: true }).decode(
      Buffer.from(cutType, 'latin1'),
    ),
  );
  // The blank line's first byte: of a CR LF, the LF may come much later.
  figures.sizes.push(size + 1);
  figures.final ||= [cutType, ...data].some((value) => finals.has(value));
}

/** What another parser makes of the whole stream. */
interface ParsedStream {
  types: string[];
  comments: number;
  unknownFields: number;
  invalidRetries: number;
}

/** Reads the whole stream with `eventsource-parser`. */
export function parseStream(stream: Chunk): ParsedStream {
  const parsed: ParsedStream = {
    types: [],
    comments: 0,
    unknownFields: 0,
    invalidRetries: 0,
  };
  const parser = createParser({
    onEvent: ({ event }) => {
      parsed.types.push(event ?? 'message');
    },
    onComment: () => {
      parsed.comments++;
    },
    onError: ({ type }) => {
      if (type === 'unknown-field') parsed.unknownFields++;
      if (type === 'invalid-retry') parsed.invalidRetries++;
    },
  });
  const text =
    typeof stream === 'string'
      ? stream.replace(/^\ufeff/, '')
      : new TextDecoder().decode(stream);
  // It takes the characters U+00EF U+00BB U+00BF for a mark as well, and looks
  // for one mark only: give it one.
  parser.feed(`\ufeff${text}`);
  return parsed;
}
