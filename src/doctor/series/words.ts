import {
  countSeries,
  type SeriesPart,
  sumSeries,
} from '../../metrics/count-series.ts';
import type { SeriesShape } from '../../metrics/series-shape.ts';
import type { Styles } from '../report/styles.ts';
import { formatShare } from '../text.ts';
import type { SeriesArguments } from './arguments.ts';

/** What a part is, and what its series grow with. */
const PARTS: Readonly<Record<SeriesPart, readonly [string, string]>> = {
  histograms: ['histograms', 'route, method'],
  figures: ['counters and gauges', 'route, method'],
  versions: ['connections', 'route, method, HTTP version'],
  types: ['events', 'route, method, event type'],
  failures: ['failed connections', 'route, method, status'],
  addresses: ['client addresses', ''],
  guard: ['guard', 'route, method, reason'],
  process: ['process', ''],
  client: ['clients', 'host, path'],
  target_info: ['target_info', ''],
};

/** The series of an instance by what they grow with, and of all instances. */
export function writeSeries(asked: SeriesArguments, styles: Styles): string {
  const { shape, instances, interval } = asked;
  const sum = sumSeries(shape);
  const rows = sumParts(shape).map(([part, series]) => {
    const [name, by] = PARTS[part];
    const cells = [format(series), formatShare(series / sum), name, by];
    return writeRow(cells);
  });
  const total = sum * instances;
  const lines = [
    styles.bold(writeRow(['series', 'share', 'of', 'by'])),
    ...rows,
    styles.bold(writeRow([format(sum), '', 'an instance, at most', ''])),
    '',
    `${format(instances)} × ${format(sum)} = ${format(total)} series, every ${interval} s: ${format(total / interval)} samples/s`,
    '',
    ...writeLevers(shape, sum),
    '',
  ];
  return lines.join('\n');
}

function sumParts(shape: SeriesShape): [SeriesPart, number][] {
  const sums = new Map<SeriesPart, number>();
  for (const { part, series } of countSeries(shape)) {
    sums.set(part, (sums.get(part) ?? 0) + series);
  }
  return [...sums].toSorted(([, one], [, other]) => other - one);
}

/** What an option would save. */
function writeLevers(shape: SeriesShape, sum: number): string[] {
  const { routes, maxRoutes, types, maxEventTypes } = shape;
  const save = (less: Partial<SeriesShape>) =>
    sum - sumSeries({ ...shape, ...less });
  const byRoute = save({ routes: Math.min(routes, maxRoutes + 1) - 1 });
  const byType = save({
    types: Math.max(Math.min(types, maxEventTypes + 1) - 1, 0),
  });
  const levers = [
    [byRoute, 'route', 'OTEL_SSE_MAX_ROUTES, or a route hook that names fewer'],
    [byType, 'event type', 'OTEL_SSE_MAX_EVENT_TYPES, OTEL_SSE_EVENT_TYPES'],
  ] as const;
  return levers.flatMap(([saved, name, options]) =>
    saved === 0 ? [] : [`One ${name} less: -${format(saved)} (${options})`],
  );
}

function writeRow([
  series = '',
  share = '',
  name = '',
  by = '',
]: readonly string[]) {
  return `${series.padStart(9)}  ${share.padStart(5)}  ${name.padEnd(20)}  ${by}`.trimEnd();
}

function format(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
