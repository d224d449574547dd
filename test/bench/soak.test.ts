import { expect, test } from 'vitest';
import { readFlags } from '../../bench/soak/flags.ts';
import { fitGrowth, judgeSoak } from '../../bench/soak/judge.ts';
import { planSoak } from '../../bench/soak/plan.ts';
import type { Rest, Sample, SoakRecord } from '../../bench/soak/record.ts';
import { readSample } from '../../bench/soak/scrape.ts';

const IDLE = 26;
const SERIES = 556;

function sampleAt(opened: number, active: number): Sample {
  const closed = opened - active;
  const completed = closed / 4;
  return {
    ...{ opened, closed, completed, active },
    ...{ errors: 0, series: SERIES, descriptors: IDLE + active },
    ...{ delay: 0.01, heap: 0, took: 10 },
  };
}

/** @param heap - in bytes. */
function restAt(opened: number, open: number, heap: number): Rest {
  const sample = sampleAt(opened, open);
  const { closed, completed } = sample;
  return {
    sample,
    clients: { opened, open, completed, left: closed - completed },
    usage: { heap, rss: 0, descriptors: IDLE + open },
  };
}

/** What a soak without fault has seen. @param leak - bytes a connection. */
function recordOf(leak = 0): SoakRecord {
  const plateaus = [2, 6, 12, 20, 30, 40].map((thousands) =>
    restAt(thousands * 1000, 2000, 40_000_000 + thousands * 1000 * leak),
  );
  return {
    plan: planSoak({ connections: 2000, total: 40_000 }, 20_000),
    idle: restAt(0, 0, 25_000_000),
    warm: restAt(128, 0, 26_000_000),
    plateaus,
    end: restAt(40_000, 0, 26_000_000),
    samples: [sampleAt(4000, 1990), sampleAt(8000, 2000)],
    collections: [5, 6, 7],
    seconds: 12,
  };
}

/** @returns what is said when one scrape says so. */
function judgeSample(wrong: Partial<Sample>): string[] {
  const record = recordOf();
  const samples = [...record.samples, { ...sampleAt(9000, 2000), ...wrong }];
  return judgeSoak({ ...record, samples });
}

test('a soak of which all figures agree passes', () => {
  expect(judgeSoak(recordOf())).toEqual([]);
});

test('a leak of 50 bytes a connection is found', () => {
  expect(fitGrowth(recordOf(50).plateaus)).toBeCloseTo(50, 6);
  expect(judgeSoak(recordOf(50))).toEqual([
    expect.stringMatching(/^the heap grows by 50\.0 bytes with each/),
  ]);
});

test('a close that was missed is found, in the one scrape that shows it', () => {
  expect(judgeSample({ closed: 6999 })).toEqual([
    'opened 9000 − closed 6999 is 2001, active is 2000: in 1 of 11 scrapes',
  ]);
});

test('a series more, an error, and descriptors that stay are found', () => {
  expect(judgeSample({ series: SERIES + 1 })).toEqual([
    '557 series, after the warm-up 556: in 1 of 11 scrapes',
  ]);
  expect(judgeSample({ errors: 1 })).toEqual([
    '1 errors, or values folded into _OTHER: in 1 of 11 scrapes',
  ]);
  expect(judgeSample({ descriptors: 3000 })).toEqual([
    '3000 descriptors with 2000 connections, without 26: in 1 of 11 scrapes',
  ]);
});

test('at rest, one connection or descriptor that the clients have not is found', () => {
  const record = recordOf();
  const { usage } = record.end;
  const end = {
    ...record.end,
    sample: { ...record.end.sample, closed: 39_999, active: 1 },
    usage: { ...usage, descriptors: IDLE + 1, heap: usage.heap + 5e6 },
  };
  expect(judgeSoak({ ...record, end })).toEqual([
    'active are 1, by the clients 0, after 40000 connections',
    'closed are 39999, by the clients 40000, after 40000 connections',
    'descriptors, as the system says, are 27, by the clients 26, after 40000 connections',
    expect.stringContaining('bytes of heap are kept after the last close'),
  ]);
});

test('a scrape is added up over routes and reasons', () => {
  const scope = 'otel_scope_name="x"';
  const body = [
    '# TYPE sse_server_opened_connections_total counter',
    `sse_server_opened_connections_total{http_route="/a",${scope}} 5`,
    `sse_server_opened_connections_total{http_route="/b",${scope}} 4`,
    `sse_server_active_connections{http_route="/a",${scope}} 3`,
    `sse_server_closed_connections_total{sse_connection_close_reason="completed",${scope}} 4`,
    `sse_server_closed_connections_total{sse_connection_close_reason="client_disconnect",${scope}} 1`,
    `sse_server_closed_connections_total{sse_connection_close_reason="error",error_type="_OTHER",${scope}} 1`,
    `sse_process_file_descriptor_count{${scope}} 31`,
    '',
  ].join('\n');
  expect(readSample(body, 7)).toMatchObject({
    ...{ opened: 9, closed: 6, completed: 4, active: 3 },
    ...{ errors: 1, series: 7, descriptors: 31, took: 7 },
  });
});

test('flags that cannot be done say what can', () => {
  const plan =
    (...args: string[]) =>
    () =>
      planSoak(readFlags(args), 20_000);
  expect(plan()()).toMatchObject({ connections: 18_000, total: 1_000_000 });
  expect(plan('--check')()).toMatchObject({ connections: 2000, total: 60_000 });
  expect(plan('--connections', '1e4')).toThrow(
    '--connections is "1e4": give a whole number, such as 10000',
  );
  expect(plan('--connections', '19000')).toThrow(
    'leaves 18,000 connections:\nask for fewer, or raise the limit',
  );
  expect(plan('--total', '20000')).toThrow(
    '--total is 20,000: ask for twice the 18,000 connections or more',
  );
  expect(plan('--check', '--write')).toThrow('without --check');
  expect(() => planSoak({ total: 1e6 }, 1024)).toThrow(
    'raise the limit, with ulimit -n 20000',
  );
});
