import { CLIENT_METRICS } from '../../../src/semconv.ts';
import { createStatBand } from '../../layout.ts';
import { plot } from '../../panel-basics.ts';
import { createStat } from '../../panels.ts';
import { estimateQuantile, sumIncrease, sumRate } from '../../queries.ts';
import { LIMITS } from '../../thresholds.ts';
import { NO_CLIENT, querySlowHandlers, queryStability } from './ratios.ts';

const C = CLIENT_METRICS;

/** What a person at the other end notices. */
export const figures = createStatBand(
  createStat({
    title: 'Stability',
    asks: 'For which part of the time that they wanted to be are clients connected?',
    unit: 'percentunit',
    decimals: 1,
    targets: [plot(queryStability(), 'connected')],
    limits: LIMITS.stability,
    whenEmpty: NO_CLIENT,
  }),
  createStat({
    title: 'Event delay p95',
    asks: 'Do events arrive later than a second after the server sent them?',
    unit: 's',
    targets: [plot(estimateQuantile(0.95, C.eventDelay), 'p95')],
    limits: LIMITS.delaySeconds,
    whenEmpty: 'no time stamps',
  }),
  createStat({
    title: 'Errors',
    asks: 'How many errors did clients have in the last 5 minutes?',
    unit: 'short',
    decimals: 0,
    targets: [plot(sumIncrease(C.errors, '5m'), 'in 5 min')],
    limits: LIMITS.rather,
    whenEmpty: NO_CLIENT,
  }),
  createStat({
    title: 'Open time p95',
    asks: 'How long do clients wait until their stream is open?',
    unit: 's',
    targets: [plot(estimateQuantile(0.95, C.connectionOpenTime), 'p95')],
    limits: LIMITS.openSeconds,
    whenEmpty: NO_CLIENT,
  }),
  createStat({
    title: 'Slow handlers',
    asks: 'Which share of events keeps the page busy for longer than 50 ms?',
    unit: 'percentunit',
    targets: [plot(querySlowHandlers(), 'of events')],
    limits: LIMITS.slowHandlerRatio,
    whenEmpty: NO_CLIENT,
  }),
  createStat({
    title: 'Connected',
    asks: 'How many pages and other clients are connected?',
    unit: 'short',
    decimals: 0,
    targets: [plot(sumRate(C.connectedTime), 'connected')],
    whenEmpty: NO_CLIENT,
  }),
);
