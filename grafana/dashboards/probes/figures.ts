import { PROBE_METRICS } from '../../../src/semconv.ts';
import { createStatBand } from '../../layout.ts';
import { plot } from '../../panel-basics.ts';
import { createStat } from '../../panels.ts';
import {
  aggregate,
  defaultToZero,
  maxNow,
  readNow,
  sumNow,
} from '../../queries.ts';
import { match } from '../../series.ts';
import { LIMITS } from '../../thresholds.ts';
import { queryFirstEvent } from './first-event.ts';

/** What must be 0, and the worst target. */
export const figures = [
  createStatBand(
    createStat({
      title: 'Targets failing',
      asks: 'How many streams can a client from outside not use?',
      unit: 'short',
      targets: [
        plot(
          defaultToZero(
            aggregate('count', `${readNow(PROBE_METRICS.success)} == 0`),
          ),
          'fail',
        ),
      ],
      limits: LIMITS.one,
    }),
    createStat({
      title: 'Slowest first event',
      asks: 'How long does a client wait for its first event, at the target where it waits longest?',
      unit: 's',
      targets: [plot(aggregate('max', queryFirstEvent()), 'slowest')],
      limits: LIMITS.firstEventSeconds,
      whenEmpty: 'no event',
    }),
    createStat({
      title: 'Held back',
      asks: 'Which share of events does something on the way hold back, at the worst target?',
      unit: 'percentunit',
      targets: [plot(maxNow(PROBE_METRICS.bufferingRatio), 'worst')],
      limits: LIMITS.bufferingRatio,
      whenEmpty: 'not known',
    }),
    createStat({
      title: 'Resumes failing',
      asks: 'At how many targets is lost, or sent again, what a client missed?',
      unit: 'short',
      targets: [
        plot(
          defaultToZero(
            aggregate('count', `${readNow(PROBE_METRICS.resumeOk)} == 0`),
          ),
          'fail',
        ),
      ],
      limits: LIMITS.one,
    }),
    createStat({
      title: 'Next certificate ends',
      asks: 'How long is the certificate good that ends first?',
      unit: 's',
      targets: [plot(aggregate('min', queryCertificate()), 'left')],
      limits: LIMITS.certificateSeconds,
      whenEmpty: 'no TLS',
    }),
    createStat({
      title: 'Errors found',
      asks: 'How many errors does the doctor find, at all targets together?',
      unit: 'short',
      targets: [
        plot(
          sumNow(PROBE_METRICS.findings, {
            where: [match('severity', 'error')],
          }),
          'errors',
        ),
      ],
      limits: LIMITS.one,
      whenEmpty: 'no probes',
    }),
  ),
];

function queryCertificate(): string {
  return `${readNow(PROBE_METRICS.certificateExpiry)} - time()`;
}
