import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { choosePlaces } from '../../../stack/addresses.ts';
import { copyConfigs } from '../../../stack/configs.ts';
import { startJanitor } from '../../../stack/janitor.ts';
import { createPart, type Part } from '../../../stack/part.ts';
import {
  describeCollector,
  describePrometheus,
  placeOf,
} from '../../../stack/parts.ts';
import { until } from '../../support/poll.ts';
import { pathOf } from './files.ts';
import { query, type Sample } from './prometheus-api.ts';

/** Collector and Prometheus with the shipped files, and nothing else. */
export interface Pipeline extends AsyncDisposable {
  /** Where applications send to: `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly url: string;
  readonly collector: Part;
  readonly prometheus: Part;
  readonly prometheusUrl: string;
  /** The Collector's own metrics. */
  readonly metricsUrl: string;
  query(expression: string): Promise<Sample[]>;
  /** The value of a query that is answered with one series, or none. */
  queryValue(expression: string): Promise<number | undefined>;
  /** Waits until a query is answered with a value: a retry may have just failed. */
  untilValue(expression: string, expected: number): Promise<void>;
}

/** Retries are 5 s apart at most, and the Collector gathers for 6 s. */
const SETTLED_WITHIN_MS = 30_000;

/** What is added to the shipped configuration. */
export interface PipelineOptions {
  /** Further configurations of the Collector, merged in this order. */
  readonly overlays?: readonly string[];
  /** Further variables of the Collector. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts both on free ports; `await using` ends them. */
export async function startPipeline({
  overlays = [],
  env = {},
}: PipelineOptions = {}): Promise<Pipeline> {
  const places = await choosePlaces();
  const janitor = startJanitor();
  const { folder } = janitor;
  const surroundings = { places, folder };
  copyConfigs(folder, places);
  scrapeNothing(join(folder, 'prometheus', 'prometheus.yaml'));
  const deaths: Error[] = [];
  const onDeath = (error: Error) => void deaths.push(error);
  const described = await describeCollector(surroundings);
  const args = overlays.flatMap((overlay) => [
    '--config',
    overlay.startsWith('yaml:') ? overlay : pathOf(overlay),
  ]);
  const collector = createPart(
    {
      ...described,
      args: [...described.args, ...args],
      env: {
        ...described.env,
        COLLECTOR_STORAGE: join(folder, 'queue'),
        ...env,
      },
    },
    janitor,
    onDeath,
  );
  const prometheus = createPart(
    await describePrometheus(surroundings),
    janitor,
    onDeath,
  );
  const prometheusUrl = `http://${placeOf(places, 'prometheus:9090')}`;
  const stop = async () => {
    await Promise.all([collector.stop(), prometheus.stop()]);
    await janitor[Symbol.asyncDispose]();
  };
  try {
    await Promise.all([collector.start(), prometheus.start()]);
  } catch (error) {
    await stop();
    throw error;
  }
  const queryValue = async (expression: string) => {
    const [sample, ...others] = await query(prometheusUrl, expression);
    if (others.length > 0) throw new Error(`${expression}: several series`);
    return sample?.value;
  };
  return {
    url: `http://${placeOf(places, 'otel-collector:4318')}`,
    collector,
    prometheus,
    prometheusUrl,
    metricsUrl: `http://${placeOf(places, 'otel-collector:8888')}/metrics`,
    query: (expression) => query(prometheusUrl, expression),
    queryValue,
    async untilValue(expression, expected) {
      await until(
        expression,
        () => queryValue(expression),
        (value) => value === expected,
        SETTLED_WITHIN_MS,
      );
    },
    async [Symbol.asyncDispose]() {
      await stop();
      if (deaths[0] !== undefined) throw deaths[0];
    },
  };
}

/** Its own scrapes would only be in the way of what a test looks at. */
function scrapeNothing(path: string): void {
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.slice(0, text.indexOf('scrape_configs:')));
}
