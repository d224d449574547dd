import { SERVER_METRICS } from '../../../src/semconv.ts';
import { createStatBand } from '../../layout.ts';
import { plot } from '../../panel-basics.ts';
import { createStat } from '../../panels.ts';
import { findWorstQuantile, sumIncrease, sumRate } from '../../queries.ts';
import { LIMITS } from '../../thresholds.ts';
import {
  queryEventsPerConnection,
  queryEventsPerWrite,
  queryWirePerContent,
} from './ratios.ts';

const S = SERVER_METRICS;

/** Flow and loss now. */
export const figures = createStatBand(
  createStat({
    title: 'Events per second',
    asks: 'Are events sent at all, and not fewer than the service should send?',
    unit: 'eps',
    targets: [plot(sumRate(S.sentEvents), 'events')],
    limits: LIMITS.eventsPerSecond,
  }),
  createStat({
    title: 'Write time p99',
    asks: 'Is write() slow, or does it hold everything up?',
    unit: 's',
    targets: [plot(findWorstQuantile(0.99, S.writeDuration), 'p99')],
    limits: LIMITS.writeSeconds,
    whenEmpty: 'nothing written, or no rules',
  }),
  createStat({
    title: 'Dropped events',
    asks: 'How many events did the application drop in the last 5 minutes?',
    unit: 'short',
    decimals: 0,
    targets: [plot(sumIncrease(S.droppedEvents, '5m'), 'in 5 min')],
    limits: LIMITS.rather,
    whenEmpty: 'not reported',
  }),
  createStat({
    title: 'Protocol errors',
    asks: 'How often in the last 5 minutes was something in the streams that browsers or proxies do not take?',
    unit: 'short',
    decimals: 0,
    targets: [plot(sumIncrease(S.protocolErrors, '5m'), 'in 5 min')],
    limits: LIMITS.rather,
  }),
  createStat({
    title: 'Events per write',
    asks: 'How well does batching work?',
    unit: 'none',
    decimals: 2,
    targets: [plot(queryEventsPerWrite(), 'events a write')],
    whenEmpty: 'nothing written',
  }),
  createStat({
    title: 'Wire of content',
    asks: 'How much of what is written goes over the wire: below 100 % is compression, above it framing?',
    unit: 'percentunit',
    targets: [plot(queryWirePerContent(), 'wire ÷ content')],
    whenEmpty: 'nothing written',
  }),
);

/** What turns orange when it applies. */
export const advice = createStatBand(
  createStat({
    title: 'Advice: slow writes',
    asks: 'Do writes take longer than 100 ms (then: look at slow clients, and at the event loop)?',
    unit: 's',
    targets: [plot(findWorstQuantile(0.95, S.writeDuration), 'p95')],
    limits: LIMITS.writeAdviceSeconds,
    whenEmpty: 'nothing written, or no rules',
  }),
  createStat({
    title: 'Advice: compress',
    asks: 'Are events larger than 10 KB (then: compress them, or send less)?',
    unit: 'bytes',
    targets: [plot(findWorstQuantile(0.95, S.eventSize), 'p95')],
    limits: LIMITS.eventAdviceBytes,
    whenEmpty: 'no events, or no rules',
  }),
  createStat({
    title: 'Advice: batch',
    asks: 'Does a connection get more than 100 events a second (then: batch them)?',
    unit: 'eps',
    targets: [plot(queryEventsPerConnection(), 'a connection')],
    limits: LIMITS.eventsAdvicePerConnection,
    whenEmpty: 'none open',
  }),
);
