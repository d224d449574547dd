import { countSeries, sumSeries } from '../../metrics/count-series.ts';
import { createStyles, hasColors } from '../report/styles.ts';
import type { Terminal } from '../run-doctor.ts';
import { parseSeriesArguments } from './arguments.ts';
import { writeSeries } from './words.ts';

/** The command `series`. @returns its exit status. @throws UsageError. */
export function runSeries(
  args: readonly string[],
  { stdout, env }: Terminal,
): number {
  const asked = parseSeriesArguments(args);
  const { shape, instances, interval, isJson } = asked;
  if (!isJson) {
    const styles = createStyles(hasColors(stdout, env));
    stdout.write(writeSeries(asked, styles));
    return 0;
  }
  const series = sumSeries(shape);
  const report = {
    version: 1,
    shape,
    metrics: countSeries(shape),
    series,
    instances,
    total: series * instances,
    interval,
    samplesPerSecond: (series * instances) / interval,
  };
  stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  return 0;
}
