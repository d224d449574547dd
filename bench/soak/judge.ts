import type { Rest, Sample, SoakRecord } from './record.ts';

/**
 * The most that the heap may grow with each connection that was closed, in bytes: more
 * than V8 does by itself, less than the smallest object in a list.
 */
export const MOST_GROWTH = 20;
/** The last of the plateaus are fitted: before, V8 throws code of the start away. */
const FITTED = 5;
/** What may be kept for good after all have closed: compiled code, room of lists. */
const MOST_KEPT = 4_000_000;

/** What is wrong, in lines for people; none when nothing is. */
export function judgeSoak(record: SoakRecord): string[] {
  const { idle, warm, plateaus, end } = record;
  const rests = [warm, ...plateaus, end];
  return [
    ...judgeSamples(record, [...record.samples, ...rests.map(sampleOf)]),
    ...rests.flatMap((rest) => judgeRest(rest, idle)),
    ...judgeHeap(record),
  ];
}

/**
 * Bytes that the heap grows with each connection that is closed: the line through what
 * it was after each of the last parts of the total, always with as many open.
 */
export function fitGrowth(plateaus: readonly Rest[]): number {
  const points = plateaus
    .slice(-FITTED)
    .map(({ clients, usage }) => [clients.opened, usage.heap] as const);
  const mean = (of: 0 | 1) =>
    points.reduce((sum, point) => sum + point[of], 0) / points.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const sum = (of: (x: number, y: number) => number) =>
    points.reduce((total, [x, y]) => total + of(x - meanX, y - meanY), 0);
  return sum((x, y) => x * y) / sum((x) => x * x);
}

function sampleOf({ sample }: Rest): Sample {
  return sample;
}

function judgeSamples(
  { idle, warm, plan }: SoakRecord,
  samples: readonly Sample[],
): string[] {
  const { series } = warm.sample;
  const base = idle.sample.descriptors;
  // Sockets that are no stream yet, or no more: each process closes and opens so many.
  const passing = plan.processes * (plan.atOnce * 2 + 1);
  const complain = (
    isWrong: (sample: Sample) => boolean,
    describe: (sample: Sample) => string,
  ): string[] => {
    const wrong = samples.filter(isWrong);
    const [first] = wrong;
    if (first === undefined) return [];
    return [
      `${describe(first)}: in ${wrong.length} of ${samples.length} scrapes`,
    ];
  };
  return [
    ...complain(
      ({ opened, closed, active }) => opened - closed !== active,
      ({ opened, closed, active }) =>
        `opened ${opened} − closed ${closed} is ${opened - closed}, active is ${active}`,
    ),
    ...complain(
      (sample) => sample.series !== series,
      (sample) => `${sample.series} series, after the warm-up ${series}`,
    ),
    ...complain(
      ({ errors }) => errors !== 0,
      ({ errors }) => `${errors} errors, or values folded into _OTHER`,
    ),
    ...complain(
      ({ descriptors, active }) =>
        Math.abs(descriptors - base - active) > passing,
      ({ descriptors, active }) =>
        `${descriptors} descriptors with ${active} connections, without ${base}`,
    ),
  ];
}

/** Nothing moves: all must agree to the last one. */
function judgeRest({ clients, sample, usage }: Rest, idle: Rest): string[] {
  const pairs: readonly (readonly [string, number, number])[] = [
    ['opened', sample.opened, clients.opened],
    ['active', sample.active, clients.open],
    ['completed', sample.completed, clients.completed],
    ['closed', sample.closed, clients.completed + clients.left],
    [
      'descriptors, as a scrape says,',
      sample.descriptors,
      idle.sample.descriptors + clients.open,
    ],
    [
      'descriptors, as the system says,',
      usage.descriptors,
      idle.usage.descriptors + clients.open,
    ],
  ];
  return pairs
    .filter(([, is, expected]) => is !== expected)
    .map(
      ([what, is, expected]) =>
        `${what} are ${is}, by the clients ${expected}, after ${clients.opened} connections`,
    );
}

function judgeHeap({ warm, plateaus, end }: SoakRecord): string[] {
  const growth = fitGrowth(plateaus);
  const kept = end.usage.heap - warm.usage.heap;
  return [
    ...(growth > MOST_GROWTH
      ? [
          `the heap grows by ${growth.toFixed(1)} bytes with each connection that was closed: at most ${MOST_GROWTH}`,
        ]
      : []),
    ...(kept > MOST_KEPT
      ? [
          `${kept} bytes of heap are kept after the last close: at most ${MOST_KEPT}`,
        ]
      : []),
  ];
}
