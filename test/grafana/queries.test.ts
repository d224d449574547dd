import { expect, test } from 'vitest';
import {
  type Exemption,
  OTHER_CHOICES,
  RAW_COUNTERS,
  RAW_GAUGES,
} from './support/exemptions.ts';
import { SERIES } from './support/metrics.ts';
import { findSelectors, findWords, type Selector } from './support/promql.ts';
import { type LocatedPanel, PANELS } from './support/rendered.ts';
import { RECORDED } from './support/rules.ts';

interface Located {
  readonly at: string;
  readonly selector: Selector;
  readonly panel: LocatedPanel;
  readonly expr: string;
}

const FUNCTIONS = new Set(
  'sum max min avg count rate increase histogram_quantile last_over_time time timestamp abs vector or'.split(
    ' ',
  ),
);

const SELECTORS: readonly Located[] = PANELS.flatMap((panel) =>
  panel.queries.flatMap(({ expr }) =>
    findSelectors(expr).map((selector) => ({
      at: `${panel.at}: ${selector.name}`,
      selector,
      panel,
      expr,
    })),
  ),
);

test('every series is of a metric that something makes', () => {
  for (const { at, selector } of SELECTORS) {
    const isKnown = SERIES.has(selector.name) || RECORDED.has(selector.name);
    expect(isKnown, at).toBe(true);
  }
});

test('every query is of selectors with matchers, and of functions we know', () => {
  for (const { at, queries } of PANELS) {
    for (const { expr } of queries) {
      for (const word of findWords(expr)) {
        expect(FUNCTIONS, `${at}: ${expr}`).toContain(word);
      }
    }
  }
});

test('every query is of the chosen job and instance', () => {
  for (const { at, selector, panel } of SELECTORS) {
    const other = OTHER_CHOICES.find(({ isFor }) => isFor(selector, panel));
    const needs = other?.needs ?? ['job=~"$job"', 'instance=~"$instance"'];
    expect(selector.matchers, at).toEqual(expect.arrayContaining([...needs]));
  }
});

test('every query of a series with a route is of the chosen ones, or of all', () => {
  const without = SELECTORS.filter(
    ({ selector }) =>
      selector.name.startsWith('sse_server_') &&
      !selector.matchers.includes('http_route=~"$route"'),
  ).map(({ selector }) => selector.name);
  expect([...new Set(without)].toSorted()).toEqual([
    // Compared with a limit or a count that no route has.
    'sse_server_active_connections',
    // Has no route.
    'sse_server_client_connections_max',
    'sse_server_clients',
    // The self-check.
    'sse_server_closed_connections_total',
    // Has no route.
    'sse_server_connection_limit',
    // The self-check, and what is beyond the limit of routes.
    'sse_server_opened_connections_total',
    // The guard refuses before a framework has named the route.
    'sse_server_rejected_connections_total',
  ]);
});

test('a counter is read by how it grows', () => {
  for (const { at, selector, panel } of SELECTORS) {
    if (!SERIES.get(selector.name)?.isCounter) continue;
    if (isExempt(RAW_COUNTERS, selector, panel)) continue;
    expect(['rate', 'increase'], at).toContain(selector.within.at(-1));
  }
});

test('growth is over the interval that Grafana chooses, or one that is named', () => {
  const words: Record<string, RegExp> = {
    '5m': /5 min/,
    '10m': /10 min/,
  };
  for (const { at, selector, panel } of SELECTORS) {
    const { range, within } = selector;
    if (!['rate', 'increase'].includes(within.at(-1) ?? '')) continue;
    if (range === '$__rate_interval') continue;
    const { description = '' } = panel.panel;
    expect(description, `${at}[${range}]`).toMatch(words[range ?? ''] ?? /^$/);
  }
});

test('a gauge is read over 3 minutes: export intervals reach 60 s', () => {
  for (const { at, selector, panel } of SELECTORS) {
    const known = SERIES.get(selector.name);
    if (known === undefined || known.isCounter || known.isForeign) continue;
    if (isExempt(RAW_GAUGES, selector, panel)) continue;
    expect(selector.within.at(-1), at).toBe('last_over_time');
    expect(selector.range, at).toBe('3m');
  }
});

test('what cannot be added up is not', () => {
  for (const { at, selector } of SELECTORS) {
    const across = SERIES.get(selector.name)?.across;
    if (across !== 'max' && across !== 'never') continue;
    const sums = selector.within.filter((name) => /^(sum|avg)/.test(name));
    for (const sum of sums) expect(sum, at).toBe('sum by (job, instance)');
  }
});

test('a sampled histogram gives the largest of the quantiles that rules record', () => {
  const recorded = SELECTORS.filter(({ selector }) => {
    const [level, metric] = selector.name.split(':');
    const { across } = SERIES.get(`${metric}_bucket`) ?? {};
    return level !== undefined && across === 'max of quantiles';
  });
  expect(recorded.length).toBeGreaterThan(5);
  for (const { at, selector } of recorded) {
    expect(selector.name, at).toMatch(
      /^job_instance_http_route:sse_server_.+:p\d\d_5m$/,
    );
    expect(selector.within, at).toEqual(['max']);
  }
  const raw = SELECTORS.filter(
    ({ selector }) => SERIES.get(selector.name)?.across === 'max of quantiles',
  );
  expect(raw).toEqual([]);
});

test('an edge of a bucket is matched however a scrape or OTLP writes it', () => {
  for (const { at, expr } of SELECTORS) {
    expect(expr, at).not.toMatch(/\ble(=|!=|!~)"/);
    expect(expr, at).not.toContain('otel_scope');
  }
});

test('every exemption is needed', () => {
  for (const exemption of [...OTHER_CHOICES, ...RAW_COUNTERS, ...RAW_GAUGES]) {
    const used = SELECTORS.filter(({ selector, panel }) =>
      exemption.isFor(selector, panel),
    );
    expect(used.length, exemption.why).toBeGreaterThan(0);
  }
});

function isExempt(
  exemptions: readonly Exemption[],
  selector: Selector,
  panel: LocatedPanel,
): boolean {
  return exemptions.some(({ isFor }) => isFor(selector, panel));
}
