import type { GridPos } from '@grafana/grafana-foundation-sdk/dashboard';
import { expect, test } from 'vitest';
import { placeSections } from '../../grafana/layout.ts';
import { createStat } from '../../grafana/panels.ts';
import { DASHBOARDS, isRow, listPanels } from './support/rendered.ts';

interface Placed {
  readonly title: string;
  readonly place: GridPos;
}

test('no two panels of a dashboard overlap', () => {
  for (const { title, panels = [] } of DASHBOARDS) {
    expect(findOverlaps(panels.map(toPlaced)), title).toEqual([]);
    for (const row of panels.filter(isRow)) {
      const folded = row.panels.map(toPlaced);
      expect(findOverlaps(folded), `${title}: ${row.title}`).toEqual([]);
      for (const { place } of folded) {
        expect(place.y).toBeGreaterThan(row.gridPos?.y ?? 0);
      }
    }
  }
});

test('every line of the grid is full, to the 24th column', () => {
  for (const dashboard of DASHBOARDS) {
    const lines = new Map<number, number>();
    for (const { gridPos } of listPanels(dashboard)) {
      const { x, y, w } = gridPos ?? { x: 0, y: 0, w: 0 };
      expect(x + w).toBeLessThanOrEqual(24);
      lines.set(y, (lines.get(y) ?? 0) + w);
    }
    for (const [y, width] of lines) {
      // Panels of two folded rows may be at the same height.
      expect(width % 24, `${dashboard.title}: line ${y}`).toBe(0);
    }
  }
});

test('what is first on a dashboard fits on one screen: figures, then the worst', () => {
  for (const { title, panels = [] } of DASHBOARDS) {
    const first = panels.filter(({ gridPos }) => (gridPos?.y ?? 0) < 4);
    for (const { type } of first) expect(type, title).toBe('stat');
    expect(first.length, title).toBeGreaterThanOrEqual(6);
  }
});

test('ids are unique in a dashboard, also those of rows', () => {
  for (const dashboard of DASHBOARDS) {
    const rows = (dashboard.panels ?? []).filter(isRow);
    const ids = [...rows, ...listPanels(dashboard)].map(({ id }) => id);
    expect(new Set(ids).size, dashboard.title).toBe(ids.length);
    for (const id of ids) expect(id, dashboard.title).toBeGreaterThan(0);
  }
});

test('only a folded row holds panels: Grafana drops those of an open one', () => {
  for (const { panels = [], title } of DASHBOARDS) {
    for (const row of panels.filter(isRow)) {
      expect(row.panels.length > 0, `${title}: ${row.title}`).toBe(
        row.collapsed,
      );
    }
  }
});

test('a band that does not fill the width is an error', () => {
  const narrow = createStat({
    title: 'Narrow',
    asks: 'Is it?',
    unit: 'short',
    targets: [],
    width: 5,
  });
  const bands = [{ height: 4, panels: [narrow, narrow] }];
  expect(() => placeSections([{ bands }])).toThrow(
    'Narrow, Narrow: 10 columns and not 24',
  );
});

function toPlaced(panel: { title?: string; gridPos?: GridPos }): Placed {
  const { title = '', gridPos } = panel;
  if (gridPos === undefined) throw new Error(`${title} has no place`);
  return { title, place: gridPos };
}

function findOverlaps(panels: readonly Placed[]): string[] {
  return panels.flatMap((one, index) =>
    panels
      .slice(index + 1)
      .filter((other) => isOverlapping(one.place, other.place))
      .map((other) => `${one.title} and ${other.title}`),
  );
}

function isOverlapping(one: GridPos, other: GridPos): boolean {
  return (
    one.x < other.x + other.w &&
    other.x < one.x + one.w &&
    one.y < other.y + other.h &&
    other.y < one.y + one.h
  );
}
