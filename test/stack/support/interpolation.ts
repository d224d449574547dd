/** Fills a query's variables as Grafana does for Prometheus. */
import type { Dashboard, Variable } from './dashboards.ts';
import { readLabelValues } from './prometheus-api.ts';

/** What is chosen in the dashboard's head and by its size on the screen. */
export interface Choice {
  /** The text that stands for each variable. */
  readonly variables: ReadonlyMap<string, string>;
  readonly rangeSeconds: number;
  /** `timeInterval` of the data source. */
  readonly scrapeSeconds: number;
  /** Between two points. @defaultValue so that they fill a usual screen */
  readonly stepSeconds?: number;
}

const REFERENCE = /\$(?:(\w+)|\{(\w+)(?::\w+)?\})|\[\[(\w+)\]\]/g;
const LABEL_VALUES = /^label_values\((?:(.*),\s*)?(\w+)\)$/s;
/** Points of a graph on a usual screen. */
const POINTS = 1000;

/** The step of a query, in seconds: `$__interval`. */
export function computeStep({
  rangeSeconds,
  scrapeSeconds,
  stepSeconds = Math.ceil(rangeSeconds / POINTS),
}: Choice): number {
  return Math.max(scrapeSeconds, stepSeconds);
}

/** @throws Error for a variable that the dashboard has not. */
export function interpolate(text: string, choice: Choice): string {
  const step = computeStep(choice);
  const { rangeSeconds, scrapeSeconds, variables } = choice;
  const rate = Math.max(step + scrapeSeconds, 4 * scrapeSeconds);
  const values = new Map([
    ...variables,
    ['__interval', `${step}s`],
    ['__interval_ms', String(step * 1000)],
    ['__rate_interval', `${rate}s`],
    ['__range', `${rangeSeconds}s`],
    ['__range_s', String(rangeSeconds)],
    ['__range_ms', String(rangeSeconds * 1000)],
  ]);
  return text.replace(REFERENCE, (reference, ...names: string[]) => {
    const value = values.get(names.slice(0, 3).find(Boolean) ?? '');
    if (value === undefined) throw new Error(`${reference} in ${text}`);
    return value;
  });
}

/**
 * Chooses `All` in every variable, as a dashboard does when it is opened, or each
 * single value that there is.
 *
 * @param isEmpty - told of a variable that has no values.
 */
export async function chooseVariables(
  url: string,
  { variables }: Dashboard,
  choice: Omit<Choice, 'variables'>,
  onEmpty: (name: string) => void,
  hasAll: boolean,
): Promise<Choice> {
  const chosen = new Map<string, string>();
  for (const variable of variables) {
    if (variable.type === 'datasource') continue;
    const query = interpolate(queryOf(variable), {
      ...choice,
      variables: chosen,
    });
    const [, match, label = ''] = LABEL_VALUES.exec(query) ?? [];
    const values = await readLabelValues(url, label, match);
    if (values.length === 0) onEmpty(variable.name);
    const every = values.map(escapeValue).join('|');
    const all = variable.allValue ?? `(${every})`;
    chosen.set(variable.name, hasAll ? all : `(${every})`);
  }
  return { ...choice, variables: chosen };
}

function queryOf({ query }: Variable): string {
  return typeof query === 'string' ? query : query.query;
}

/** For a regular expression inside a string of PromQL. */
function escapeValue(value: string): string {
  const escaped = value.replaceAll('\\', String.raw`\\\\`);
  return escaped.replace(/[$^*{}[\]'+?.()|]/g, String.raw`\\$&`);
}
