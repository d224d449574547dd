import { serialize, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import {
  createScanState,
  MAX_EVENT_TYPE_BYTES,
  MAX_FINAL_BYTES,
  type ScanState,
  scan,
} from '../../src/protocol/scanner.ts';

const MEBIBYTE = 2 ** 20;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function measureMemory(): number {
  collectGarbage();
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const finals = new Set(['[DONE]']);

/** A chunk of its own memory, as bytes or as text. */
function fill(
  size: number,
  kind: string,
  start: string,
  end = '',
): string | Uint8Array {
  const bytes = Buffer.alloc(size, 'x');
  bytes.write(start);
  bytes.write(end, size - end.length);
  return kind === 'bytes' ? bytes : bytes.toString('latin1');
}

/** The chunk lives in here: a frame that is still open keeps what it passed. */
function scanFilled(
  state: ScanState,
  ...args: Parameters<typeof fill>
): string[] {
  return [...scan(state, fill(...args)).types];
}

function scanMillionEvents(state: ScanState): number {
  return scan(state, 'event: a\ndata\n\ndata\n\n'.repeat(500_000)).events;
}

function expectSmall(state: ScanState): void {
  expect(state.scanType.length).toBeLessThanOrEqual(MAX_EVENT_TYPE_BYTES);
  expect(state.scanData.length).toBeLessThanOrEqual(MAX_FINAL_BYTES + 1);
  const { scanFinals: _, ...own } = state;
  expect(serialize(own).byteLength).toBeLessThan(400);
}

const lineStarts = [
  'data: ',
  'event: ',
  'id: ',
  'retry: ',
  ': ',
  'foo: ',
  'xx',
];

test.each(
  lineStarts.flatMap((start) => [
    [start, 'text'],
    [start, 'bytes'],
  ]),
)(
  'keeps nothing of a line of 50 MB that starts with %j, in pieces of %s',
  (start = '', kind = '') => {
    const state = createScanState(finals);
    const head = `event: a-name-of-more-than-twelve-bytes\n${start}`;
    const rest = '\ndata\n\n';
    scan(state, head);
    const before = measureMemory();
    for (let piece = 0; piece < 50; piece++) {
      scanFilled(state, 1_000_000, kind, '');
      expectSmall(state);
    }
    expect(measureMemory() - before).toBeLessThan(MEBIBYTE);
    expect(scan(state, rest).sizes).toEqual([
      head.length + 50_000_000 + rest.length,
    ]);
  },
);

test.each([['text'], ['bytes']])(
  'keeps nothing of 20 MB of %s in which an event ends',
  (kind) => {
    const state = createScanState(finals);
    const type = `a-name-not-seen-before-in-${kind}`;
    const start = `event: ${type}\ndata: `;
    const before = measureMemory();
    const types = scanFilled(state, 20_000_000, kind, start, '\n\n');
    expect(measureMemory() - before).toBeLessThan(MEBIBYTE);
    expect(types).toEqual([type]);
  },
);

test.each([['text'], ['bytes']])(
  'keeps nothing of 20 MB of %s that leaves an event type open',
  (kind) => {
    const state = createScanState(finals);
    const end =
      '\n\nevent: a-name-left-open-in-the-chunk\ndata: a-line-left-open';
    const before = measureMemory();
    scanFilled(state, 20_000_000, kind, ': ', end);
    expect(measureMemory() - before).toBeLessThan(MEBIBYTE);
    expect(scan(state, '\n\n').types).toEqual([
      'a-name-left-open-in-the-chunk',
    ]);
  },
);

test('keeps as little of ten thousand event types as of none', () => {
  const state = createScanState();
  const before = measureMemory();
  for (let count = 0; count < 10_000; count++) {
    const type = `${count}-`.repeat(100);
    expect(scan(state, `event: ${type}\ndata\n\n`).events).toBe(1);
  }
  expect(measureMemory() - before).toBeLessThan(MEBIBYTE);
  expectSmall(state);
});

test('lets go of the figures of a large chunk at the next one', () => {
  const state = createScanState();
  const before = measureMemory();
  expect(scanMillionEvents(state)).toBe(1_000_000);
  scan(state, '\n');
  expect(measureMemory() - before).toBeLessThan(MEBIBYTE);
});
