import { SERVER_METRICS } from '../../../src/semconv.ts';
import { LABELS, showLabels } from '../../labels.ts';
import { createGraphBand } from '../../layout.ts';
import { NEEDS_RULES } from '../../names.ts';
import { plot } from '../../panel-basics.ts';
import { createGraph } from '../../panels.ts';
import { sumRate } from '../../queries.ts';
import { match } from '../../series.ts';
import { LIMITS } from '../../thresholds.ts';
import { querySampleAge, querySeriesCount } from './ratios.ts';

/** What the applications send. */
export const applications = createGraphBand(
  createGraph({
    title: 'Age of the last sample',
    asks: 'Which application reports no more?',
    unit: 's',
    targets: [plot(querySampleAge(), showLabels(LABELS.instance))],
    limits: LIMITS.sampleAgeSeconds,
  }),
  createGraph({
    title: 'Series by instance',
    asks: 'Which instance makes most series?',
    unit: 'short',
    targets: [plot(querySeriesCount(), showLabels(LABELS.instance))],
    limits: LIMITS.seriesPerInstance,
    whenEmpty: NEEDS_RULES,
  }),
  createGraph({
    title: 'Routes beyond the limit',
    asks: 'Are there so many routes that streams are folded into `_OTHER`?',
    unit: 'cps',
    targets: [
      plot(
        sumRate(SERVER_METRICS.openedConnections, {
          where: [match(LABELS.route, '_OTHER')],
          isAnyRoute: true,
        }),
        'opened on _OTHER',
      ),
    ],
    whenEmpty: 'none',
  }),
);
