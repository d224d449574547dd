import { PROCESS_METRICS } from '../../../src/semconv.ts';
import { COLLECTOR } from '../../foreign-metrics.ts';
import { PER_INSTANCE } from '../../labels.ts';
import { aggregate, divide, maxNow } from '../../queries.ts';
import { selectSeries, selectSeriesCount } from '../../series.ts';

const BY_EXPORTER = ['exporter'];

/** Seconds since each instance reported. */
export function querySampleAge(): string {
  const uptime = selectSeries(PROCESS_METRICS.uptime);
  return aggregate('max', `time() - timestamp(${uptime})`, PER_INSTANCE);
}

/** Series of each instance. */
export function querySeriesCount(): string {
  return aggregate('max', selectSeriesCount(), PER_INSTANCE);
}

/** Fill of each queue of the Collector. */
export function queryQueueFill(): string {
  const by = [...BY_EXPORTER, ...PER_INSTANCE];
  return divide(
    maxNow(COLLECTOR.queueSize, { by }),
    maxNow(COLLECTOR.queueCapacity, { by }),
  );
}
