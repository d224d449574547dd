/** What was measured several times: its median, and where that lies. */
export interface Estimate {
  readonly median: number;
  /** The median is between these with 95 % confidence. */
  readonly low: number;
  readonly high: number;
}

/**
 * The median and its interval by ranks, which asks nothing of how the values are
 * distributed: a machine that is busy now and then makes outliers.
 */
export function estimate(values: readonly number[]): Estimate {
  const sorted = values.toSorted((a, b) => a - b);
  const half = 0.98 * Math.sqrt(sorted.length);
  const at = (rank: number) =>
    sorted[Math.min(Math.max(rank, 0), sorted.length - 1)] as number;
  return {
    median: medianOf(values),
    low: at(Math.floor(sorted.length / 2 - half)),
    high: at(Math.ceil(sorted.length / 2 + half) - 1),
  };
}

/** The middle of all values. */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] as number;
  const lower = sorted[Math.ceil(middle) - 1] as number;
  return (lower + upper) / 2;
}

/** @returns the median of B ÷ A, in `pairs` that follow those of the warm-up. */
export async function compareWarm(
  { warmUp, pairs }: { readonly warmUp: number; readonly pairs: number },
  a: () => Promise<number>,
  b: () => Promise<number>,
): Promise<number> {
  return medianOf((await comparePairs(warmUp + pairs, a, b)).slice(warmUp));
}

/** The value that `quantile` of all are below. */
export function quantileOf(
  values: readonly number[],
  quantile: number,
): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * quantile)] as number;
}

/**
 * Measures two things in turn, A B B A A B …, so that both meet the same moods of
 * the machine.
 *
 * @returns B ÷ A of each pair.
 */
export async function comparePairs(
  pairs: number,
  a: () => Promise<number>,
  b: () => Promise<number>,
): Promise<number[]> {
  const ratios: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    if (pair % 2 === 0) {
      const first = await a();
      ratios.push((await b()) / first);
    } else {
      const first = await b();
      ratios.push(first / (await a()));
    }
  }
  return ratios;
}
