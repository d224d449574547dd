import { PROBE_METRICS } from '../../../src/semconv.ts';
import { LABELS, showLabels } from '../../labels.ts';
import { createGraphBand } from '../../layout.ts';
import { plot } from '../../panel-basics.ts';
import { createGraph } from '../../panels.ts';
import { aggregate, maxNow, readNow, sumNow } from '../../queries.ts';
import { LIMITS } from '../../thresholds.ts';
import { PER_TARGET, queryFirstEvent } from './first-event.ts';

const TARGET = showLabels(...PER_TARGET);

/** From the name to the first event. */
export const opening = [
  createGraphBand(
    createGraph({
      title: 'Success',
      asks: 'Which targets work (1), and since when does one not?',
      unit: 'short',
      targets: [
        plot(
          aggregate('min', readNow(PROBE_METRICS.success), PER_TARGET),
          TARGET,
        ),
      ],
      limits: LIMITS.present,
    }),
    createGraph({
      title: 'First event',
      asks: 'How long does a client wait for its first event, at each target?',
      unit: 's',
      targets: [plot(queryFirstEvent(), TARGET)],
      limits: LIMITS.firstEventSeconds,
      whenEmpty: 'no event',
    }),
    createGraph({
      title: 'Parts of the opening',
      asks: 'Where is the time lost: name, connection, TLS, headers, first byte, first event?',
      unit: 's',
      isStacked: true,
      targets: [
        plot(
          maxNow(PROBE_METRICS.duration, { by: [LABELS.phase] }),
          showLabels(LABELS.phase),
        ),
      ],
    }),
  ),
  createGraphBand(
    createGraph({
      title: 'Findings',
      asks: 'Does the doctor find more than before, and how bad is it?',
      unit: 'short',
      isStacked: true,
      targets: [
        plot(
          sumNow(PROBE_METRICS.findings, { by: [LABELS.severity] }),
          showLabels(LABELS.severity),
        ),
      ],
    }),
    createGraph({
      title: 'HTTP version',
      asks: 'Over which version of HTTP do streams come: six to a browser over 1.1?',
      unit: 'short',
      targets: [
        plot(
          aggregate('min', readNow(PROBE_METRICS.httpVersion), PER_TARGET),
          TARGET,
        ),
      ],
      whenEmpty: 'no answer',
    }),
    createGraph({
      title: 'Certificates',
      asks: 'How long is each certificate good, and was one renewed?',
      unit: 's',
      targets: [
        plot(
          aggregate(
            'min',
            `${readNow(PROBE_METRICS.certificateExpiry)} - time()`,
            PER_TARGET,
          ),
          TARGET,
        ),
      ],
      limits: LIMITS.certificateSeconds,
      whenEmpty: 'no TLS',
    }),
  ),
];
