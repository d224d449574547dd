import * as units from '@grafana/grafana-foundation-sdk/units';
import { expect, test } from 'vitest';
import { PANELS } from './support/rendered.ts';

const SOURCE = { type: 'prometheus', uid: '$datasource' };

test('every panel says what it is, and which question it answers', () => {
  for (const { at, panel } of PANELS) {
    expect(panel.title, at).toMatch(/^\S.*\S$/);
    expect(panel.description, at).toMatch(/^[A-Z].*\?$/);
  }
});

test('every question is asked on a dashboard once', () => {
  const asked = PANELS.map(
    ({ dashboard, panel }) => `${dashboard.uid} ${panel.description}`,
  );
  expect(findTwice(asked)).toEqual([]);
});

test('every panel has a unit, of those that Grafana knows', () => {
  const known: readonly unknown[] = Object.values(units);
  for (const { at, panel } of PANELS) {
    expect(known, at).toContain(panel.fieldConfig?.defaults.unit);
  }
});

test('every panel says what it means when there is nothing', () => {
  for (const { at, panel } of PANELS) {
    expect(panel.fieldConfig?.defaults.noValue, at).toMatch(/^\S/);
  }
});

test('every panel reads the chosen data source, by queries of their own', () => {
  for (const { at, panel, queries } of PANELS) {
    expect(panel.datasource, at).toEqual(SOURCE);
    expect(queries.length, at).toBeGreaterThan(0);
    for (const { datasource } of queries)
      expect(datasource, at).toEqual(SOURCE);
    expect(findTwice(queries.map(({ refId }) => refId)), at).toEqual([]);
    expect(findTwice(queries.map(({ expr }) => expr)), at).toEqual([]);
  }
});

test('every query has a legend, and no two of a panel the same', () => {
  for (const { at, queries } of PANELS) {
    const legends = queries.map(({ legendFormat }) => legendFormat ?? '');
    for (const legend of legends) expect(legend, at).not.toBe('');
    // A legend of labels alone is as many lines as there are values.
    const fixed = legends.filter((legend) => !legend.includes('{{'));
    expect(findTwice(fixed), at).toEqual([]);
  }
});

test('a figure is of now: it does not go on when nothing reports any more', () => {
  for (const { at, panel, queries } of PANELS) {
    if (panel.type !== 'stat' && panel.type !== 'table') continue;
    for (const { instant } of queries) expect(instant, at).toBe(true);
  }
});

test('thresholds ascend, from one that holds below all', () => {
  for (const { at, panel } of PANELS) {
    const steps = panel.fieldConfig?.defaults.thresholds?.steps ?? [];
    if (steps.length === 0 && panel.type === 'heatmap') continue;
    const [first, ...rest] = steps.map(({ value }) => value);
    expect(first, at).toBeNull();
    expect(
      rest.toSorted((a, b) => Number(a) - Number(b)),
      at,
    ).toEqual(rest);
  }
});

function findTwice(texts: readonly string[]): string[] {
  return texts.filter((text, index) => texts.indexOf(text) !== index);
}
