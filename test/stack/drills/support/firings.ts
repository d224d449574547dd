/** An alert that fired. */
export interface Firing {
  readonly alert: string;
  readonly severity: string;
  readonly labels: Readonly<Record<string, string>>;
  /** When it fired first: milliseconds since the epoch. */
  readonly at: number;
}

interface Answer {
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly values: readonly (readonly [seconds: number, value: string])[];
    }[];
  };
}

/**
 * Reads what has fired, of every evaluation: none is missed between two looks.
 *
 * @param matchers - of labels: `job="sse/app-killed"`.
 * @param since - milliseconds since the epoch.
 */
export async function readFirings(
  prometheusUrl: string,
  matchers: string,
  since: number,
): Promise<Firing[]> {
  const seconds = Math.ceil((Date.now() - since) / 1000);
  const query = `ALERTS{alertstate="firing",${matchers}}[${seconds}s]`;
  const search = new URLSearchParams({ query });
  const response = await fetch(`${prometheusUrl}/api/v1/query?${search}`);
  if (!response.ok) throw new Error(`${query}: ${await response.text()}`);
  const { data } = (await response.json()) as Answer;
  return data.result.flatMap(({ metric, values }) => {
    const {
      __name__,
      alertstate,
      alertname = '',
      severity = '',
      ...labels
    } = metric;
    const [first] = values;
    if (first === undefined) return [];
    return [{ alert: alertname, severity, labels, at: first[0] * 1000 }];
  });
}
