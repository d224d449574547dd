import { createParser } from 'eventsource-parser';
import { measure } from 'mitata';
import { createScanState, scan } from '../../src/protocol/scanner.ts';
import type { Row } from '../row.ts';
import { comparePairs, estimate } from '../statistics.ts';

const EVENT = `event: tick\nid: 7\ndata: ${'x'.repeat(94)}\n\n`;

/** What servers write: each is a whole stream in chunks. */
const STREAMS: Record<string, readonly string[]> = {
  tokens: Array.from(
    { length: 500 },
    (_, i) => `data: {"token":"word ${i}"}\n\n`,
  ),
  events: Array.from({ length: 500 }, (_, i) => EVENT.replace('7', String(i))),
  broadcast: Array<string>(500).fill(EVENT),
  'big chunks': Array.from({ length: 8 }, (_, i) =>
    EVENT.replace('7', String(i)).repeat(500),
  ),
};

/** Its bytes are counted first, as the server does. */
function readOurs(chunks: readonly string[]): void {
  const state = createScanState();
  for (const chunk of chunks) scan(state, chunk, Buffer.byteLength(chunk));
}

function readTheirs(chunks: readonly string[]): void {
  const parser = createParser({ onEvent() {} });
  for (const chunk of chunks) parser.feed(chunk);
}

/** @returns nanoseconds. */
async function time(read: () => void): Promise<number> {
  const { p50 } = await measure(read, { min_cpu_time: 50e6 });
  return p50;
}

export const scanner: readonly Row[] = Object.entries(STREAMS).map(
  ([name, chunks]) => ({
    name: `scanner-${name.replace(' ', '-')}`,
    what: `scanner, bytes a second ÷ eventsource-parser's: ${name}`,
    budget: { limit: 2, is: 'at least' },
    accepted: name === 'broadcast' ? 1.2 : 0.35,
    async measure(isShort) {
      const ratios = await comparePairs(
        isShort ? 7 : 21,
        () => time(() => readOurs(chunks)),
        () => time(() => readTheirs(chunks)),
      );
      const bytes = Buffer.byteLength(chunks.join(''));
      return { ...estimate(ratios), of: `${ratios.length} × ${bytes} bytes` };
    },
  }),
);
