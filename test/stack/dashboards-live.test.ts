import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import type { TestServer } from '../support/sse-server.ts';
import {
  type Dashboard,
  readDashboards,
  readScrapeSeconds,
} from './support/dashboards.ts';
import {
  EMPTY_WHEN_HEALTHY,
  type EmptyPanels,
} from './support/empty-panels.ts';
import {
  type Choice,
  chooseVariables,
  computeStep,
  interpolate,
} from './support/interpolation.ts';
import { isKnown, listKnownNames } from './support/metric-names.ts';
import {
  findMetricNames,
  query,
  queryRange,
} from './support/prometheus-api.ts';
import { runPromtool } from './support/promtool.ts';
import { type Scenario, startScenario } from './support/scenario.ts';
import { startClients } from './support/scenario-clients.ts';
import { sendTestAlert } from './support/test-alert.ts';
import { startSite } from './support/watching-page.ts';

const DASHBOARDS = readDashboards();
/** As dashboards are opened: the last hour. */
const VIEW = { rangeSeconds: 3600, scrapeSeconds: readScrapeSeconds() };
const VISITS = 5;

let scenario: Scenario;
let site: TestServer;
let browser: AsyncDisposable;

beforeAll(async () => {
  site = await startSite(() => scenario.stack.urlOf('nginx:8080'));
  scenario = await startScenario(true, site.url);
  const { stack } = scenario;
  await Promise.all([
    drive(scenario),
    startClients(scenario, site).then((started) => {
      browser = started;
    }),
    sendTestAlert(
      stack.urlOf('alertmanager:9093'),
      stack.urlOf('catcher:8025'),
    ),
  ]);
  await untilScraped(scenario.prometheusUrl);
}, 120_000);

async function drive({ visitors, scrapedVisitors }: Scenario): Promise<void> {
  await scrapedVisitors.visit();
  for (let visit = 0; visit < VISITS; visit++) await visitors.visit();
}

/** So that what happened last is in a rate. */
async function untilScraped(url: string): Promise<void> {
  const sent = 'sum(rate(alertmanager_notifications_total[1m])) > 0';
  await until(sent, async () => (await query(url, sent)).length > 0);
}

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await site?.[Symbol.asyncDispose]();
  await scenario?.[Symbol.asyncDispose]();
}, 30_000);

/** A query of a panel, with its variables filled. */
interface Query {
  /** `Panel: A`. */
  readonly name: string;
  readonly text: string;
}

function listQueries({ panels }: Dashboard, choice: Choice): Query[] {
  return panels.flatMap(({ title, targets }) =>
    targets.map(({ refId, expr }) => ({
      name: `${title}: ${refId}`,
      text: interpolate(expr, choice),
    })),
  );
}

function choose(
  dashboard: Dashboard,
  how: 'all' | 'each' = 'all',
  onEmpty: (name: string) => void = () => undefined,
): Promise<Choice> {
  const url = scenario.prometheusUrl;
  return chooseVariables(url, dashboard, VIEW, onEmpty, how === 'all');
}

async function hasData(text: string): Promise<boolean> {
  const step = computeStep({ ...VIEW, variables: new Map() });
  const period = { seconds: VIEW.rangeSeconds, step };
  const samples = await queryRange(scenario.prometheusUrl, text, period);
  return samples.some(({ value }) => !Number.isNaN(value));
}

/** Whether a list has the query, by its panel or alone. */
function isListed(
  lists: readonly EmptyPanels[],
  dashboard: Dashboard,
  { name }: Query,
): boolean {
  return lists.some(
    (list) =>
      list.dashboard === dashboard.uid &&
      list.panels.some(
        (panel) => name === panel || name.startsWith(`${panel}: `),
      ),
  );
}

test('there are eight dashboards', () => {
  expect(DASHBOARDS.length).toBe(8);
});

test('promtool parses every query', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sse-queries-'));
  try {
    const rules = [];
    for (const dashboard of DASHBOARDS) {
      const choice = await choose(dashboard);
      for (const { text } of listQueries(dashboard, choice)) {
        rules.push({ record: `query:${rules.length}`, expr: text });
      }
    }
    const file = join(folder, 'queries.json');
    // JSON is YAML.
    writeFileSync(
      file,
      JSON.stringify({ groups: [{ name: 'queries', rules }] }),
    );
    expect(await runPromtool('check', 'rules', file)).toContain(
      `SUCCESS: ${rules.length} rules found`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Whether its queries have data, but for those listed: these must not. */
async function expectData(
  dashboard: Dashboard,
  how: 'all' | 'each',
): Promise<void> {
  const queries = listQueries(dashboard, await choose(dashboard, how));
  const empty: string[] = [];
  for (const { name, text } of queries) {
    if (!(await hasData(text))) empty.push(name);
  }
  const listed = queries.filter((one) =>
    isListed(EMPTY_WHEN_HEALTHY, dashboard, one),
  );
  expect(empty).toEqual(listed.map(({ name }) => name));
}

test.each(DASHBOARDS)(
  'every panel of $title has data, but for those listed',
  (dashboard) => expectData(dashboard, 'all'),
);

test.each(DASHBOARDS)(
  'every panel of $title has data when values are chosen',
  (dashboard) => expectData(dashboard, 'each'),
);

test.each(DASHBOARDS)(
  'every variable of $title has values',
  async (dashboard) => {
    const empty: string[] = [];
    await choose(dashboard, 'all', (name) => empty.push(name));
    // Nothing is probed here.
    expect(empty.filter((name) => name !== 'target')).toEqual([]);
  },
);

test.each(DASHBOARDS)(
  'the annotations of $title are answered',
  async (dashboard) => {
    const choice = await choose(dashboard);
    for (const { expr = '' } of dashboard.annotations) {
      if (expr !== '') await hasData(interpolate(expr, choice));
    }
  },
);

test('every metric that a panel asks for exists', async () => {
  const known = listKnownNames();
  const unknown: string[] = [];
  for (const dashboard of DASHBOARDS) {
    const choice = await choose(dashboard);
    for (const { name, text } of listQueries(dashboard, choice)) {
      const names = await findMetricNames(scenario.prometheusUrl, text);
      const others = names.filter((one) => !isKnown(one, known));
      unknown.push(
        ...others.map((one) => `${dashboard.title}: ${name}: ${one}`),
      );
    }
  }
  expect(unknown).toEqual([]);
});

test('the lists name panels that there are', () => {
  const unknown = EMPTY_WHEN_HEALTHY.flatMap((list) => {
    const found = DASHBOARDS.find(({ uid }) => uid === list.dashboard);
    const names = (found?.panels ?? []).flatMap(({ title, targets }) => [
      title,
      ...targets.map(({ refId }) => `${title}: ${refId}`),
    ]);
    return list.panels.filter((panel) => !names.includes(panel));
  });
  expect(unknown).toEqual([]);
});
