import { SERVER_METRICS } from '../../../src/semconv.ts';
import { LABELS, PER_INSTANCE, showLabels } from '../../labels.ts';
import { createGraphBand } from '../../layout.ts';
import { plot } from '../../panel-basics.ts';
import { aggregate, estimateQuantile, sumNow, sumRate } from '../../queries.ts';
import {
  queryAbnormalShare,
  queryBusyShare,
  queryFailedShare,
  queryFillOfInstances,
  queryHeapRatio,
  readAlerts,
} from '../../questions.ts';
import { createTable, createTimeline } from '../../tables.ts';
import { LIMITS } from '../../thresholds.ts';

const S = SERVER_METRICS;
const BY_ROUTE = [LABELS.job, LABELS.route];

/** For whom it is not healthy. */
export const who = createGraphBand(
  createTimeline({
    title: 'Alerts over time',
    asks: 'Which alerts fire, and since when?',
    unit: 'none',
    targets: [
      plot(querySeverity('critical', 3), showLabels('alertname')),
      plot(querySeverity('warning', 2), showLabels('alertname')),
      plot(querySeverity('info', 1), showLabels('alertname')),
    ],
    states: {
      3: { text: 'critical', color: 'red', index: 0 },
      2: { text: 'warning', color: 'orange', index: 1 },
      1: { text: 'info', color: 'blue', index: 2 },
    },
    whenEmpty: 'none fires',
    width: 6,
  }),
  createTable({
    title: 'By route',
    asks: 'For which routes is it not healthy?',
    unit: 'short',
    rows: { [LABELS.job]: 'Job', [LABELS.route]: 'Route' },
    opens: { label: LABELS.route, variable: 'route' },
    columns: [
      {
        title: 'Abnormal',
        expression: queryAbnormalShare(BY_ROUTE),
        unit: 'percentunit',
        limits: LIMITS.abnormalRatio,
      },
      {
        title: 'Failed',
        expression: queryFailedShare(BY_ROUTE),
        unit: 'percentunit',
        limits: LIMITS.abnormalRatio,
      },
      {
        title: 'Open time p95',
        expression: estimateQuantile(0.95, S.connectionOpenTime, {
          by: BY_ROUTE,
        }),
        unit: 's',
        limits: LIMITS.openSeconds,
      },
      {
        title: 'Open',
        expression: sumNow(S.activeConnections, { by: BY_ROUTE }),
        unit: 'short',
      },
      {
        title: 'Events/s',
        expression: sumRate(S.sentEvents, { by: BY_ROUTE }),
        unit: 'short',
      },
    ],
    worstFirst: 'Abnormal',
    width: 9,
    details: 'connections',
  }),
  createTable({
    title: 'By instance',
    asks: 'Which instances are not healthy?',
    unit: 'short',
    rows: { [LABELS.job]: 'Job', [LABELS.instance]: 'Instance' },
    opens: { label: LABELS.instance, variable: 'instance' },
    columns: [
      {
        title: 'Of limit',
        expression: queryFillOfInstances(),
        unit: 'percentunit',
        limits: LIMITS.connectionRatio,
      },
      {
        title: 'Heap',
        expression: queryHeapRatio(),
        unit: 'percentunit',
        limits: LIMITS.heapRatio,
      },
      {
        title: 'Loop busy',
        expression: queryBusyShare(),
        unit: 'percentunit',
        limits: LIMITS.loopRatio,
      },
      {
        title: 'Abnormal',
        expression: queryAbnormalShare(PER_INSTANCE),
        unit: 'percentunit',
        limits: LIMITS.abnormalRatio,
      },
      {
        title: 'Open',
        expression: sumNow(S.activeConnections, { by: PER_INSTANCE }),
        unit: 'short',
      },
    ],
    worstFirst: 'Of limit',
    width: 9,
    details: 'backpressure-and-memory',
  }),
);

function querySeverity(name: string, value: number): string {
  return `${aggregate('max', readAlerts(name), ['alertname'])} * ${value}`;
}
