/** Figures that several dashboards show. */
import { SERVER_METRICS } from '../src/semconv.ts';
import { plot } from './panel-basics.ts';
import type { StatOptions } from './panels.ts';
import { sumNow } from './queries.ts';
import { queryAbnormalShare } from './questions.ts';
import { LIMITS } from './thresholds.ts';

export const ABNORMAL_CLOSES: StatOptions = {
  title: 'Abnormal closes',
  asks: 'Which share of the streams that close ends by an error, a time-out or an eviction?',
  unit: 'percentunit',
  targets: [plot(queryAbnormalShare(), 'of closes')],
  limits: LIMITS.abnormalRatio,
  whenEmpty: 'none closed',
};

export const STALLED: StatOptions = {
  title: 'Stalled',
  asks: 'On how many open streams has the server been silent for longer than `stallAfterSeconds`?',
  unit: 'short',
  targets: [plot(sumNow(SERVER_METRICS.stalledConnections), 'stalled')],
  limits: LIMITS.tickets,
};
