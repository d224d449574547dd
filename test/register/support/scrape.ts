import parseText from 'parse-prometheus-text-format';
import { until } from '../../support/poll.ts';
import type { Child } from './child.ts';

/** Makes a program choose a free port for its metrics and say which. */
export const FREE_PORT = {
  OTEL_EXPORTER_PROMETHEUS_PORT: '0',
  OTEL_LOG_LEVEL: 'info',
} as const;

/** One scrape, parsed. */
export interface Scrape {
  /** Names of all series; of a histogram with `_count`, `_sum`, `_bucket`. */
  readonly names: readonly string[];
  /** Sum of the series with a name whose labels include `match`. */
  sum(name: string, match?: Readonly<Record<string, string>>): number;
  /** The labels of each series with a name. */
  labels(name: string): Readonly<Record<string, string>>[];
}

/** Waits for the address that a program prints for its metrics. */
export async function readAddress(child: Child): Promise<string> {
  const [, url = ''] = await child.waitFor(/metrics are at (http:\S+)/);
  return url;
}

/** Scrapes the address that a program printed. */
export async function scrape(child: Child): Promise<Scrape> {
  return await scrapeUrl(await readAddress(child));
}

/** Scrapes an address. */
export async function scrapeUrl(url: string): Promise<Scrape> {
  const response = await fetch(url, { headers: { connection: 'close' } });
  const text = await response.text();
  // Told that it is a histogram, the parser makes one of all its series.
  const families = parseText(text.replaceAll(/^# TYPE \S+ histogram\n/gm, ''));
  const samples = (name: string) =>
    families.find((family) => family.name === name)?.metrics ?? [];
  return {
    names: families.map(({ name }) => name),
    sum: (name, match = {}) =>
      samples(name)
        .filter(({ labels = {} }) =>
          Object.entries(match).every(([key, value]) => labels[key] === value),
        )
        .reduce((sum, { value }) => sum + Number(value), 0),
    labels: (name) => samples(name).map(({ labels = {} }) => labels),
  };
}

/** Whether nothing listens at an address. */
export async function isRefused(url: string): Promise<boolean> {
  return await fetch(url).then(
    () => false,
    (error: Error) => JSON.stringify(error.cause).includes('ECONNREFUSED'),
  );
}

/** Waits until something listens at an address. */
export async function waitUntilServed(url: string): Promise<void> {
  await until(`something at ${url}`, async () => !(await isRefused(url)));
}
