import { query } from './prometheus-api.ts';

/** Counters by name and labels. */
export type Counters = ReadonlyMap<string, number>;

const SERIES = /^(sse_server_\w+_(?:total|count|sum|bucket))\{(.*)\} (\S+)/gm;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;
/** Seconds are added up in another order for each reader. */
const DIGITS = 9;
/** What the way to Prometheus adds. */
const OF_THE_WAY = /^(?:__name__|job|instance|otel_scope_.*)$/;

/** The counters of a process, by its own endpoint: what nothing came between. */
export async function scrapeCounters(url: string): Promise<Counters> {
  const text = await (await fetch(url)).text();
  const lines = [...text.matchAll(SERIES)];
  return new Map(
    lines.map(([, name = '', labels = '', value]) => {
      const pairs = [...labels.matchAll(LABEL)].map(([, key, text]) => [
        key,
        text,
      ]);
      return [describe(name, Object.fromEntries(pairs)), round(Number(value))];
    }),
  );
}

/** The counters of the same process, as Prometheus has them. */
export async function readCounters(
  url: string,
  instance: string,
): Promise<Counters> {
  const names = 'sse_server_.+_(total|count|sum|bucket)';
  const samples = await query(
    url,
    `{__name__=~"${names}", instance="${instance}"}`,
  );
  return new Map(
    samples.map(({ labels, value }) => [
      describe(labels['__name__'] ?? '', labels),
      round(value),
    ]),
  );
}

function round(value: number): number {
  return Number(value.toPrecision(DIGITS));
}

function describe(
  name: string,
  labels: Readonly<Record<string, string>>,
): string {
  const kept = Object.entries(labels)
    .filter(([label]) => !OF_THE_WAY.test(label))
    .map(
      ([label, value]) => `${label}=${label === 'le' ? Number(value) : value}`,
    );
  return `${name} ${kept.sort().join(' ')}`;
}
