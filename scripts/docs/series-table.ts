import { sumSeries } from '../../src/metrics/count-series.ts';
import { REJECTION_REASONS } from '../../src/semconv.ts';
import { table } from './markdown.ts';

const ROUTES = [3, 20, 100];
const INSTANCES = [1, 100, 1000];
const INTERVALS = [15, 60];

/** The count of src/metrics/count-series.ts as one line, below its limits. */
export function renderSeriesFormula(): string {
  const process = sumSeries({ routes: 0 });
  const of = (types: number, versions: number) =>
    sumSeries({ routes: 1, types, versions }) - process;
  const byVersion = of(0, 2) - of(0, 1);
  const byType = of(1, 1) - of(0, 1);
  const bySet = of(0, 1) - byVersion;
  const types = byType === 1 ? 'types' : `${byType} × types`;
  return [
    '```',
    `series = ${process} + routes × methods × (${bySet} + ${byVersion} × versions + ${types})`,
    '```',
  ].join('\n');
}

/** What else a shape may have, and what each of that adds. */
export function renderSeriesAdditions(): string {
  const base = sumSeries();
  const more = (shape: Parameters<typeof sumSeries>[0]) =>
    sumSeries(shape) - base;
  const sets = 3;
  const bySet = (shape: Parameters<typeof sumSeries>[0]) =>
    `${more(shape) / sets} for each route and method`;
  const limit =
    more({ rejectionReasons: ['connections'] }) -
    more({ rejectionReasons: ['heap'] });
  return table(
    ['Also', 'Argument', 'Series more'],
    [
      [
        'an `error.type` of streams that close',
        '`--error-types 1`',
        `${bySet({ errorTypes: 1 })}, each version`,
      ],
      [
        'a status that requests for a stream fail with',
        '`--statuses 1`',
        bySet({ statuses: 1 }),
      ],
      ['`finalEvents`', '`--final-events`', bySet({ hasFinalEvents: true })],
      [
        'a reason that the guard may refuse for',
        `\`--guard LIST\`, of ${REJECTION_REASONS.length}`,
        `${bySet({ rejectionReasons: ['heap'] })}; ${limit} for \`connections\``,
      ],
      [
        '`clientAddress`, `trustProxy`, or clients with public addresses',
        '`--client-addresses`',
        `${more({ hasClientAddresses: true })}`,
      ],
      [
        'a stream that the process receives itself, with 4 event types',
        '`--client-targets 1`',
        `${more({ clientTargets: 1 })}`,
      ],
      [
        'two values of `attributesHook` instead of one',
        '`--attribute-sets 2`',
        'as many routes again',
      ],
    ],
  );
}

/** Series and samples of fleets. */
export function renderSeriesTable(): string {
  return table(
    [
      'Routes',
      'Instances',
      'Series',
      ...INTERVALS.map((interval) => `Samples/s at ${interval} s`),
    ],
    ROUTES.flatMap((routes) =>
      INSTANCES.map((instances) => {
        const series = sumSeries({ routes }) * instances;
        return [
          String(routes),
          ...[
            instances,
            series,
            ...INTERVALS.map((interval) => series / interval),
          ].map((figure) => Math.round(figure).toLocaleString('en-US')),
        ];
      }),
    ),
  );
}
