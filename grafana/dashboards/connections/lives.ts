import { SERVER_METRICS } from '../../../src/semconv.ts';
import { LABELS, showLabels } from '../../labels.ts';
import { createGraphBand } from '../../layout.ts';
import { plot, plotEach, plotInstances } from '../../panel-basics.ts';
import { createGraph, createHeatmap } from '../../panels.ts';
import {
  countBuckets,
  countRate,
  divide,
  maxNow,
  sumNow,
  totalRate,
} from '../../queries.ts';
import { plotQuantiles } from '../../questions.ts';
import { LIMITS } from '../../thresholds.ts';

const S = SERVER_METRICS;

/** How long streams live, and in silence. */
export const lives = [
  createGraphBand(
    createHeatmap({
      title: 'Duration',
      asks: 'How long do streams live?',
      unit: 's',
      expression: countBuckets(S.connectionDuration),
      width: 12,
    }),
    createGraph({
      title: 'Average duration',
      asks: 'Do streams live as long as they used to?',
      unit: 's',
      targets: [
        plot(
          divide(
            totalRate(S.connectionDuration),
            countRate(S.connectionDuration),
          ),
          'average',
        ),
        ...plotQuantiles(S.connectionDuration),
      ],
      width: 12,
      whenEmpty: 'none closed',
    }),
  ),
  createGraphBand(
    createGraph({
      title: 'Oldest stream',
      asks: 'Does a stream live longer than a day, or never end at all?',
      unit: 's',
      targets: [plotInstances((by) => maxNow(S.connectionAgeMax, { by }))],
      limits: LIMITS.ageSeconds,
    }),
    createGraph({
      title: 'Longest silence',
      asks: 'For how long has the most silent open stream had no byte, not even a heartbeat?',
      unit: 's',
      targets: [
        plotEach((by) => maxNow(S.connectionIdleTimeMax, { by }), LABELS.route),
      ],
      limits: LIMITS.idleSeconds,
    }),
    createGraph({
      title: 'Waiting and stalled by route',
      asks: 'Which routes open streams and then send nothing, or nothing any more?',
      unit: 'short',
      targets: [
        plot(
          sumNow(S.waitingConnections, { by: [LABELS.route] }),
          `waiting ${showLabels(LABELS.route)}`,
        ),
        plot(
          sumNow(S.stalledConnections, { by: [LABELS.route] }),
          `stalled ${showLabels(LABELS.route)}`,
        ),
      ],
    }),
  ),
];
