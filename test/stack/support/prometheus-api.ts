/** A series of an answer, with its value; of a range, the last that is a number. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Series {
  readonly metric: Record<string, string>;
  readonly value?: [number, string];
  readonly values?: [number, string][];
}

/** The period of a range query, in seconds. */
export interface Period {
  readonly seconds: number;
  readonly step: number;
}

/** Asks Prometheus for the value of an expression now. */
export async function query(url: string, query: string): Promise<Sample[]> {
  const answer = await ask<Answer>(url, 'query', { query });
  return toSamples(answer);
}

/** Asks for the values of the period that ends now. */
export async function queryRange(
  url: string,
  query: string,
  { seconds, step }: Period,
): Promise<Sample[]> {
  const end = Math.floor(Date.now() / 1000);
  const answer = await ask<Answer>(url, 'query_range', {
    query,
    start: String(end - seconds),
    end: String(end),
    step: String(step),
  });
  return toSamples(answer);
}

/** A series with its values, as pairs of seconds since the epoch and a number. */
export interface TimedSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [seconds: number, value: number])[];
}

/** Asks for the values between two times, in seconds since the epoch. */
export async function readRange(
  url: string,
  query: string,
  { start, end, step }: { start: number; end: number; step: number },
): Promise<TimedSeries[]> {
  const { result } = await ask<{ result: Series[] }>(url, 'query_range', {
    query,
    start: String(start),
    end: String(end),
    step: String(step),
  });
  return result.map(({ metric, values = [] }) => ({
    labels: metric,
    values: values.map(([seconds, text]) => [seconds, Number(text)]),
  }));
}

/** @returns the values of a label, of the series that match. */
export function readLabelValues(
  url: string,
  label: string,
  match?: string,
): Promise<string[]> {
  const parameters = match === undefined ? {} : { 'match[]': match };
  const search = new URLSearchParams(parameters);
  return ask(url, `label/${label}/values?${search}`);
}

/** A node of a parsed expression, as far as it matters here. */
interface SyntaxNode {
  readonly type: string;
  readonly name?: string;
  readonly matchers?: readonly { name: string; type: string; value: string }[];
}

/**
 * The metrics that an expression selects, by Prometheus's own parser.
 *
 * @returns names, and regular expressions of names.
 * @throws Error when it does not parse.
 */
export async function findMetricNames(
  url: string,
  query: string,
): Promise<string[]> {
  const root = await ask<unknown>(url, 'parse_query', { query });
  const names = new Set<string>();
  const search = (node: unknown): void => {
    if (node === null || typeof node !== 'object') return;
    const { type, name, matchers } = node as SyntaxNode;
    if (/^(vector|matrix)Selector$/.test(type)) {
      const matcher = matchers?.find((one) => one.name === '__name__');
      names.add(name || matcher?.value || '');
    }
    for (const child of Object.values(node)) search(child);
  };
  search(root);
  return [...names];
}

interface Answer {
  readonly resultType: 'vector' | 'matrix' | 'scalar' | 'string';
  readonly result: Series[] | [number, string];
}

function toSamples({ resultType, result }: Answer): Sample[] {
  if (resultType === 'scalar' || resultType === 'string') {
    return [{ labels: {}, value: Number(result[1]) }];
  }
  return (result as Series[]).map(({ metric, value, values = [] }) => {
    const numbers = (value ? [value] : values).map(([, text]) => Number(text));
    const isNumber = (number: number) => !Number.isNaN(number);
    return { labels: metric, value: numbers.findLast(isNumber) ?? Number.NaN };
  });
}

async function ask<Data>(
  url: string,
  path: string,
  parameters?: Record<string, string>,
): Promise<Data> {
  const response = await fetch(`${url}/api/v1/${path}`, {
    ...(parameters !== undefined && {
      method: 'POST',
      body: new URLSearchParams(parameters),
    }),
  });
  const { data, error } = (await response.json()) as {
    data?: Data;
    error?: string;
  };
  if (data === undefined) {
    throw new Error(`${parameters?.['query'] ?? path}: ${error}`);
  }
  return data;
}
