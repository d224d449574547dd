import { expect, test } from 'vitest';
import { DASHBOARD_NAMES } from '../../grafana/names.ts';
import { VARIABLES } from '../../grafana/variables.ts';
import { DASHBOARDS } from './support/rendered.ts';

test('there is a dashboard for each name, under the uid of its file', () => {
  const uids = DASHBOARDS.map(({ uid }) => uid);
  expect(uids.toSorted()).toEqual(
    DASHBOARD_NAMES.map((name) => `sse-${name}`).toSorted(),
  );
  for (const { file, uid = '' } of DASHBOARDS) {
    expect(file).toBe(`${uid}.json`);
    // Grafana takes 40 characters.
    expect(uid.length).toBeLessThanOrEqual(40);
  }
});

test('every dashboard is called SSE / something else', () => {
  const titles = DASHBOARDS.map(({ title }) => title);
  expect(new Set(titles).size).toBe(titles.length);
  for (const title of titles) expect(title).toMatch(/^SSE \/ [A-Z][a-z ]+$/);
});

test('nobody edits a dashboard in the browser, and all share their cursor', () => {
  for (const dashboard of DASHBOARDS) {
    expect(dashboard.editable, dashboard.file).toBe(false);
    expect(dashboard.graphTooltip, dashboard.file).toBe(2);
    expect(dashboard.description, dashboard.file).toMatch(/\?$/);
    expect(dashboard.id, dashboard.file).toBeUndefined();
  }
});

test('every dashboard begins with the same four choices', () => {
  for (const { file, templating } of DASHBOARDS) {
    const [source, ...rest] = templating.list ?? [];
    expect(source, file).toMatchObject({
      name: 'datasource',
      label: 'Data source',
      type: 'datasource',
      query: 'prometheus',
    });
    expect(rest.slice(0, 3).map(({ name, label }) => [name, label])).toEqual([
      ['job', 'Job'],
      ['instance', 'Instance'],
      ['route', 'Route'],
    ]);
    expect(VARIABLES.length).toBe(4);
  }
});

test('several of each can be chosen, of what the chosen time has', () => {
  for (const { file, templating } of DASHBOARDS) {
    for (const variable of (templating.list ?? []).slice(1)) {
      const at = `${file}: ${variable.name}`;
      expect(variable.type, at).toBe('query');
      expect(variable.multi, at).toBe(true);
      expect(variable.includeAll, at).toBe(true);
      expect(variable.current?.value, at).toEqual(['$__all']);
      expect(variable.refresh, at).toBe(2);
      expect(variable.datasource, at).toEqual({
        type: 'prometheus',
        uid: '$datasource',
      });
      // Series without the label have to be among all only where it is not
      // certain to be there: a client's has no http_route.
      expect(variable.allValue, at).toBe(
        variable.name === 'route' ? '.*' : '.+',
      );
    }
  }
});

test('choices come from metrics that are always there', () => {
  const queries = (DASHBOARDS[0]?.templating.list ?? [])
    .slice(1)
    .map(({ definition }) => definition);
  expect(queries).toEqual([
    'label_values(sse_process_uptime_seconds, job)',
    'label_values(sse_process_uptime_seconds{job=~"$job"}, instance)',
    'label_values(sse_server_opened_connections_total{job=~"$job", instance=~"$instance"}, http_route)',
  ]);
});

test('alerts and restarts are marked on every dashboard', () => {
  for (const { file, annotations } of DASHBOARDS) {
    const marks = (annotations.list ?? []).map(({ name, expr, enable }) => ({
      name,
      expr,
      enable,
    }));
    expect(marks, file).toEqual([
      {
        name: 'Alerts',
        enable: true,
        expr: 'ALERTS{job=~"$job|", instance=~"$instance|", alertname=~"Sse.+", alertstate="firing"}',
      },
      {
        name: 'Restarts',
        enable: true,
        expr: expect.stringMatching(
          /^round\(timestamp\(sse_process_uptime_seconds\{.*< 300\)\) \* 1000$/,
        ),
      },
    ]);
    for (const { target, expr } of annotations.list ?? []) {
      expect(target, file).toMatchObject({ expr });
    }
  }
});
