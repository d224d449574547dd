import { expect, test } from 'vitest';
import { DASHBOARDS, PANELS } from './support/rendered.ts';

const UIDS = DASHBOARDS.map(({ uid }) => uid);

test('from every dashboard one comes to all others, with what was chosen', () => {
  for (const { file, links = [], tags } of DASHBOARDS) {
    expect(tags, file).toEqual(['sse']);
    expect(links, file).toMatchObject([
      {
        type: 'dashboards',
        tags: ['sse'],
        includeVars: true,
        keepTime: true,
        asDropdown: false,
      },
    ]);
    // Else they are hidden in a menu.
    for (const link of links)
      expect(link, file).not.toHaveProperty('placement');
  }
});

test('links of panels lead to another dashboard, with time and choices', () => {
  const linked = PANELS.filter(({ panel }) => panel.links !== undefined);
  expect(linked.length).toBeGreaterThan(10);
  for (const { at, panel, dashboard } of linked) {
    for (const { url = '' } of panel.links ?? []) {
      const [path, parameters] = url.split('?');
      const uid = /^\/d\/([\w-]+)$/.exec(path ?? '')?.[1];
      expect(UIDS, at).toContain(uid);
      expect(uid, at).not.toBe(dashboard.uid);
      expect(parameters, at).toBe(
        ['url_time_range', 'all_variables']
          .map((name) => `\${__${name}}`)
          .join('&'),
      );
    }
  }
});

test('a click on a figure leads to its details', () => {
  for (const { at, panel } of PANELS) {
    if (panel.type !== 'stat') continue;
    const [link] = panel.links ?? [];
    const [clicked] = panel.fieldConfig?.defaults.links ?? [];
    expect(clicked?.url, at).toBe(link?.url);
  }
});

test('a click on a route or an instance chooses it, where its details are', () => {
  const links = PANELS.flatMap(({ panel }) =>
    (panel.fieldConfig?.overrides ?? []).flatMap(({ matcher, properties }) =>
      properties
        .filter(({ id }) => id === 'links')
        .map(({ value }) => `${matcher.options} ${JSON.stringify(value)}`),
    ),
  );
  expect(links).toEqual(
    [
      ['Route', 'route', 'connections'],
      ['Instance', 'instance', 'backpressure-and-memory'],
    ].map(
      ([column, variable, dashboard]) =>
        `${column} [{"title":"This ${variable} alone: ${dashboard}","url":"/d/sse-${dashboard}?\${__url_time_range}&var-datasource=\${datasource}&var-job=\${__data.fields.Job:percentencode}&var-${variable}=\${__value.raw:percentencode}"}]`,
    ),
  );
});

test('every figure of the overview leads to its details', () => {
  const figures = PANELS.filter(
    ({ panel, dashboard }) =>
      dashboard.uid === 'sse-overview' &&
      ['stat', 'table'].includes(panel.type) &&
      panel.title !== 'Alerts firing',
  );
  expect(figures.length).toBeGreaterThan(10);
  for (const { at, panel } of figures) expect(panel.links, at).toHaveLength(1);
});
