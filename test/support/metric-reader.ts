import type { Attributes } from '@opentelemetry/api';
import {
  type DataPoint,
  type Histogram,
  MeterProvider,
  type MetricData,
  MetricReader,
  type ViewOptions,
} from '@opentelemetry/sdk-metrics';

/** A reader that collects when a test asks it to. */
class PullReader extends MetricReader {
  protected async onForceFlush(): Promise<void> {}
  protected async onShutdown(): Promise<void> {}
}

/** One point of a metric as the SDK gives it. */
export type Point = DataPoint<number> | DataPoint<Histogram>;

/** Reads metrics from a real MeterProvider. */
export interface Metrics {
  readonly provider: MeterProvider;
  /** Every point of every metric, by the metric's name. */
  collect(): Promise<Map<string, Point[]>>;
  /** The description of every metric that has points, by the metric's name. */
  describe(): Promise<Readonly<Record<string, string>>>;
  /** Sum of the points of a metric whose attributes include `match`. */
  sum(name: string, match?: Attributes): Promise<number>;
  /** How many values a histogram recorded, over points that match. */
  count(name: string, match?: Attributes): Promise<number>;
}

/** A MeterProvider with as many readers as wanted; the first one is read. */
export function createMetrics(views: ViewOptions[] = []): Metrics {
  return readerOf(new PullReader(), views);
}

/** Two readers on one provider. */
export function createTwoReaders(): [Metrics, Metrics] {
  const readers = [new PullReader(), new PullReader()] as const;
  const provider = new MeterProvider({ readers: [...readers] });
  return [metricsOf(provider, readers[0]), metricsOf(provider, readers[1])];
}

function readerOf(reader: PullReader, views: ViewOptions[]): Metrics {
  return metricsOf(new MeterProvider({ readers: [reader], views }), reader);
}

function metricsOf(provider: MeterProvider, reader: PullReader): Metrics {
  const collect = async (): Promise<Map<string, Point[]>> => {
    const points = new Map<string, Point[]>();
    for (const { descriptor, dataPoints } of await read(reader)) {
      points.set(descriptor.name, dataPoints as Point[]);
    }
    return points;
  };
  const matching = async (name: string, match: Attributes) =>
    ((await collect()).get(name) ?? []).filter(({ attributes }) =>
      Object.entries(match).every(([key, value]) => attributes[key] === value),
    );
  return {
    provider,
    collect,
    async describe() {
      const metrics = await read(reader);
      return Object.fromEntries(
        metrics.map(({ descriptor: { name, description } }) => [
          name,
          description,
        ]),
      );
    },
    async sum(name, match = {}) {
      const points = await matching(name, match);
      return points.reduce((sum, { value }) => sum + (value as number), 0);
    },
    async count(name, match = {}) {
      const points = await matching(name, match);
      return points.reduce((sum, p) => sum + (p.value as Histogram).count, 0);
    },
  };
}

async function read(reader: PullReader): Promise<MetricData[]> {
  const { resourceMetrics, errors } = await reader.collect();
  if (errors.length > 0) throw new AggregateError(errors);
  return resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
}
