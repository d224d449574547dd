import { PROBE_METRICS } from '../../../src/semconv.ts';
import { showLabels } from '../../labels.ts';
import { createGraphBand } from '../../layout.ts';
import { plot } from '../../panel-basics.ts';
import { createGraph } from '../../panels.ts';
import { aggregate, maxNow, readNow } from '../../queries.ts';
import { LIMITS } from '../../thresholds.ts';
import { PER_TARGET } from './first-event.ts';

const TARGET = showLabels(...PER_TARGET);

/** What comes, and how. */
export const stream = [
  createGraphBand(
    createGraph({
      title: 'Held back by target',
      asks: 'Which share of each target’s events is held back on the way?',
      unit: 'percentunit',
      targets: [
        plot(maxNow(PROBE_METRICS.bufferingRatio, { by: PER_TARGET }), TARGET),
      ],
      limits: LIMITS.bufferingRatio,
      whenEmpty: 'not known',
    }),
    createGraph({
      title: 'Interval and heartbeat',
      asks: 'How often does an event come from each target, and how often a comment?',
      unit: 's',
      targets: [
        plot(
          maxNow(PROBE_METRICS.eventInterval, { by: PER_TARGET }),
          `events ${TARGET}`,
        ),
        plot(
          maxNow(PROBE_METRICS.heartbeat, { by: PER_TARGET }),
          `comments ${TARGET}`,
        ),
      ],
      whenEmpty: 'too few',
    }),
    createGraph({
      title: 'Resume',
      asks: 'Does each target go on after a `Last-Event-ID` (1), or lose or repeat events?',
      unit: 'short',
      targets: [
        plot(
          aggregate('min', readNow(PROBE_METRICS.resumeOk), PER_TARGET),
          TARGET,
        ),
      ],
      limits: LIMITS.present,
      whenEmpty: 'not asked',
    }),
  ),
];
