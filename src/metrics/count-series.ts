import {
  ATTR_NETWORK_PROTOCOL_VERSION,
  ATTR_SSE_CONNECTION_CLOSE_REASON,
  ATTR_SSE_CONNECTION_RESUMED,
  ATTR_SSE_DROP_REASON,
  ATTR_SSE_PROCESS_CPU_MODE,
  ATTR_SSE_PROCESS_EVENT_LOOP_STATE,
  ATTR_SSE_PROTOCOL_ERROR_TYPE,
  ATTR_SSE_RESUME_RESULT,
  CLIENT_COUNTERS,
  CLIENT_METRICS,
  CLIENT_PREFIX,
  CLOSE_REASONS,
  type ClientCounter,
  CPU_MODES,
  DROP_REASONS,
  EVENT_LOOP_STATES,
  GUARD_METRICS,
  type MetricDefinition,
  PROCESS_METRICS,
  PROTOCOL_ERROR_TYPES,
  prometheusName,
  RESUME_RESULTS,
  SERVER_METRICS,
  type ServerMetricKey,
} from '../semconv.ts';
import {
  MAX_ERROR_SETS,
  MAX_ERROR_TYPES,
  MAX_EVENT_SETS,
  MAX_FAILED,
  MAX_FAILED_SETS,
  MAX_SERIES,
  RESERVED,
} from './limits.ts';
import {
  type KeptNames,
  type SeriesShape,
  TYPICAL_SHAPE,
} from './series-shape.ts';

/** What the series of a metric grow with. */
export type SeriesPart =
  | 'histograms'
  | 'figures'
  | 'versions'
  | 'types'
  | 'failures'
  | 'addresses'
  | 'guard'
  | 'process'
  | 'client'
  | 'target_info';

/** The series of one metric of an instance. */
export interface SeriesCount {
  /** As Prometheus names it; a histogram's without `_bucket`. */
  readonly metric: string;
  readonly part: SeriesPart;
  readonly series: number;
}

/** Values that are reported from the start, by attribute. */
const VALUES: Readonly<Record<string, number>> = {
  [ATTR_SSE_CONNECTION_RESUMED]: [false, true].length,
  [ATTR_SSE_CONNECTION_CLOSE_REASON]: CLOSE_REASONS.length,
  [ATTR_SSE_DROP_REASON]: DROP_REASONS.length,
  [ATTR_SSE_RESUME_RESULT]: RESUME_RESULTS.length,
  [ATTR_SSE_PROTOCOL_ERROR_TYPE]: PROTOCOL_ERROR_TYPES.length,
  [ATTR_SSE_PROCESS_CPU_MODE]: CPU_MODES.length,
  [ATTR_SSE_PROCESS_EVENT_LOOP_STATE]: EVENT_LOOP_STATES.length,
};

/**
 * The series of an instance, by metric: what Prometheus has once each metric had
 * its first value. It is exact within the limits of a process; beyond them, where
 * who comes first has the room, it is an upper bound. Metrics without series are
 * left out.
 *
 * @param shape - what is not given is as in {@link TYPICAL_SHAPE}.
 */
export function countSeries(shape: Partial<SeriesShape> = {}): SeriesCount[] {
  const whole = { ...TYPICAL_SHAPE, ...shape };
  const kept = keepNames(whole);
  const counts = [
    ...countServer(whole, kept),
    ...countGuard(whole, kept),
    ...Object.values(PROCESS_METRICS).map((metric) =>
      count(metric, 'process', 1),
    ),
    ...countClient(whole),
    { metric: 'target_info', part: 'target_info', series: 1 } as const,
  ];
  return counts.filter(({ series }) => series > 0);
}

/** All series of an instance; see {@link countSeries}. */
export function sumSeries(shape: Partial<SeriesShape> = {}): number {
  return countSeries(shape).reduce((sum, { series }) => sum + series, 0);
}

/** What the limits of a process leave of a shape's names. */
function keepNames(shape: SeriesShape): KeptNames {
  const routes = keep(shape.routes, shape.maxRoutes);
  const sets = routes * shape.methods * shape.attributeSets;
  const lifecycles = sets * shape.versions;
  const most = MAX_SERIES - RESERVED;
  const types = keep(shape.types, shape.maxEventTypes);
  if (lifecycles <= most) return { sets, lifecycles, failed: sets, types };
  return {
    sets: Math.min(sets, most) + 1,
    lifecycles: most + shape.versions,
    failed: Math.min(sets + 1, MAX_FAILED),
    types,
  };
}

/** So many names, or the most there may be and `_OTHER`. */
function keep(names: number, most: number): number {
  return names > most ? most + 1 : names;
}

function countServer(shape: SeriesShape, kept: KeptNames): SeriesCount[] {
  const { hasFinalEvents, hasClientAddresses, statuses } = shape;
  const { sets, lifecycles, failed, types } = kept;
  const errorTypes = Math.min(shape.errorTypes, MAX_ERROR_TYPES);
  const parts: Partial<Record<ServerMetricKey, [SeriesPart, number]>> = {
    unfinishedCloses: ['figures', hasFinalEvents ? sets : 0],
    // `error` is split by `error.type`, of which `_OTHER` is always there.
    closedConnections: [
      'versions',
      lifecycles * CLOSE_REASONS.length +
        Math.min(lifecycles * errorTypes, MAX_ERROR_SETS),
    ],
    // `aborted` is always there; each may have an `_OTHER`.
    failedConnections: [
      'failures',
      failed + Math.min(failed * statuses, MAX_FAILED_SETS + failed),
    ],
    sentEvents: ['types', Math.min(sets * types, MAX_EVENT_SETS + sets)],
  };
  return (Object.keys(SERVER_METRICS) as ServerMetricKey[]).map((key) => {
    const metric: MetricDefinition = SERVER_METRICS[key];
    const own = parts[key];
    if (own !== undefined) {
      const [part, series] = own;
      return { metric: prometheusName(metric), part, series };
    }
    if (metric.global) {
      return count(metric, 'addresses', hasClientAddresses ? 1 : 0);
    }
    if (metric.attributes?.includes(ATTR_NETWORK_PROTOCOL_VERSION)) {
      return count(metric, 'versions', lifecycles);
    }
    const isHistogram = metric.kind === 'histogram';
    return count(metric, isHistogram ? 'histograms' : 'figures', sets);
  });
}

function countGuard(shape: SeriesShape, { failed }: KeptNames): SeriesCount[] {
  const { rejectionReasons: reasons } = shape;
  const { rejectedConnections, connectionLimit } = GUARD_METRICS;
  return [
    {
      metric: prometheusName(rejectedConnections),
      part: 'guard',
      series: failed * reasons.length,
    },
    count(connectionLimit, 'guard', reasons.includes('connections') ? 1 : 0),
  ];
}

function countClient({ clientTargets, types }: SeriesShape): SeriesCount[] {
  const counters: Readonly<Record<string, ClientCounter>> = CLIENT_COUNTERS;
  return Object.values(CLIENT_METRICS).map((metric: MetricDefinition) => {
    const [, attribute, values] =
      counters[metric.name.slice(CLIENT_PREFIX.length)] ?? [];
    const sets = attribute === undefined ? 1 : (values?.length ?? types);
    return {
      metric: prometheusName(metric),
      part: 'client',
      series: clientTargets * sets * sizeOf(metric),
    };
  });
}

/** @param sets - of the attributes that are not the metric's alone. */
function count(
  metric: MetricDefinition,
  part: SeriesPart,
  sets: number,
): SeriesCount {
  const values = (metric.attributes ?? []).map((attribute) => {
    if (attribute === ATTR_NETWORK_PROTOCOL_VERSION) return 1;
    const known = VALUES[attribute];
    if (known !== undefined) return known;
    throw new Error(`${metric.name}: how many values has ${attribute}?`);
  });
  const series = values.reduce((product, one) => product * one, sets);
  return {
    metric: prometheusName(metric),
    part,
    series: series * sizeOf(metric),
  };
}

/** Series of one attribute set: the buckets with `+Inf`, the sum and the count. */
function sizeOf({ boundaries }: MetricDefinition): number {
  return boundaries === undefined ? 1 : boundaries.length + 3;
}
